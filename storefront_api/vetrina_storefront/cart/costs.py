"""What a cart costs, how it can be paid, and what gift cards pay."""

from collections.abc import Sequence
from enum import Enum

import msgspec
import strawberry

from vetrina.flows.cart.codes import card_id
from vetrina.flows.quoting import CartQuote, MethodOffer
from vetrina.graphql import Info, batch, gid, read_from
from vetrina.ports import Redemption
from vetrina.views.carts import CartRow
from vetrina.vocabulary import PaymentFlow
from vetrina_storefront.attributes import Attribute, AttributeRow
from vetrina_storefront.cart.rows import quote_of, quotes_of
from vetrina_storefront.interfaces import Node
from vetrina_storefront.money import MoneyRow, MoneyV2, money
from vetrina_storefront.price_steps import StepRow


@strawberry.enum(description="How a way to pay meets the buyer.")
class CartPaymentFlow(Enum):
    FREE = "FREE"
    OFFLINE = "OFFLINE"
    IN_PAGE = "IN_PAGE"
    REDIRECT = "REDIRECT"


class CostRow(msgspec.Struct, frozen=True):
    """What a cart costs. subtotal + delivery + tax on top + fee = total; gift cards are taken off the amount due."""

    amount_due: MoneyRow
    checkout_charge_amount: MoneyRow
    subtotal_amount: MoneyRow
    subtotal_amount_estimated: bool
    total_amount: MoneyRow
    total_amount_estimated: bool
    total_duty_amount: MoneyRow | None
    total_duty_amount_estimated: bool
    total_tax_amount: MoneyRow | None
    total_tax_amount_estimated: bool


class MethodRow(msgspec.Struct, frozen=True):
    """A way to pay on offer."""

    amount: MoneyRow
    fee: MoneyRow | None
    flow: PaymentFlow
    handle: str
    parameters: list[AttributeRow]
    provider: str
    title: str


class CardRow(msgspec.Struct, frozen=True):
    """A gift card and what it pays of its cart."""

    card: Redemption
    currency: str


async def load_costs(rows: Sequence[CartRow], info: Info) -> list[CostRow]:
    return [_cost(quote) for quote in await quotes_of(info, rows)]


async def load_methods(rows: Sequence[CartRow], info: Info) -> list[list[MethodRow]]:
    """The ways to pay on offer now."""
    return [[_method(offer, quote.quote.currency) for offer in quote.methods] for quote in await quotes_of(info, rows)]


async def load_selected_methods(rows: Sequence[CartRow], info: Info) -> list[MethodRow | None]:
    """The chosen way to pay, while it is on offer; a cart that chose none needs no quote to say so."""
    quotes = [await quote_of(info, row) if row.payment is not None else None for row in rows]
    return [
        _method(quote.selected_method, quote.quote.currency) if quote and quote.selected_method else None
        for quote in quotes
    ]


async def load_cards(rows: Sequence[CartRow], info: Info) -> list[list[CardRow]]:
    """The gift cards that pay; a cart without codes needs no quote to say that there are none."""
    quotes = [await quote_of(info, row) if row.gift_card_codes else None for row in rows]
    return [
        [CardRow(card, quote.quote.currency) for card in quote.quote.redemptions] if quote else [] for quote in quotes
    ]


async def load_card_ids(rows: Sequence[CardRow], info: Info) -> list[str]:
    return [gid("AppliedGiftCard", card_id(row.card)) for row in rows]


async def load_amounts_used(rows: Sequence[CardRow], info: Info) -> list[MoneyRow]:
    return [money(row.card.amount, row.currency) for row in rows]


async def load_balances(rows: Sequence[CardRow], info: Info) -> list[MoneyRow]:
    return [money(row.card.balance, row.currency) for row in rows]


async def load_last_characters(rows: Sequence[CardRow], info: Info) -> list[str]:
    return [row.card.last_characters for row in rows]


