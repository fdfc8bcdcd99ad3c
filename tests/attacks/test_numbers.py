"""Numbers beyond all sense, said to every mutation that takes one: refused by name or taken, and the ledgers hold.

What takes a number is found in the composed schemas. For each the last is a good one, so that it is the number that is
refused, and not the company it is in.
"""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, cast

import pytest
from graphql import GraphQLSchema, GraphQLUnionType
from tests.attacks.stages import Given, Stage, with_till
from tests.support.mutating import Way, asking, leaves, mutations, named, put
from tests.support.three_apis import Api, accounts, admin, storefront

from vetrina.demo.shop import PLUGINS
from vetrina.kernel import money
from vetrina.plugin.desk.ledgers import ledgers
from vetrina.testing import Workshop, a_shop

pytestmark = pytest.mark.timeout(300)
INTS = (0, -1, -(2**31), 2**31 - 1, 2**31, 10**9)
DEAREST = "9999999999999.99"
DECIMALS = ("0", "-0.01", "-1", "0.001", "NaN", "Infinity", 1e308, "1e308", str(10**18), "9" * 20, DEAREST)
FLOATS = (0.0, -1.0, 181.0, 1e308, -1e308, "NaN")
NUMBERS: Mapping[str, tuple[Any, ...]] = {"Int": INTS, "Decimal": DECIMALS, "Float": FLOATS, "UnsignedInt64": DECIMALS}
GOOD: Mapping[str, Any] = {"Int": 1, "Decimal": "1.00", "Float": 7.5, "UnsignedInt64": "1"}

BELOW_NOTHING = {"promotionsGiftCardAdjust.amount", "coordinates.latitude", "coordinates.longitude", "input.latitude",
                 "input.longitude"}  # fmt: skip
"""What may be less than nothing: by the end of the way to it."""
NOTHING = BELOW_NOTHING - {"promotionsGiftCardAdjust.amount"} | {
    "prices.amount", "prices.compareAt", "priceSet.input.amount", "priceSet.input.compareAt", "breaks.amount",
    "variants.stock", "variants.weight", "stockCorrect.input.onHand", "stockSetBackorder.input.limit",
    "returnReceive.lines.accepted", "returnRefund.delivery", "refund.delivery", "refund.fee", "input.leastSubtotal",
    "input.leastQuantity", "input.mostDelivery", "cartLinesUpdate.lines.quantity", "overlapHours",
}  # fmt: skip
"""What may be none."""
FINER = {"input.percentage", "tiers.off"}
"""What is no money, and may have three decimals."""
LARGE = {"variants.weight", "usageLimit", "perCustomer"}
"""What may be a thousand million."""


class Number(NamedTuple):
    """Where a mutation takes one."""

    mutation: str
    way: Way
    kind: str

    @property
    def label(self) -> str:
        return ".".join((self.mutation, *self.way))

    def ends(self, known: set[str]) -> bool:
        return any(f".{self.label}".endswith(f".{end}") for end in known)


class Answer(NamedTuple):
    """How a number was answered: what was refused, and why that is no answer at all; both empty where it was taken."""

    refusals: tuple[str, ...]
    wrong: str


def numbers(schema: GraphQLSchema) -> Iterator[Number]:
    for name in mutations(schema):
        for way, kind in leaves(schema, name):
            if kind in NUMBERS:
                yield Number(name, way, kind)


def may_be_taken(number: Number, value: Any) -> bool:
    """Whether a number that is odd somewhere is none here."""
    try:
        size = Decimal(str(value))
    except InvalidOperation:
        return False
    if not size.is_finite() or value in (1e308, "1e308", -1e308, 181.0):
        return False
    if size <= 0:
        return number.ends(BELOW_NOTHING) if size < 0 else number.ends(NOTHING)
    if size == Decimal("0.001"):
        return number.ends(FINER)
    return number.ends(LARGE) if number.kind == "Int" else value == DEAREST


def errors_of(schema: GraphQLSchema, kind: Any, depth: int = 2) -> str:
    """What to ask for of an answer: every list of errors in it, and which type it is."""
    if isinstance(kind, GraphQLUnionType):
        return " ".join(["__typename", *(f"... on {one.name} {{ {errors_of(schema, one)} }}" for one in kind.types)])
    asked = ["__typename"]
    for name, field in getattr(kind, "fields", {}).items():
        below = named(field.type)
        if name.casefold().endswith("errors"):
            own = getattr(below, "fields", {}).keys() & {"code", "field", "message"}
            asked.append(f"{name} {{ {' '.join(sorted(own))} }}")
        elif name == "result" and depth:
            asked.append(f"{name} {{ {errors_of(schema, below, depth - 1)} }}")
    return " ".join(asked)


