"""Where a file is kept: in the first storage a plugin serves, else in the shop's own folder; looked for in all."""

from vetrina.kernel.context import Context
from vetrina.kernel.media.names import is_name
from vetrina.kernel.registry import PortFailed
from vetrina.shop.media.ports import MediaStorage, Piece
from vetrina.shop.media.service import OwnFolder

OWN_FOLDER = OwnFolder()


async def keep_file(ctx: Context, name: str, content: bytes, mime_type: str) -> None:
    """Keep a file under the name made from its content. Raises PortFailed where a plugin's storage does not."""
    for provided in ctx.ports.all(MediaStorage):
        await ctx.ports.ask(provided, provided.implementation.keep, ctx, name, content, mime_type)
        return
    await OWN_FOLDER.keep(ctx, name, content, mime_type)


async def read_file(ctx: Context, name: str, first: int, most: int) -> Piece | None:
    """At most `most` bytes of a file, from whichever storage has it; None where none has, or the name is none.

    Raises PortFailed where nobody has it and a storage that might have did not answer.
    """
    if not is_name(name):
        return None
    silent: PortFailed | None = None
    for provided in ctx.ports.all(MediaStorage):
        try:
            piece = await ctx.ports.ask(provided, provided.implementation.read, ctx, name, first, most)
        except PortFailed as error:
            silent = error
            continue
        if piece is not None:
            return piece
    piece = await OWN_FOLDER.read(ctx, name, first, most)
    if piece is None and silent is not None:
        raise silent
    return piece


async def locate_file(ctx: Context, name: str) -> str | None:
    """Where browsers find a large file by themselves, if its storage has a public address and has the file."""
    for provided in ctx.ports.all(MediaStorage):
        address = await ctx.ports.ask(provided, provided.implementation.locate, ctx, name)
        if address is not None:
            return address
    return None
