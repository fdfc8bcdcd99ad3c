"""Which deeds a plugin's flows write into the audit log, as far as its files say, and which of them have no words."""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path


def unnamed(folder: Path, deeds: Collection[str]) -> list[str]:
    """Codes that calls of `audited` write out and no deed is named by; of one with places, none that fits it.

    What is put together elsewhere is not known, and passes.
    """
    found = dict.fromkeys(code for path in sorted(folder.rglob("*.py")) for code in _written(path))
    return [code for code in found if not any(re.fullmatch(_pattern(code), deed) for deed in deeds)]


def _written(path: Path) -> Iterator[str]:
    """The codes in one file; a place in one is told as {}."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "audited"):
            continue
        match node.args[2:3]:
            case [ast.Constant(value=str(code))]:
                yield code
            case [ast.JoinedStr(values=parts)]:
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            case _:
                pass


def _pattern(code: str) -> str:
    return ".+".join(re.escape(part) for part in code.split("{}"))
