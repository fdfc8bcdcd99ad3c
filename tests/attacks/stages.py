"""What mutations that take a number work on: a shop in which each of them, asked with a good one, has an effect."""

import sys
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
from sqlalchemy import text
from tests.support.browser_shop import TESTS_OWN
from tests.support.mutating import Way
from tests.support.three_apis import Api

from vetrina.flows.cart.addresses import AddressInput
from vetrina.flows.cart.carts import Identity, LineInput, NewCart, create_cart
from vetrina.flows.orders.returning import ReturnWish, receive_return, request_return
from vetrina.flows.parcels.fulfilling import FulfilWish, fulfil
from vetrina.graphql import gid
from vetrina.kernel.money import decimal_text
from vetrina.shop.orders.service import FoundLine, WantedLine
from vetrina.testing import Workshop
from vetrina.testing.making import ANNA, EMAIL, _deliver, _pay, _quoted
from vetrina.testing.payments import AUTHORISES, PAYS
from vetrina.views.carts import cart_by_key, cart_lines
from vetrina.views.orders.placed import OrderView, order_lines
from vetrina_content.flows.talking import keep_author

PAYMENT = text("SELECT id FROM payments_payment WHERE order_id = :order")
PIECES = 60
"""In each order: more than all good numbers together take of it."""
CARD, CASH = "till:card", "manual_payment:cash"
EXPRESS = "flat_rate:express"
MADE = """mutation ($goods: PromotionsScopeInput!) {
  locationCreate(input: { name: "Cellar", address: { country: "IT", city: "Asti" } }) { location { id } }
  promotionsDiscountCreate(input: { title: "Ten", kind: PRODUCTS, code: "TEN", percentage: "10", scope: $goods }) {
    discount { id } }
  promotionsGiftCardIssue(amount: "50.00", currency: "EUR") { giftCard { id } }
  webhooksEndpointCreate(input: { name: "Till", url: "https://hooks.example/till" }) { endpoint { id } } }"""
DISCOUNT: Mapping[str, Any] = {"title": "Less", "code": None, "currency": None, "amount": None, "percentage": None}
DONE = {
    "orderEdit": "Edit", "orderLinesCancel": "Cancel", "refundCreate": "Refund", "paymentRefund": "Repay",
    "fulfillmentCreate": "Send", "returnCreate": "Return", "paymentCapture": "Capture",
    "orderPaymentLinkCreate": "Link", "orderRequestReturn": "Own",
}  # fmt: skip
"""By mutations: the order they work on."""


class Given(msgspec.Struct):
    """What a mutation is told besides its number: by names, and by ways. `good` is a number that it takes."""

    known: dict[str, Any]
    also: dict[Way, Any] = {}
    good: Any = None


def with_till() -> None:
    """The payment service of tests can be found by its name."""
    if str(TESTS_OWN) not in sys.path:
        sys.path.append(str(TESTS_OWN))


