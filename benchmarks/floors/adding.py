"""Q3 by hand: one more of a variant that is in the cart, and the whole cart as the answer."""

import hmac
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from benchmarks.floors.driver import Link
from benchmarks.floors.pages import Where
from benchmarks.floors.statements import Statements, columns_of, fetch, replay
from benchmarks.floors.words import money
from benchmarks.support.recording import At, Many, Now, Sent


class LineVariables(msgspec.Struct, frozen=True, rename="camel"):
    merchandise_id: str
    quantity: int


class AddVariables(msgspec.Struct, frozen=True):
    cart: str
    lines: list[LineVariables]


class AddToCart:
    """Reads what the flow reads, writes what it writes, sums up, and answers without asking any plugin."""

    def __init__(self, where: Where, sent: Sequence[Sent], key: str, checkout_url: Callable[[str], str]) -> None:
        statements = Statements(sent)
        self._where = where
        self._checkout_url = checkout_url
        self._cart = statements.answering("delivery_choices", places=(key,))
        self._facts = statements.answering("available", "quantity", places=(At(-1),))
        self._move = statements.saying("UPDATE cart_line", places=(At(0), At(1)))
        self._touch = statements.saying("UPDATE cart_cart", places=(At(0), Now, self._facts.arguments[-1]))
        self._products = statements.answering("description_html", places=(Many,))
        self._rest = statements.rest
        self._cart_row = columns_of(self._cart, "id", "key", "version", "state")
        self._product = columns_of(self._products, "id", "handle", "title")
        facts = ("id", "quantity", "price", "available", "variant_id", "variant_title", "sku", "product_id")
        self._fact = columns_of(self._facts, *facts, "image_url", "image_alt")

    async def __call__(self, variables: AddVariables) -> Any:
        where = self._where
        key = variables.cart.rpartition("/")[2]
        wanted = {int(line.merchandise_id.rpartition("/")[2]): line.quantity for line in variables.lines}
        async with where.raw.link() as link:
            await replay(link, self._rest)
            await link.begin()
            facts = await self._change(link, key, wanted)
            await link.commit()
            product_ids = where.raw.many(sorted({line[7] for line in facts}))
            products = {row[0]: row for row in map(self._product, await fetch(link, self._products, product_ids))}
        total = sum(quantity * price for _, quantity, price, *_ in facts)
        cart = {
            "id": f"gid://vetrina/Cart/{key}",
            "checkoutUrl": self._checkout_url(key),
            "totalQuantity": sum(line[1] for line in facts),
            "cost": {
                "subtotalAmount": money(total, where.currency),
                "totalAmount": money(total, where.currency),
            },
            "lines": {"nodes": [self._line(key, line, products[line[7]]) for line in facts]},
        }
        return {"cartLinesAdd": {"cart": cart, "userErrors": [], "warnings": []}}

    async def _change(self, link: Link, key: str, wanted: dict[int, int]) -> list[list[Any]]:
        """Put more into the cart; its lines as they are now."""
        raw = self._where.raw
        cart_id, own_key, version, state = self._cart_row((await fetch(link, self._cart, key))[0])
        assert hmac.compare_digest(own_key, key) and state == "open"
        facts = [list(self._fact(row)) for row in await fetch(link, self._facts, cart_id)]
        for line in facts:
            line_id, quantity, price, room, variant_id, *_ = line
            more = wanted.get(variant_id)
            if more is not None:
                assert price is not None and (room is None or room >= quantity + more)
                line[1] = quantity + more
                await link.run(self._move.text, self._move.bound(line[1], line_id))
        await fetch(link, self._touch, version + 1, raw.now(), cart_id)
        return facts

    def _line(self, key: str, line: Sequence[Any], product: Sequence[Any]) -> dict[str, Any]:
        line_id, quantity, price, _, variant_id, title, sku, product_id, address, alt = line
        currency, base_url = self._where.currency, self._where.base_url
        return {
            "id": f"gid://vetrina/CartLine/{line_id}?cart={key}",
            "quantity": quantity,
            "cost": {"amountPerQuantity": money(price, currency), "totalAmount": money(price * quantity, currency)},
            "merchandise": {
                "id": f"gid://vetrina/ProductVariant/{variant_id}",
                "title": title,
                "sku": sku,
                "image": address and {"url": f"{base_url}/media/{address}", "altText": alt},
                "product": {"id": f"gid://vetrina/Product/{product_id}", "handle": product[1], "title": product[2]},
            },
        }
