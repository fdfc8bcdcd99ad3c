"""Where Mollie sends buyers back to: Mollie is asked, whatever the browser says, and the buyer is led on."""

from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.checkout.completing import attempt
from vetrina.kernel.context import BUYER
from vetrina.kernel.errors import NotFound
from vetrina.plugin import Site
from vetrina.views.payments.attempts import attempts_of_carts, step_url
from vetrina_mollie.sdk import part


def routes(site: Site) -> list[Any]:
    """For whoever knows the secret name of an attempt."""

    @get("/mollie/return/{key:str}")
    async def come_back(key: FromPath[str]) -> Redirect:
        ctx = await site.context(BUYER)
        found = await attempt(ctx, key)  # asks Mollie, unless somebody did a moment ago
        if found is None:
            raise NotFound(what="The payment")
        frozen = [row for row in await attempts_of_carts(ctx.db, [found.cart_id]) if row.id == found.id]
        chosen = part(frozen[0].snapshot, "payment").get("return_url") if frozen else None
        return Redirect(
            chosen or step_url(ctx, key),
            status_code=303,
            headers={"cache-control": "no-store", "referrer-policy": "no-referrer"},
        )

    return [come_back]