@strawberry.type(description="What a cart costs.")
class CartCost:
    amount_due: MoneyV2 = strawberry.field(description="The rest after gift cards, with the chosen method's fee.")
    checkout_charge_amount: MoneyV2
    subtotal_amount: MoneyV2
    subtotal_amount_estimated: bool
    total_amount: MoneyV2
    total_amount_estimated: bool
    total_duty_amount: MoneyV2 | None = strawberry.field(deprecation_reason="The core charges no duties.")
    total_duty_amount_estimated: bool = strawberry.field(deprecation_reason="The core charges no duties.")
    total_tax_amount: MoneyV2 | None = strawberry.field(deprecation_reason="Tax is final at the checkout only.")
    total_tax_amount_estimated: bool = strawberry.field(deprecation_reason="Tax is final at the checkout only.")


@strawberry.type(description="What a cart costs.")
class CartEstimatedCost:
    checkout_charge_amount: MoneyV2
    subtotal_amount: MoneyV2
    total_amount: MoneyV2
    total_duty_amount: MoneyV2 | None
    total_tax_amount: MoneyV2 | None


@strawberry.type(description="A way to pay that this cart may use now.")
class CartPaymentMethod:
    amount: MoneyV2 = strawberry.field(description="What is charged if it is chosen; the client echoes it.")
    fee: MoneyV2 | None = strawberry.field(description="A surcharge contained in the amount.")
    flow: CartPaymentFlow
    handle: str = strawberry.field(description="Stable key, provider and method: stripe:card")
    parameters: list[Attribute] = strawberry.field(
        description="Public settings of the provider, such as a publishable key."
    )
    provider: str = strawberry.field(description="Tells the front end which browser library to load.")
    title: str


@strawberry.type(description="A gift card that pays a part of a cart.")
class AppliedGiftCard(Node):
    amount_used: MoneyV2 = batch(load_amounts_used)
    amount_used_v2: MoneyV2 = batch(load_amounts_used, deprecation_reason="Use `amountUsed` instead.")
    balance: MoneyV2 = batch(load_balances)
    balance_v2: MoneyV2 = batch(load_balances, deprecation_reason="Use `balance` instead.")
    id: strawberry.ID = batch(load_card_ids)
    last_characters: str = batch(load_last_characters)
    presentment_amount_used: MoneyV2 = batch(load_amounts_used)

    is_type_of = read_from(CardRow)


def _cost(quoted: CartQuote) -> CostRow:
    quote = quoted.quote
    goods = sum(line.total for line in quote.lines)
    is_delivery_open = any(group.selected is None or not group.has_address for group in quoted.groups)
    return CostRow(
        amount_due=money(quote.amount_due, quote.currency),
        checkout_charge_amount=money(goods, quote.currency),
        subtotal_amount=money(goods, quote.currency),
        subtotal_amount_estimated=False,
        total_amount=money(quote.total, quote.currency),
        total_amount_estimated=is_delivery_open or not quoted.is_tax_known,
        total_duty_amount=None,
        total_duty_amount_estimated=False,
        total_tax_amount=money(quote.tax, quote.currency) if quoted.is_tax_known else None,
        total_tax_amount_estimated=is_delivery_open or not quoted.is_tax_known,
    )


def _method(offer: MethodOffer, currency: str) -> MethodRow:
    return MethodRow(
        amount=money(offer.amount, currency),
        fee=money(offer.method.fee, currency) if offer.method.fee else None,
        flow=offer.method.flow,
        handle=offer.handle,
        parameters=[AttributeRow(one.key, one.value) for one in offer.method.parameters],
        provider=offer.provider,
        title=offer.method.title,
    )


async def load_cart_steps(rows: Sequence[CartRow], info: Info) -> list[list[StepRow]]:
    """The steps of each cart's quote."""
    quotes = [quote.quote for quote in await quotes_of(info, rows)]
    return [
        [StepRow(step.kind.upper(), step.label, money(step.amount, quote.currency)) for step in quote.explanation]
        for quote in quotes
    ]
