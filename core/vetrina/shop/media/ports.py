"""MediaStorage: where the shop's pictures, videos and files are kept."""

from typing import ClassVar, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.registry import Policy


class Piece(msgspec.Struct, frozen=True):
    """Bytes of a file from `first` on, and how many the whole file has. `version` changes when the file does."""

    content: bytes
    first: int
    total: int
    version: str


class MediaStorage(Protocol):
    """Keeps files by name, such as ab/abcd….jpg. Failure policy: required; what is not kept is not promised.

    New files go to the first storage; a file is looked for in one after the other, and in the shop's own folder last.
    """

    policy: ClassVar[Policy] = Policy("required", 60.0)

    async def keep(self, ctx: Context, name: str, content: bytes, mime_type: str) -> None:
        """Keep a file; the same name again holds the same bytes."""
        ...

    async def read(self, ctx: Context, name: str, first: int, most: int) -> Piece | None:
        """At most `most` bytes from `first` on; None where there is no such file. Nothing past the end is an error."""
        ...

    async def drop(self, ctx: Context, name: str) -> None:
        """Keep a file no longer; one that is not there is gone already."""
        ...

    async def locate(self, ctx: Context, name: str) -> str | None:
        """A public address under which browsers find large files by themselves; None: they come through the shop."""
        ...
