"""What the shop measured of a file when it was uploaded, for whoever names the file by its address."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from vetrina.kernel.db import Session, text_in
from vetrina.kernel.media.addresses import is_own_name
from vetrina.shop.catalog.models import Media

_MEASURED = ("width", "height", "thumbhash", "mime_type", "size")


async def measure_known(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Fill in what is known of the files that rows of media name; nothing is read where none is an upload."""
    names = sorted({row["url"] for row in rows if row["mime_type"] is None and is_own_name(row["url"])})
    if not names:
        return
    known = {line[0]: line[1:] for line in await session.fetch(_KNOWN, {"names": names})}
    for row in rows:
        measured = known.get(row["url"])
        if measured is not None:
            row.update(zip(_MEASURED, measured, strict=True))


_KNOWN = select(Media.url, *(getattr(Media, name) for name in _MEASURED)).where(
    text_in(Media.url, "names"), Media.mime_type.is_not(None)
)
