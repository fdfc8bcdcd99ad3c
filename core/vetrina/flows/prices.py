"""Set prices: amounts as people write them, in the currency of the list they go to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import select

from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Reads, Session, id_in
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.kernel.messages import emit
from vetrina.kernel.money import Money, decimal_text, from_decimal
from vetrina.shop.catalog.events import ProductChanged
from vetrina.shop.catalog.models import Product, Variant
from vetrina.shop.markets.models import Market
from vetrina.shop.pricing import service as pricing
from vetrina.shop.pricing.models import Price
from vetrina.shop.pricing.rules import checked_breaks

MOST_PRICES = 5_000
"""Prices set in one call."""


class NoSuchPriceList(Refusal):
    """The shop has no price list in that currency, or none with that id. Facts: wanted."""

    code = "NO_SUCH_PRICE_LIST"
    text = "The shop has no price list {wanted}."


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """What one piece costs where at least so many are bought, in major units; cheaper than a single one."""

    minimum: int
    amount: str | Money


class NewPrice(msgspec.Struct, frozen=True, kw_only=True):
    """An amount in major units, such as 12.50. Without currency the default market's list is meant."""

    amount: str | Money
    compare_at: str | Money | None = None
    """The struck-through price shown beside it."""
    currency: str | None = None
    breaks: tuple[Break, ...] = ()


class PriceChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a variant is to cost in a list; without an amount it is taken off the list.

    Without a list the default one is meant.
    """

    variant_id: int
    amount: str | Money | None
    compare_at: str | Money | None = None
    price_list_id: int | None = None
    breaks: tuple[Break, ...] | UnsetType = UNSET
    """What is not given leaves the breaks that stand."""


class PriceBook(msgspec.Struct, frozen=True):
    """The shop's price lists: which is meant by a currency, and which currency a list has."""

    default_id: int
    currencies: dict[int, str]
    """Currency by list."""
    first_of: dict[str, int]
    """The oldest list of each currency; the default market's list comes before all others."""

    def list_of(self, currency: str | None) -> int:
        """The list prices in that currency go to. Raises NoSuchPriceList."""
        if currency is None:
            return self.default_id
        if currency not in self.first_of:
            raise NoSuchPriceList(field=("currency",), wanted=f"in {currency[:10]}")
        return self.first_of[currency]


@once
async def set_prices(ctx: Context, changes: Sequence[PriceChange]) -> int:
    """Set, change or remove prices, all or none; how many differed from what stood. Needs prices.write.

    Raises NotFound for an unknown variant, NoSuchPriceList, BadInput for an amount the list's currency cannot hold.
    """
    ctx.require("prices.write")
    if len(changes) > MOST_PRICES:
        raise BadInput(
            field=("prices",),
            problem=f"At most {MOST_PRICES} prices can be set at once.",
            reason="many",
            most=MOST_PRICES,
        )
    book = await price_book(ctx.db)
    wanted = _wanted(book, changes)
    changed: list[tuple[int, int]] = []
    async with ctx.tx() as session:
        products = await _products_of(session, [variant_id for _, variant_id in wanted])
        before = await _standing(session, wanted)
        for (list_id, variant_id), amounts in wanted.items():
            if await _write(ctx, session, list_id, variant_id, amounts):
                changed.append((list_id, variant_id))
        for list_id, variant_id in changed:
            await audited(
                ctx,
                session,
                "price.set",
                f"variant:{variant_id}",
                before=_told(book, list_id, before.get((list_id, variant_id))),
                after=_told(book, list_id, wanted[list_id, variant_id]),
            )
        for product_id, handle in sorted({products[variant_id] for _, variant_id in changed}):
            await emit(session, ProductChanged(product_id=product_id, handle=handle), ctx.now())
        session.outcome = len(changed)
    return len(changed)


async def price_book(reads: Reads) -> PriceBook:
    """The shop's price lists as they are now."""
    default_id = await reads.value(_DEFAULT_LIST)
    lists = sorted(await pricing.price_lists(reads), key=lambda row: (row.id != default_id, row.id))
    return PriceBook(
        default_id=default_id,
        currencies={row.id: row.currency for row in lists},
        first_of={row.currency: row.id for row in reversed(lists)},
    )


def minor_units(book: PriceBook, price_list_id: int, amount: str | Money | Decimal, field: tuple[str, ...]) -> int:
    """An amount in the list's minor units. Raises BadInput when it is negative or of another currency."""
    currency = book.currencies[price_list_id]
    money = amount if isinstance(amount, Money) else from_decimal(amount, currency, field=field)
    if money.currency != currency:
        raise BadInput(
            field=field,
            problem=f"This price list is in {currency}, not in {money.currency[:10]}.",
            reason="other_currency",
            currency=currency,
        )
    # A ready Money has not been measured yet.
    from_decimal(decimal_text(money.amount, currency), currency, field=field)
    if money.amount < 0:
        raise BadInput(field=field, problem="A price cannot be negative.", reason="low", least=0)
    return money.amount


