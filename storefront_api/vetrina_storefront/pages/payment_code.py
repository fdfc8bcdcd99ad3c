"""The picture that banking apps read a transfer from: GET /orders/{number}/{secret}/payment-code.png."""

import io

from litestar import Response, get
from litestar.params import FromPath

from vetrina.flows.payments.payment_codes import PICTURE, payment_code
from vetrina.kernel.context import BUYER
from vetrina.views.orders.placed import order_by_secret
from vetrina.views.payments.standing import payments_of_orders
from vetrina_storefront.pages.links import NoSuchPage
from vetrina_storefront.pages.orders import LONGEST_NUMBER
from vetrina_storefront.pages.visits import Here

PIXELS = 8
"""Of each module: fine enough for screens of every density."""
QUIET = 4
"""Modules of white around it, as many as readers want."""
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; sandbox",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}


@get(f"/orders/{{number:str}}/{{secret:str}}/{PICTURE}")
async def payment_code_picture(site: Here, number: FromPath[str], secret: FromPath[str]) -> Response[bytes]:
    """The code of what is awaited now; nothing is found once it is paid."""
    ctx = await site.context(BUYER)
    is_number = number.isdecimal() and number.isascii() and len(number) <= LONGEST_NUMBER
    order = await order_by_secret(ctx, int(number), secret) if is_number else None
    payments = await payments_of_orders(ctx.db, [order.id]) if order is not None else []
    told = await payment_code(ctx, order, payments) if order is not None else None
    if told is None:
        raise NoSuchPage
    return Response(drawn(told), media_type="image/png", headers=HEADERS)


def drawn(told: str) -> bytes:
    """A QR code as PNG, with the correction of errors that the guidelines of EPC want (M)."""
    import segno  # 20 ms, for those who are paid by transfer

    code = segno.make(told, error="m", boost_error=False, micro=False, encoding="utf-8", eci=False)
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=PIXELS, border=QUIET)
    return picture.getvalue()
