"""The logo that documents bear: the brand's, read once and kept with them."""

import base64
import hashlib

import msgspec

from vetrina.flows.media.storing import read_file
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.registry import PortFailed
from vetrina.views.brand import brand
from vetrina.views.media import media_by_id
from vetrina_invoices.models import InvoicesLogo

LARGEST = 300_000
"""Bytes: a larger picture is no logo for paper."""
ENDINGS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


class Logo(msgspec.Struct, frozen=True):
    """A picture's content and what kind it is."""

    digest: str
    content: bytes
    ending: str


async def current_logo(ctx: Context) -> Logo | None:
    """The brand's logo, where it is a PNG or a JPEG that can be read now; a document without one is good, too."""
    face = await brand(ctx.db)
    logo_id = face and (face.logo_id or face.square_logo_id)
    found = (await media_by_id(ctx, [logo_id])).get(logo_id) if logo_id else None
    if found is None:
        return None
    try:
        piece = await read_file(ctx, found.address, 0, LARGEST + 1)
    except PortFailed:
        return None
    if piece is None or not 0 < len(piece.content) <= LARGEST or piece.total > LARGEST:
        return None
    ending = next((name for magic, name in ENDINGS.items() if piece.content.startswith(magic)), None)
    return Logo(hashlib.sha256(piece.content).hexdigest(), piece.content, ending) if ending else None


async def keep_logo(session: Session, logo: Logo) -> None:
    """Keep it with the documents, once."""
    content = base64.b64encode(logo.content).decode()
    await session.add_if_absent(InvoicesLogo, digest=logo.digest, content=content, ending=logo.ending)
