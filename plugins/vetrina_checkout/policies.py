"""A promise of the shop, to be read beside the checkout."""

from litestar import get
from litestar.params import FromPath

from vetrina_checkout.answers import Page, drawn
from vetrina_checkout.laws import promised
from vetrina_checkout.visits import Asked, Here, NoSuchPage, visit


@get("/checkout/policies/{handle:str}")
async def policy_page(request: Asked, house: Here, handle: FromPath[str]) -> Page:
    """One of what whoever serves ShopPolicies promises; its body is HTML that was cleaned when it was written."""
    here = await visit(house, request, handle)
    found = next((text for text in await promised(here.ctx) if text.handle == handle), None)
    if found is None:
        raise NoSuchPage
    return drawn("policy.html", **here.around(), policy=found)