async def say(shop: Workshop, api: Api, number: Number, given: Given, value: Any) -> Answer:
    assert api.schema.mutation_type is not None
    said = errors_of(api.schema, named(api.schema.mutation_type.fields[number.mutation].type))
    document, variables = asking(api.schema, number.mutation, given.known, through=(number.way, *given.also), said=said)
    for way, told in given.also.items():
        put(variables, way, told)
    put(variables, number.way, value)
    body = json.dumps({"query": document, "variables": variables})
    headers = {"content-type": "application/json", **api.askers[0]}
    answer = await shop.client.post(api.path, content=body, headers=headers)
    shop.clock.move(seconds=1)
    content = answer.json()
    codes = tuple(error["extensions"]["code"] for error in content.get("errors", ()))
    if codes:
        return Answer(codes, "" if set(codes) == {"BAD_USER_INPUT"} else answer.text)
    refusals = list(_refusals(content["data"]))
    is_told = all(one["message"] and one.get("code", "x") and _is_there(api, number, one) for one in refusals)
    told = tuple(str(refusal.get("code") or refusal["message"]) for refusal in refusals)
    return Answer(told, "" if is_told and answer.status_code == 200 else answer.text)


def _refusals(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name, value in said.items():
        if name.casefold().endswith("errors"):
            yield from value
        elif isinstance(value, dict):
            yield from _refusals(cast("dict[str, Any]", value))


def _is_there(api: Api, number: Number, refusal: Mapping[str, Any]) -> bool:
    """Whether what a refusal points at can be said to the mutation at all."""
    path = tuple(part for part in refusal.get("field") or () if not part.isdigit())
    return any(way[: len(path)] == path for way, _ in leaves(api.schema, number.mutation))


@pytest.fixture
async def stage(shop_url: str) -> AsyncGenerator[Stage]:
    with_till()
    async with a_shop((*PLUGINS, "till"), url=shop_url) as shop:
        made = Stage(shop)
        await made.begin()
        yield made


@pytest.mark.parametrize(
    "every", [pytest.param(4, marks=pytest.mark.embedded), pytest.param(1, marks=pytest.mark.chaos)]
)
async def test_no_number_is_answered_by_a_fault_or_breaks_a_ledger(
    stage: Stage, every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of so many values, others for each number; all of them."""
    asked, wrong, taken = 0, list[str](), set[str]()
    for open_api in (admin, accounts, storefront):
        api = await open_api(stage.shop)
        for place, number in enumerate(numbers(api.schema)):
            for value in NUMBERS[number.kind][place % every :: every]:
                answer = await say(stage.shop, api, number, await stage.given(api, number.mutation, number.way), value)
                wrong += [f"{number.label} {value!r}: {answer.wrong}"] if answer.wrong else []
                taken |= {f"{number.label} {value!r}"} if not answer.refusals else set()
                if not answer.refusals and not may_be_taken(number, value):
                    wrong.append(f"{number.label} takes {value!r}")
            given = await stage.given(api, number.mutation, number.way)
            good = await say(stage.shop, api, number, given, GOOD[number.kind] if given.good is None else given.good)
            wrong += [f"{number.label} does not even take a good one: {good}"] if good.refusals else []
            asked += 1
    await stage.shop.deliver()
    async for looked in ledgers(stage.shop.site, stage.shop.ctx):
        wrong += [f"ledger {looked.name}: {one}" for one in looked.wrong]
    assert wrong == [], "\n".join(wrong)
    assert asked >= 75
    assert len(taken) >= 60 // every, sorted(taken)

    with monkeypatch.context() as patch:
        patch.setattr(money, "LARGEST", 10**40)
        assert "INTERNAL_SERVER_ERROR" in await _of_a_price(stage), "a number that no table holds is noticed"


async def _of_a_price(stage: Stage) -> str:
    api, number = await admin(stage.shop), Number("priceSet", ("input", "amount"), "Decimal")
    return (await say(stage.shop, api, number, await stage.given(api, number.mutation, number.way), "9" * 20)).wrong
