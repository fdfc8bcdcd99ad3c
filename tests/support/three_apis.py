"""The three APIs of a shop, each with its composed schema, two who ask it, and what they call their own."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import GraphQLSchema
from tests.support.front_end import API, FrontEnd

from vetrina.flows.accounts.clients import add_client
from vetrina.flows.customers import enrol_customer, sign_in
from vetrina.flows.staff.tokens import issue_token
from vetrina.graphql import gid
from vetrina.testing import Workshop
from vetrina_admin.api import door as admin_door
from vetrina_storefront import door as storefront_door
from vetrina_storefront.accounts import door as accounts_door

CART = "mutation ($lines: [CartLineInput!]) { cartCreate(input: {lines: $lines}) { cart { id } } }"
ADDRESS = {
    "address1": "Via Roma 1", "city": "Torino", "country": "IT", "countryCode": "IT", "lastName": "Rossi",
    "territoryCode": "IT", "zip": "10121", "key": "gift", "type": "boolean", "value": "true",
}  # fmt: skip
PASSWORD = "olive-e-capperi"


class Api(NamedTuple):
    """One of the three, and two who ask it."""

    schema: GraphQLSchema
    path: str
    askers: tuple[Mapping[str, str], Mapping[str, str]]
    """Headers of each."""
    known: tuple[Mapping[str, Any], Mapping[str, Any]]
    """What each of them calls his own, by arguments' names."""
    ids: Mapping[str, str]
    """What `id` is to a mutation, by how its name begins."""
    least: int
    """How many of its mutations have an effect at least."""


async def admin(shop: Workshop) -> Api:
    """The staff's, with tokens that may everything."""
    made, site = await shop.product(), shop.site
    order = await shop.order(await shop.product("Honey"))
    known = {
        "amount": "5.00", "currency": "EUR", "email": "anna@example.com", "language": "it", "leadsTo": "/said",
        "locationId": gid("Location", 1), "orderId": gid("Order", order.id), "password": PASSWORD, "path": "/said",
        "permissions": ["catalog.read"], "target": "/to", "variantId": gid("ProductVariant", made.variant_ids[0]),
        "productId": gid("Product", made.product_id), "entryId": gid("ContentEntry", 1), "menuId": gid("Menu", 1),
        "redirectId": gid("UrlRedirect", 1), "url": "https://hooks.example/said", "confirmation": "anna@example.com",
    }  # fmt: skip
    ids = {
        "contentEntry": gid("ContentEntry", 1), "location": gid("Location", 1), "order": gid("Order", order.id),
        "product": gid("Product", made.product_id), "promotionsDiscount": gid("Discount", 1),
        "seoRedirect": gid("UrlRedirect", 1), "staffMember": gid("StaffMember", 1), "token": gid("StaffToken", 1),
        "storefrontToken": gid("StorefrontToken", 1), "variant": gid("ProductVariant", made.variant_ids[0]),
        "webhooksEndpoint": gid("WebhooksEndpoint", 1),
    }  # fmt: skip
    await issue_token(shop.ctx, "revoked", ["catalog.read"])
    tokens = [{"authorization": f"Bearer {await shop.token()}"} for _ in range(2)]
    schema = admin_door.compose_admin(dict(site.permissions), site.graphql)._schema
    return Api(schema, "/admin/graphql", (tokens[0], tokens[1]), (known, known), ids, 30)


async def storefront(shop: Workshop) -> Api:
    """The public one; two buyers, each with a cart and an account."""
    made = await shop.product()
    line = {"merchandiseId": gid("ProductVariant", made.variant_ids[0]), "quantity": 1}
    known = list[Mapping[str, Any]]()
    for number in range(2):
        cart = (await shop.ask(CART, lines=[line]))["cartCreate"]["cart"]["id"]
        email = f"who{number}@example.com"
        await enrol_customer(shop.ctx, email, PASSWORD, first_name="Anna", last_name="Rossi")
        token = (await sign_in(shop.ctx, email, PASSWORD)).token
        mine = {"attemptId": f"attempt-{number}", "cartId": cart, "ownerId": cart, "customerAccessToken": token}
        known.append({**ADDRESS, **mine, "merchandiseId": line["merchandiseId"], "email": email, "password": PASSWORD})
    schema = storefront_door.compose_storefront(shop.site.graphql)._schema
    return Api(schema, "/graphql", ({}, {}), (known[0], known[1]), {}, 12)


async def accounts(shop: Workshop) -> Api:
    """That of customers; the same two, signed in by a front end."""
    client = await add_client(shop.ctx, "Front end", ["https://front.example/account/authorize"], [], is_public=True)
    askers = list[Mapping[str, str]]()
    for number in range(2):
        front = FrontEnd(shop.ctx, shop._serve, client.key)
        tokens = await front.tokens(f"who{number}@example.com")
        askers.append({"authorization": tokens["access_token"]})
        await front.close()
    schema = accounts_door.compose_accounts(shop.site.graphql)._schema
    return Api(schema, API, (askers[0], askers[1]), (ADDRESS, ADDRESS), {}, 3)