class Stage:
    """One shop, and an order for each kind of work. `given` says what a mutation is told besides its number."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.asked = 0
        self.orders: dict[str, tuple[OrderView, int]] = {}
        """By what is done to them: an order, and its line's id."""
        self.made: dict[str, Any] = {}

    async def begin(self) -> None:
        """Fill the shelves, sell from them, and make one of everything else."""
        self.shop.outside(lambda request: httpx.Response(200))
        await self.shop.configure("manual_payment", cash_fees={"EUR": "3.50"})
        titles = ("Salt", "Oil", "Wine", "Honey")
        wares = [await self.shop.product(title, stock=5_000) for title in titles]
        wares.append(await self.shop.product("Hamper", stock=None))
        self.ware, self.priced, self.stocked, self.other, self.hamper = [ware.variant_ids[0] for ware in wares]
        self.goods = [gid("Product", wares[0].product_id)]
        said = await self.shop.ask_admin(MADE, goods={"productIds": self.goods})
        self.made = {name: next(iter(each.values()))["id"] for name, each in said.items()}
        await keep_author(self.shop.ctx, first_name="Ada", last_name="Verdi")
        for name in ("Edit", "Cancel", "Repay", "Send", "Return"):
            await self._sell(name, payment=CARD, token=PAYS)
        await self._sell("Refund", payment=CASH)
        await self._sell("Capture", payment=CARD, token=AUTHORISES, paid=False)
        await self._sell("Link", payment=CASH, paid=False)
        await self._sell("Own", payment=CARD, token=PAYS, email="who0@example.com")
        for name in ("Return", "Own"):
            await fulfil(self.shop.ctx, FulfilWish(order_id=self.orders[name][0].id))

    async def _sell(self, name: str, **more: Any) -> None:
        order = await self.shop.order(self.ware, quantity=PIECES, delivery=EXPRESS, **more)
        self.orders[name] = order, (await order_lines(self.shop.db, [order.id]))[0].id

    async def given(self, api: Api, name: str, way: Way) -> Given:
        """For a mutation and the way to its number; returns and carts are new each time."""
        field = way[-1]
        self.asked += 1
        known = {key: value for key, value in api.known[0].items() if key not in ("amount", "currency")}
        known |= {"key": f"key-{self.asked}", "reason": "UNWANTED", "name": f"Name {self.asked}"}
        known |= {"sourceId": gid("Location", 1), "targetId": self.made["locationCreate"]}
        ids = [value for prefix, value in api.ids.items() if name.startswith(prefix)]
        known |= {"id": ids[-1]} if ids else {}
        if name.startswith("cart"):
            return await self._of_cart(name, known)
        if name.startswith("promotions"):
            return self._of_promotion(name, field, known)
        if name in DONE or name.startswith("return"):
            return await self._of_order(name, field, known)
        if name == "priceSet":
            told: dict[Way, Any] = {("input", "amount"): "9.00"}
            told |= {("input", "breaks", "minimum"): 2} if "breaks" in way else {}
            known |= {"variantId": gid("ProductVariant", self.priced)}
            return Given(known, told, good=2 if field == "minimum" else None)
        return Given(known | self._of_catalogue(name))

    def _of_catalogue(self, name: str) -> dict[str, Any]:
        if name == "variantComponentsSet":
            return {"id": gid("ProductVariant", self.hamper), "variantId": gid("ProductVariant", self.other)}
        if name.startswith("location"):
            return {"id": self.made["locationCreate"], "latitude": 45.0, "longitude": 7.5}
        if name.startswith("webhooks"):
            return {"id": self.made["webhooksEndpointCreate"]}
        return {"variantId": gid("ProductVariant", self.stocked)}

    def _of_promotion(self, name: str, field: str, known: dict[str, Any]) -> Given:
        if not name.startswith("promotionsDiscount"):
            made = "promotionsDiscountCreate" if "Codes" in name else "promotionsGiftCardIssue"
            known |= {"code": f"CODE-{self.asked}"}
            return Given(known | {"id": self.made[made], "currency": "EUR"}, good=8 if field == "length" else None)
        told = {"title": "Less", "kind": "PRODUCTS", "percentage": "10", "id": self.made["promotionsDiscountCreate"]}
        also: dict[Way, Any] = {}
        if field == "amount":
            told |= {"kind": "ORDER", "percentage": None}
        elif field in ("at", "off"):
            told |= {"percentage": None}
        elif field.startswith(("buys", "gets", "mostTimes")):
            told |= {"kind": "BUY_GET", "percentage": "100", "buysQuantity": 2, "getsQuantity": 1}
        elif field == "mostDelivery":
            told |= {"kind": "SHIPPING", "percentage": "100"}
        if field in ("amount", "at", "off", "buysSubtotal", "mostDelivery", "leastSubtotal"):
            told |= {"currency": "EUR"}
        if field == "buysSubtotal":
            told |= {"buysQuantity": None}
        if told["kind"] in ("PRODUCTS", "BUY_GET"):
            also |= {("input", "scope", "productIds"): self.goods}
        if told["kind"] == "BUY_GET":
            also |= {("input", "buys", "productIds"): self.goods}
        return Given(known | told, also)

    async def _of_order(self, name: str, field: str, known: dict[str, Any]) -> Given:
        known |= {"variantId": gid("ProductVariant", self.other)}
        order, line = self.orders[DONE.get(name, "Return")]
        known |= {"lineId": gid("OrderLine", line), "id": gid("Order", order.id)}
        if name.startswith("payment"):
            found = await self.shop.db.value(PAYMENT.bindparams(order=order.id))
            known["id"] = gid("Payment", found)
        elif name.startswith("return") and name != "returnCreate":
            known["id"] = gid("Return", await self._returned(order, line, is_received=name != "returnReceive"))
        elif name == "orderRequestReturn":
            known |= {"orderId": gid("Order", order.key), "lineItemId": gid("LineItem", line)}
        if field == "expectedDifference":
            return Given(known, {("add", "variantId"): known["variantId"]}, good="12.50")
        return Given(known)

    async def _returned(self, order: OrderView, line: int, *, is_received: bool) -> int:
        wanted = (WantedLine(line_id=line, quantity=1, reason="UNWANTED", note=""),)
        wish = ReturnWish(order_id=order.id, lines=wanted, key=f"return-{self.asked}")
        found = await request_return(self.shop.ctx, wish)
        if is_received:
            await receive_return(self.shop.ctx, found, [FoundLine(line_id=line, accepted=1, location_id=1)])
        return found

    async def _of_cart(self, name: str, known: dict[str, Any]) -> Given:
        """A cart that could be ordered, but for what the mutation says."""
        lines = (LineInput(variant_id=self.ware, quantity=2),)
        where = (AddressInput(address=ANNA, is_selected=True),)
        new = NewCart(lines=lines, identity=Identity(email=EMAIL, country="IT"), addresses=where)
        made = (await create_cart(self.shop.buyer, new)).cart
        assert made is not None
        known |= {"cartId": gid("Cart", made.key), "merchandiseId": gid("ProductVariant", self.ware)}
        if name in ("cartPaymentUpdate", "cartSubmitForCompletion"):
            await _deliver(self.shop.buyer, made.key, EXPRESS)
        if name == "cartPaymentUpdate":
            offered = (await _quoted(self.shop.buyer, made.key)).methods
            amount = next(method.amount for method in offered if method.handle == CARD)
            chosen = ("payment", "providerPaymentMethod")
            also: dict[Way, Any] = {(*chosen, "handle"): CARD, (*chosen, "token"): PAYS}
            return Given(known | {"currencyCode": "EUR"}, also, good=decimal_text(amount, "EUR"))
        if name == "cartSubmitForCompletion":
            await _pay(self.shop.buyer, made.key, CARD, PAYS)
            found = await cart_by_key(self.shop.db, made.key)
            assert found is not None
            return Given(known | {"attemptToken": f"token-{self.asked}"}, good=found.version)
        line = (await cart_lines(self.shop.db, [made.id]))[0]
        return Given(known | {"id": f"{gid('CartLine', line.id)}?cart={made.key}"})
