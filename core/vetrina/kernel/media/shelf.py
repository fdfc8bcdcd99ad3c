"""A folder of renditions with a bound: what was not asked for longest goes when it is full. Lost, it is drawn anew."""

import os
from pathlib import Path

from vetrina.kernel.media.names import placed

_LEFT = 0.8
"""Of the bound, what is left after tidying up."""


class Shelf:
    """Renditions by their key. Several processes may share the folder; each counts what it has added itself."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._held: int | None = None

    def read(self, key: str) -> bytes | None:
        """A rendition, if it is there."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)  # its time says when it was last asked for
        except OSError:
            return None
        return content

    def keep(self, key: str, content: bytes) -> None:
        """Keep a rendition; the oldest ones go where there would be too many bytes. A full disk keeps none."""
        if len(content) > self._most:
            return
        if self._held is None:
            self._held = sum(size for _, size, _ in self._all())
        try:
            placed(self._path(key), content)
        except OSError:
            return
        self._held += len(content)
        if self._held > self._most:
            self._tidy()

    def _tidy(self) -> None:
        standing = sorted(self._all())
        held = sum(size for _, size, _ in standing)
        for _, size, path in standing:
            if held <= self._most * _LEFT:
                break
            path.unlink(missing_ok=True)
            held -= size
        self._held = held

    def _all(self) -> list[tuple[float, int, Path]]:
        found: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("??/*"):
            try:
                met = path.stat()
            except OSError:
                continue  # another process has tidied up
            found.append((met.st_mtime, met.st_size, path))
        return found

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key
