"""Names of media files: which of them may be one, and how a file comes under its name whole or not at all."""

import secrets
from pathlib import Path

LONGEST_NAME = 500


def is_name(name: str) -> bool:
    """Whether this can be a file below the media folder: no part of it is empty, hidden, or leads elsewhere."""
    if not 0 < len(name) <= LONGEST_NAME or "\\" in name or not name.isprintable():
        return False
    parts = name.split("/")
    return all(part and not part.startswith(".") and len(part.encode()) <= 255 for part in parts)


def path_of(folder: Path, name: str) -> Path | None:
    """The file of that name; None for what is no name, or leads out of the folder by a link."""
    if not is_name(name):
        return None
    root = folder.resolve()
    path = (root / name).resolve()
    return path if path.is_relative_to(root) else None


def placed(path: Path, content: bytes) -> None:
    """Write a file whole: nobody ever reads half of it, and a name that is taken is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{secrets.token_hex(8)}")
    try:
        scratch.write_bytes(content)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
