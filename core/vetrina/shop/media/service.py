"""The shop's own folder of media: where files are kept as long as no plugin keeps them."""

import asyncio
from functools import partial
from pathlib import Path

from vetrina.kernel.context import Context
from vetrina.kernel.media.names import path_of, placed
from vetrina.shop.media.ports import MediaStorage, Piece


class OwnFolder(MediaStorage):
    """Files below the media folder the operator has named."""

    async def keep(self, ctx: Context, name: str, content: bytes, mime_type: str) -> None:
        path = _path(ctx, name)
        if path is not None:
            await asyncio.to_thread(placed, path, content)

    async def read(self, ctx: Context, name: str, first: int, most: int) -> Piece | None:
        path = _path(ctx, name)
        return None if path is None else await asyncio.to_thread(_read, path, first, most)

    async def drop(self, ctx: Context, name: str) -> None:
        path = _path(ctx, name)
        if path is not None:
            await asyncio.to_thread(partial(path.unlink, missing_ok=True))

    async def locate(self, ctx: Context, name: str) -> str | None:
        return None


def _path(ctx: Context, name: str) -> Path | None:
    return path_of(Path(ctx.shop.media.folder), name)


def _read(path: Path, first: int, most: int) -> Piece | None:
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            met = path.stat()
            file.seek(first)
            content = file.read(most)
    except OSError:
        return None
    return Piece(content, first, met.st_size, f"{met.st_size:x}-{met.st_mtime_ns:x}")
