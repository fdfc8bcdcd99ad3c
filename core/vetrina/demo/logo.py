"""The demo's logo: an awning over a shop window, drawn on the ground of its brand."""

from io import BytesIO

from vetrina.flows.profile import set_brand_picture
from vetrina.kernel.context import Context

SIDE = 512
"""Pixels, both ways."""
GROUND, AWNING, GLASS = "#1F4D3D", "#F4EBDD", "#C4622D"
FINER = 4
"""It is drawn so many times as large and made smaller: edges come out smooth."""


async def show_logo(ctx: Context) -> None:
    """Show it as the brand's logo and as its square one."""
    content = drawn()
    await set_brand_picture(ctx, "logo", content)
    await set_brand_picture(ctx, "square_logo", content)


def drawn() -> bytes:
    """The logo as a PNG."""
    from PIL import Image, ImageDraw

    unit = SIDE * FINER // 16
    picture = Image.new("RGB", (16 * unit, 16 * unit), GROUND)
    pen = ImageDraw.Draw(picture)
    for stripe in range(5):
        color = AWNING if stripe % 2 == 0 else GLASS
        left, right = (3 + 2 * stripe) * unit, (5 + 2 * stripe) * unit
        pen.rectangle((left, 4 * unit, right, 6 * unit), fill=color)
        pen.pieslice((left, 5 * unit, right, 7 * unit), 0, 180, fill=color)
    pen.rounded_rectangle((4 * unit, 8 * unit, 12 * unit, 12 * unit), unit // 3, outline=AWNING, width=unit // 3)
    pen.line((8 * unit, 8 * unit, 8 * unit, 12 * unit), fill=AWNING, width=unit // 4)
    kept = BytesIO()
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    picture.save(kept, "PNG")
    return kept.getvalue()
