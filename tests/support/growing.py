"""Rows of everything that front ends read, so many of each."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from vetrina.flows.catalog import CollectionSheet, ImageSheet, create_collection, put_in_collection
from vetrina.flows.customers import enrol_customer, sign_in
from vetrina.flows.customers.addresses import add_address
from vetrina.flows.defining import Entry, write_metafields
from vetrina.flows.history import import_orders
from vetrina.flows.locations import LocationInput, create_location
from vetrina.flows.stock import receive_stock
from vetrina.kernel.context import Context
from vetrina.ports import PastCustomer, PastLine, PastOrder, PastPayment
from vetrina.shop.checkout.models import Attempt
from vetrina.testing import Workshop
from vetrina.testing.making import ANNA
from vetrina.views.orders.placed import order_token
from vetrina.vocabulary import Address
from vetrina_content.flows import entries, menus, promising, talking
from vetrina_content.flows.sheets import EntrySheet
from vetrina_content.rules import Comments, Kind
from vetrina_metaobjects import flows as metaobjects
from vetrina_metaobjects.sheets import DefinitionSheet, FieldSheet
from vetrina_metaobjects.sheets import EntrySheet as Values
from vetrina_seo.flows import create_redirect

PASSWORD = "olive-e-capperi"
CART = "mutation ($input: CartInput!) { cartCreate(input: $input) { cart { id } userErrors { code message } } }"


async def grown(shop: Workshop, count: int) -> dict[str, Any]:
    """So many more of each list, and one more of each thing that has so many of all it may have; their names."""
    wares = await _wares(shop, count)
    order = await shop.order(*wares["variants"], email=f"guest{count}@example.com")
    attempt = await shop.db.value(select(Attempt.key).order_by(Attempt.id.desc()).limit(1))
    called = {**wares, "order": order_token(shop.ctx, order.key), "attempt": attempt, "count": count}
    called |= await _content(shop.ctx, count, wares["product"])
    called["customer"] = await _customer(shop.ctx, count)
    lines = [{"merchandiseId": f"gid://vetrina/ProductVariant/{key}", "quantity": 1} for key in wares["variants"]]
    notes = [{"key": str(number), "value": "yes"} for number in range(count)]
    made = (await shop.ask(CART, input={"lines": lines, "attributes": notes}))["cartCreate"]
    assert made["userErrors"] == []
    return {**called, "cart": made["cart"]["id"]}


async def _wares(shop: Workshop, count: int) -> dict[str, Any]:
    ctx = shop.ctx
    await metaobjects_of(ctx, count)
    sizes, several = tuple(str(number) for number in range(1, count + 1)), range(count)
    look = {
        "images": tuple(ImageSheet(url=f"{count}-{one}.png") for one in several),
        "tags": tuple(f"t{count}-{one}" for one in several),
    }
    made = [
        await shop.product(f"Thing {count} {one}", product_type=f"Kind {count} {one}", vendor=f"V{count}{one}", **look)
        for one in several
    ]
    whole = await shop.product(f"Thing {count} whole", options={"Size": sizes}, **look)
    keys = [*(one.product_id for one in made), whole.product_id]
    pair = "[" + ", ".join(f'"gid://vetrina/Product/{key}"' for key in keys[:-1]) + "]"
    entry = Entry(namespace="custom", key="pair", type="list.product_reference", value=pair)
    for product_id in keys:
        await write_metafields(ctx, "Product", product_id, [entry])
    for number in several:
        shelf = await create_collection(ctx, CollectionSheet(title=f"Shelf {count} {number}"))
        await put_in_collection(ctx, shelf.collection_id, keys)
        place = await create_location(ctx, LocationInput(name=f"Store {count} {number}", address=ANNA))
        for variant_id in whole.variant_ids:
            await receive_stock(ctx, variant_id=variant_id, location_id=place, quantity=3)
    return {"product": whole.product_id, "variants": [one.variant_ids[0] for one in made]}


async def metaobjects_of(ctx: Context, count: int) -> None:
    """A kind of metaobject with so many entries."""
    fields = tuple(FieldSheet(key=f"field{number}", type="single_line_text_field") for number in range(count))
    kind = await metaobjects.define(ctx, DefinitionSheet(type=f"kind{count}", name=f"Kinds {count}", fields=fields))
    for number in range(count):
        values = {field.key: f"{number}" for field in fields}
        await metaobjects.create_entry(ctx, kind, Values(values=values, handle=f"entry-{number}"), ctx.now())


async def _content(ctx: Context, count: int, product_id: int) -> dict[str, Any]:
    at, articles = ctx.now(), list[int]()
    sheet = EntrySheet(title=f"Blog {count}", comments=Comments.OPEN)
    blog = await entries.create_entry(ctx, Kind.BLOG, sheet, published_at=at)
    menu = await menus.create_menu(ctx, title=f"Menu {count}", handle=f"menu-{count}")
    await promising.write_policy(ctx, "refund_policy", title="Refunds", body_html="<p>Yes.</p>")
    for number in range(count):
        await entries.create_entry(ctx, Kind.PAGE, EntrySheet(title=f"Thing page {count} {number}"), published_at=at)
        author = await talking.keep_author(ctx, first_name=f"Anna {number}", last_name=f"{count}")
        words = EntrySheet(
            title=f"Thing told {count} {number}", author_id=author, image_url="/media/a.png", tags=("a", "b")
        )
        articles.append(await entries.create_entry(ctx, Kind.ARTICLE, words, blog_id=blog, published_at=at))
        for reader in range(count):
            await talking.send_comment(
                ctx, articles[-1], name=f"Reader {reader}", email="reader@example.com", body="Well said."
            )
        leads = (f"/pages/thing-page-{count}-{number}", f"/products/thing-{count}-{number}")
        item = await menus.add_item(ctx, menu, menus.ItemSheet(title=f"{number}", leads_to=leads[number % 2]))
        for below in range(count):
            await menus.add_item(ctx, menu, menus.ItemSheet(title=f"{below}", leads_to=leads[below % 2]), item)
        await create_redirect(ctx, f"/old-{count}-{number}", f"/pages/thing-page-{count}-{number}")
    return {"blog": blog, "article": articles[0], "menu": f"menu-{count}", "page": f"thing-page-{count}-0"}


async def _customer(ctx: Context, count: int) -> str:
    email = f"reader{count}@example.com"
    lines = tuple(
        PastLine(sku=None, title=f"Old {number}", quantity=1, unit_price=Decimal(3)) for number in range(count)
    )
    person = PastCustomer(key=email, email=email, first_name="Anna", last_name="Rossi")
    paid = PastPayment(received_at=ctx.now())
    facts: dict[str, Any] = {"currency": "EUR", "country": "IT", "lines": lines, "customer": person, "payment": paid}
    past = [
        PastOrder(name=f"P-{count}-{number}", first_row=number + 1, at=ctx.now() - timedelta(days=number + 1), **facts)
        for number in range(count)
    ]
    await import_orders(ctx, past, source=f"till{count}")
    await enrol_customer(ctx, email, PASSWORD, first_name="Anna", last_name="Rossi")
    token = (await sign_in(ctx, email, PASSWORD)).token
    for number in range(count):
        home = Address(
            first_name="Anna",
            last_name="Rossi",
            address1=f"Via Po {number}",
            city="Torino",
            zip="10121",
            province="TO",
            country="IT",
        )
        await add_address(ctx, token, home)
    return token
