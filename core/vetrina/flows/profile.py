"""What the shop is called, and how it looks."""

import re
from typing import Literal

import msgspec

from vetrina.flows.auditing import audited
from vetrina.flows.media.taking import taken_in
from vetrina.kernel.context import Context, once
from vetrina.kernel.errors import BadInput
from vetrina.kernel.texts import line, text
from vetrina.shop.cart.rules import is_email
from vetrina.shop.catalog import service as catalog
from vetrina.shop.markets import service as markets

Picture = Literal["logo", "square_logo", "cover"]
MOST_COLORS = 5
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two colours that go together, each #RRGGBB; one may be left open."""

    background: str = ""
    foreground: str = ""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop is called and how it looks; all of it is written anew."""

    name: str
    description: str = ""
    email: str = ""
    """Where customers write to."""
    slogan: str = ""
    short_description: str = ""
    primary: tuple[Pair, ...] = ()
    secondary: tuple[Pair, ...] = ()


@once
async def edit_profile(ctx: Context, profile: Profile) -> None:
    """Name and describe the shop, and say how its brand looks. Needs shop.write. Raises BadInput."""
    ctx.require("shop.write")
    name = line(profile.name, field=("name",), limit=120, required=True)
    description = text(profile.description, field=("description",), limit=2_000)
    email = line(profile.email, field=("email",), limit=254) or None
    if email is not None and not is_email(email):
        raise BadInput(field=("email",), problem="This is not an e-mail address.", reason="email")
    slogan = line(profile.slogan, field=("slogan",), limit=80)
    short_description = line(profile.short_description, field=("short_description",), limit=150)
    primary, secondary = _colors(profile.primary, "primary"), _colors(profile.secondary, "secondary")
    async with ctx.tx() as session:
        await markets.rename(session, name=name, description=description, email=email)
        await markets.put_brand(
            session, slogan=slogan, short_description=short_description, primary=primary, secondary=secondary
        )
        await audited(ctx, session, "shop.described", "shop:1", after={"name": name, "slogan": slogan})


@once
async def set_brand_picture(ctx: Context, which: Picture, content: bytes | None) -> None:
    """Show another picture as the brand's logo, square logo or cover; None takes it away. Needs shop.write.

    Raises what `taken_in` raises for a file that is no picture.
    """
    ctx.require("shop.write")
    medium = None if content is None else await taken_in(ctx, content, alt=None, only_pictures=True)
    async with ctx.tx() as session:
        media_id = None if medium is None else await catalog.add_medium(session, medium, ctx.now())
        await markets.put_picture(session, f"{which}_id", media_id)
        await audited(ctx, session, "shop.picture-set", "shop:1", after={which: medium.url if medium else None})


def _colors(pairs: tuple[Pair, ...], name: str) -> list[dict[str, str]]:
    if len(pairs) > MOST_COLORS:
        raise BadInput(
            field=(name,), problem=f"A brand has at most {MOST_COLORS} such pairs.", reason="many", most=MOST_COLORS
        )
    kept = list[dict[str, str]]()
    for index, pair in enumerate(pairs):
        given = {side: color.strip().upper() for side, color in msgspec.structs.asdict(pair).items() if color.strip()}
        for side, color in given.items():
            if not _COLOR.fullmatch(color):
                problem = "A colour is written as #RRGGBB, such as #1F4D3D."
                raise BadInput(field=(name, str(index), side), problem=problem, reason="color")
        if given:
            kept.append(given)
    return kept