def breaks_of(
    book: PriceBook, price_list_id: int, amount: str | Money, breaks: Sequence[Break], path: tuple[str, ...]
) -> list[list[int]]:
    """Breaks in the list's minor units. Raises BadInput unless each is for more pieces and cheaper than the last."""
    at = (*path, "breaks")
    single = minor_units(book, price_list_id, amount, (*path, "amount"))
    pairs = [
        (one.minimum, minor_units(book, price_list_id, one.amount, (*at, str(index), "amount")))
        for index, one in enumerate(breaks)
    ]
    return checked_breaks(single, pairs, at)


_Amounts = tuple[int, int | None, list[list[int]] | UnsetType] | None
"""Amount, compare-at and breaks in minor units, or None to take the variant off the list."""
_Key = tuple[int, int]
"""Price list and variant: also the order in which rows are taken."""


def _wanted(book: PriceBook, changes: Sequence[PriceChange]) -> dict[_Key, _Amounts]:
    found: dict[_Key, _Amounts] = {}
    for index, change in enumerate(changes):
        path = ("prices", str(index))
        list_id = book.default_id if change.price_list_id is None else change.price_list_id
        if list_id not in book.currencies:
            raise NoSuchPriceList(field=(*path, "price_list_id"), wanted=f"number {list_id}")
        if (list_id, change.variant_id) in found:
            raise BadInput(field=path, problem="The same price is given twice.", reason="twice")
        if change.amount is None and (change.compare_at is not None or change.breaks is not UNSET):
            problem = "What comes beside a price needs the price: give the amount, or nothing to remove it."
            raise BadInput(field=(*path, "amount"), problem=problem, reason="empty")
        found[list_id, change.variant_id] = None if change.amount is None else (
            minor_units(book, list_id, change.amount, (*path, "amount")),
            None if change.compare_at is None
            else minor_units(book, list_id, change.compare_at, (*path, "compare_at")),
            UNSET if change.breaks is UNSET
            else breaks_of(book, list_id, change.amount, change.breaks, path),
        )  # fmt: skip
    return dict(sorted(found.items()))


async def _products_of(session: Session, variant_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """The product of each variant, as its key and handle. Raises NotFound when one is not there."""
    found = await session.fetch(_PRODUCTS, {"variant_ids": sorted(set(variant_ids))})
    products = {variant_id: (product_id, handle) for variant_id, product_id, handle in found}
    for variant_id in variant_ids:
        if variant_id not in products:
            raise NotFound(field=("variant_id",), what=f"The variant {variant_id}")
    return products


async def _standing(session: Session, wanted: Mapping[_Key, _Amounts]) -> dict[_Key, _Amounts]:
    found = await session.fetch(_STANDING, {"variant_ids": sorted({variant_id for _, variant_id in wanted})})
    return {
        (list_id, variant_id): (amount, compare_at, breaks or [])
        for list_id, variant_id, amount, compare_at, breaks in found
    }


async def _write(ctx: Context, session: Session, list_id: int, variant_id: int, amounts: _Amounts) -> bool:
    if amounts is None:
        return await pricing.remove_price(session, list_id, variant_id, ctx.now(), ctx.actor.name)
    amount, compare_at, breaks = amounts
    return await pricing.set_price(
        session, list_id, variant_id, amount, compare_at, ctx.now(), ctx.actor.name, breaks=breaks
    )


def _told(book: PriceBook, list_id: int, amounts: _Amounts) -> dict[str, str | None] | None:
    """Amounts as the audit shows them."""
    if amounts is None:
        return None
    amount, compare_at, breaks = amounts
    currency = book.currencies[list_id]
    told = {
        "price": str(Money(amount, currency)),
        "compare_at": None if compare_at is None else str(Money(compare_at, currency)),
    }
    if breaks:
        told["breaks"] = ", ".join(f"{minimum}+: {Money(cheaper, currency)}" for minimum, cheaper in breaks)
    return told


_DEFAULT_LIST = select(Market.price_list_id).order_by(Market.is_default.desc(), Market.position, Market.id).limit(1)
_PRODUCTS = (
    select(Variant.id, Variant.product_id, Product.handle)
    .join(Product, Product.id == Variant.product_id)
    .where(id_in(Variant.id, "variant_ids"))
)
_STANDING = select(Price.price_list_id, Price.variant_id, Price.amount, Price.compare_at, Price.breaks).where(
    id_in(Price.variant_id, "variant_ids")
)
