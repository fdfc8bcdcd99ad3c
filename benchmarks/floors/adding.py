"""Q3 by hand: one more of a variant that is in the cart, and the whole cart as the answer."""

import hmac
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from benchmarks.floors.driver import Link
from benchmarks.floors.pages import Where, picture
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
        self._attempt = statements.saying("checkout_attempt", places=(At(0),))
        self._lines = statements.answering("attributes_key", "quantity", places=(Many,))
        self._merchandise = statements.answering("available", "variant_id", places=(Many,))
        self._move = statements.saying("UPDATE cart_line", places=(At(0), At(1)))
        self._touch = statements.saying("UPDATE cart_cart", places=(At(0), Now, At(2)))
        self._facts = statements.answering("available", "quantity", places=(At(-1),))
        self._addresses = statements.answering("is_one_time", places=(Many,))
        self._pictures = statements.answering("address", places=(Many,))
        self._products = statements.answering("description_html", places=(Many,))
        self._rest = statements.rest
        self._cart_row = columns_of(self._cart, "id", "key", "version", "state")
        self._line_row = columns_of(self._lines, "id", "variant_id", "quantity")
        self._ware = columns_of(self._merchandise, "variant_id", "price", "available")
        self._fact = columns_of(
            self._facts, "id", "quantity", "price", "variant_id", "variant_title", "sku", "product_id"
        )

    async def __call__(self, variables: AddVariables) -> Any:
        where = self._where
        key = variables.cart.rpartition("/")[2]
        wanted = {int(line.merchandise_id.rpartition("/")[2]): line.quantity for line in variables.lines}
        async with where.raw.link() as link:
            await replay(link, self._rest)
            await link.begin()
            cart_id = await self._change(link, key, wanted)
            await link.commit()
            facts = [self._fact(row) for row in await fetch(link, self._facts, cart_id)]
            await fetch(link, self._addresses, where.raw.many([cart_id]))
            merchandise = await self._shown(link, facts)
        total = sum(quantity * price for _, quantity, price, *_ in facts)
        cart = {
            "id": f"gid://vetrina/Cart/{key}",
            "checkoutUrl": self._checkout_url(key),
            "totalQuantity": sum(line[1] for line in facts),
            "cost": {
                "subtotalAmount": money(total, where.currency),
                "totalAmount": money(total, where.currency),
            },
            "lines": {"nodes": [self._line(key, line, merchandise[line[3]]) for line in facts]},
        }
        return {"cartLinesAdd": {"cart": cart, "userErrors": [], "warnings": []}}

    async def _change(self, link: Link, key: str, wanted: dict[int, int]) -> int:
        raw = self._where.raw
        cart_id, own_key, version, state = self._cart_row((await fetch(link, self._cart, key))[0])
        open_attempts = await fetch(link, self._attempt, cart_id)
        assert hmac.compare_digest(own_key, key) and state == "open" and not open_attempts
        rows = await fetch(link, self._lines, raw.many([cart_id]))
        lines = {variant_id: (line_id, quantity) for line_id, variant_id, quantity in map(self._line_row, rows)}
        wares = await fetch(link, self._merchandise, raw.many(sorted({*lines, *wanted})))
        known = {variant_id: (price, room) for variant_id, price, room in map(self._ware, wares)}
        for variant_id, more in wanted.items():
            line_id, quantity = lines[variant_id]
            price, room = known[variant_id]
            assert price is not None and (room is None or room >= quantity + more)
            await link.run(self._move.text, self._move.bound(quantity + more, line_id))
        await link.run(self._touch.text, self._touch.bound(version + 1, raw.now(), cart_id))
        return cart_id

    async def _shown(self, link: Link, facts: Sequence[Any]) -> dict[int, Any]:
        """The merchandise of the lines, by variant."""
        raw, base_url = self._where.raw, self._where.base_url
        pictures = {
            owner: picture(base_url, address, alt, None, None)
            for owner, _, address, alt, *_ in await fetch(link, self._pictures, raw.many([line[3] for line in facts]))
        }
        columns = columns_of(self._products, "id", "handle", "title")
        product_ids = raw.many(sorted({line[6] for line in facts}))
        products = {row[0]: row for row in map(columns, await fetch(link, self._products, product_ids))}
        return {
            variant_id: {
                "id": f"gid://vetrina/ProductVariant/{variant_id}",
                "title": title,
                "sku": sku,
                "image": _short(pictures.get(variant_id)),
                "product": _product(*products[product_id]),
            }
            for _, _, _, variant_id, title, sku, product_id in facts
        }

    def _line(self, key: str, line: Sequence[Any], merchandise: Any) -> dict[str, Any]:
        line_id, quantity, price, *_ = line
        currency = self._where.currency
        return {
            "id": f"gid://vetrina/CartLine/{line_id}?cart={key}",
            "quantity": quantity,
            "cost": {"amountPerQuantity": money(price, currency), "totalAmount": money(price * quantity, currency)},
            "merchandise": merchandise,
        }


def _short(found: dict[str, Any] | None) -> Any:
    return found and {"url": found["url"], "altText": found["altText"]}


def _product(key: int, handle: str, title: str) -> dict[str, Any]:
    return {"id": f"gid://vetrina/Product/{key}", "handle": handle, "title": title}
