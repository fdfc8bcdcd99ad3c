"""Whose mail it is: the shop's name, colours and logo; and addresses of pictures that programs for mail can show."""

from vetrina.kernel.media.renditions import Wish
from vetrina.plugin import Context
from vetrina.views.brand import brand
from vetrina.views.markets import ProfileRow
from vetrina.views.media import media_by_id
from vetrina_order_mails.drawing.sheet import ACCENT, INK, Look, colour, web_address

THUMB = Wish(192, 192, "center", "jpg")
"""Three times as fine as it is shown, and in a format that every program knows."""
LOGO = Wish(660, 108, "", "png")
WIDE = 1.8
"""Width to height from which on a logo is taken for the shop's name."""


async def look_of(ctx: Context, profile: ProfileRow) -> Look:
    """The shop's brand, as far as somebody has written it."""
    written = await brand(ctx.db)
    pair = written.primary[0] if written and written.primary else {}
    key = written.logo_id if written else None
    medium = (await media_by_id(ctx, [key])).get(key) if key is not None else None
    return Look(
        shop=profile.name,
        home=ctx.shop.base_url,
        email=profile.email,
        accent=colour(pair.get("background"), ACCENT),
        ink=colour(pair.get("foreground"), INK),
        logo=shown_at(ctx, medium.address, LOGO) if medium else None,
        is_wordmark=medium is None or not (medium.width and medium.height and medium.width < WIDE * medium.height),
    )


def shown_at(ctx: Context, address: str, wish: Wish) -> str | None:
    """Where a picture is shown, from the configured address on; nothing in it tells who looks."""
    if "://" in address:
        return web_address(address)
    return f"{ctx.shop.base_url}/media/{address}?{ctx.shop.media.signer.query(address, wish)}"
