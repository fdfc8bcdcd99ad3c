"""Finding out how a text file is encoded, without holding it in memory."""

import codecs
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from vetrina.ports import RowProblem

CHUNK = 1 << 20
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class FileRefused(Exception):
    """The file as a whole cannot be read; carries the sentence for the person who chose it."""

    def __init__(self, problem: RowProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def encoding_of(path: Path) -> str:
    """UTF-8, UTF-16 with its mark, or Windows-1252, which is what Excel writes in western Europe."""
    with path.open("rb") as file:
        start = file.read(2)
    for encoding in ("utf-16",) if start in UTF_16_MARKS else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeError):
            if not _has_nul(_decoded(path, encoding)):
                return encoding
            break
    message = "The file is not text in UTF-8 or Windows-1252; save it again as CSV UTF-8."
    raise FileRefused(RowProblem(row=1, field=None, code="ENCODING_UNKNOWN", message=message))


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _has_nul(texts: Iterator[str]) -> bool:
    """A NUL never occurs in a text file, and PostgreSQL cannot store one."""
    found = False
    # To the end in any case: a later chunk may show that the encoding is another.
    for text in texts:
        found = found or "\0" in text
    return found
