"""A plugin for tests: a payment service in the page with a step of its own, a bank's page, gift cards, a code."""

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery

from vetrina.kernel.clock import SystemClock
from vetrina.kernel.context import Context
from vetrina.plugin import Provide, hookimpl
from vetrina.ports import (
    Adjustment,
    CodeAnswer,
    NextStep,
    OfferedMethod,
    OfferRequest,
    PaymentProvider,
    PaymentReport,
    PaymentScript,
    Policy,
    PolicyText,
    PriceRules,
    Quote,
    Redeemable,
    RuleSet,
    RulesRequest,
    ShopPolicies,
)
from vetrina.testing.payments import Charge, FakeProvider
from vetrina.testing.pricing import FakeCards, FakeRules
from vetrina.vocabulary import Attribute, PaymentFlow, PaymentState

SCRIPT = PaymentScript(
    module="/till/element.js", scripts=("https://js.bank.example",), frames=("https://frames.bank.example",)
)
ELEMENT = """
export function mount(place, offer) {
  place.innerHTML = `<label for="card">Card number</label><input id="card" inputmode="numeric">`
  place.dataset.shown = `${offer.amount} ${offer.currency} ${offer.parameters.key}`
  return {
    async token() {
      const number = document.getElementById("card").value
      if (!number) throw new Error("Type the number of your card.")
      return number.startsWith("4") ? "tok_challenges" : number.startsWith("0") ? "tok_declines" : "tok_pays"
    }
  }
}
export function step(place, step) {
  return new Promise((done) => {
    place.innerHTML = `<button class="button" type="button">Confirm at the bank</button>`
    place.querySelector("button").addEventListener("click", async () => {
      await fetch(`/till/confirm?secret=${step.clientSecret}`, { method: "POST" })
      done()
    })
  })
}
"""


class Till(FakeProvider):
    """Takes cards in the page, where tokens say what becomes of them, and sends people to a bank's page."""

    def methods(self, request: OfferRequest) -> tuple[OfferedMethod, ...]:
        key = (Attribute("key", "pk_test"),)
        return (
            OfferedMethod(method="card", title="Card", flow=PaymentFlow.IN_PAGE, parameters=key, script=SCRIPT),
            OfferedMethod(method="bank", title="Bank page", flow=PaymentFlow.REDIRECT, fee=100),
            OfferedMethod(method="mute", title="Without a script", flow=PaymentFlow.IN_PAGE),
        )

    async def start(self, request: Any) -> PaymentReport:
        return await super().start(msgspec.structs.replace(request, method=_AS[request.method]))

    def _report(self, charge: Charge) -> PaymentReport:
        report = super()._report(charge)
        if report.next_step is None or charge.key not in self.at_the_bank:
            return report
        return msgspec.structs.replace(
            report, next_step=NextStep(redirect_url=f"https://bank.example/{charge.reference}")
        )

    def _start(self, request: Any) -> PaymentReport:
        if request.method == "redirect":
            self.at_the_bank.add(request.key)
        return super()._start(request)

    at_the_bank: set[str]


class Codes(FakeRules):
    """TEN takes a tenth off while it is typed; HUNDRED asks for more than anybody buys."""

    async def load(self, ctx: Context, request: RulesRequest) -> RuleSet:
        typed: Sequence[str] = [code.casefold() for code in request.codes]
        self.make = _a_tenth if "ten" in typed else _nothing
        return await super().load(ctx, request)


class Promises:
    """Two of what a shop may promise."""

    policy: ClassVar[Policy] = ShopPolicies.policy

    async def policies(self, ctx: Context) -> tuple[PolicyText, ...]:
        return (
            PolicyText(kind="privacy_policy", id=1, handle="privacy", title="Your data", body="<p>Yours.</p>"),
            PolicyText(kind="refund_policy", id=2, handle="refunds", title="Returns", body="<p>Within 14 days.</p>"),
        )


def _a_tenth(quote: Quote) -> tuple[Adjustment, ...]:
    amount = quote.subtotal // 10
    return (Adjustment(source="till", title="A tenth", code="TEN", amount=amount, percentage=100_000),)


def _nothing(quote: Quote) -> tuple[Adjustment, ...]:
    return ()


_AS = {"card": "card", "bank": "redirect", "mute": "card"}
PROVIDER = Till(SystemClock())
PROVIDER.at_the_bank = set()
CARDS = FakeCards({"GIFT-1234": 1_000, "RICH-9999": 100_000})
CODES = Codes(
    codes=[
        CodeAnswer(code="TEN", is_applicable=True),
        CodeAnswer(code="HUNDRED", is_applicable=False, warning="DISCOUNT_PURCHASE_NOT_IN_RANGE"),
    ]
)


@get("/till/element.js", sync_to_thread=False)
def element() -> Response[str]:
    return Response(ELEMENT, media_type="text/javascript")


@post("/till/confirm", status_code=204, sync_to_thread=False)
def confirm(secret: FromQuery[str]) -> None:
    """The buyer does what his bank asked of him."""
    for charge in PROVIDER.charges.values():
        if f"{charge.reference}_secret" == secret and charge.state == PaymentState.ACTION_REQUIRED:
            PROVIDER.complete_challenge(charge.key)


@hookimpl
def register_ports() -> list[Provide]:
    return [
        Provide(PaymentProvider, "till", PROVIDER),
        Provide(Redeemable, "till", CARDS),
        Provide(PriceRules, "till", CODES),
        Provide(ShopPolicies, "till", Promises()),
    ]


@hookimpl
def build_routes() -> list[Any]:
    return [element, confirm]
