"""Terms: what a promotion takes off, of what, for whom, from which threshold on, and what it goes together with."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.kernel.money import LARGEST
from vetrina.plugin.words import Say

Kind = Literal["products", "order", "buy_get", "shipping"]
"""products: off chosen products. order: off the whole order. buy_get: buy some, get others for less or nothing."""
PromotionClass = Literal["product", "order", "shipping"]
CLASSES: tuple[PromotionClass, ...] = ("product", "order", "shipping")
WHOLE = 1_000_000
"""All of a price, in parts per million."""
MOST_NAMED = 500
"""Products, collections and variants one promotion may name, each."""
MOST_TIERS = 10
LARGEST_COUNT = 10_000
"""Pieces and times."""


_CLASSES: Mapping[Kind, PromotionClass] = {
    "products": "product", "buy_get": "product", "order": "order", "shipping": "shipping",
}  # fmt: skip


class BadTerms(Refusal):
    """Terms that make no promotion; the field is named."""

    code = "BAD_USER_INPUT"
    text = "{problem}"


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Products, by themselves, by their collections, or by their variants; nothing named is everything."""

    product_ids: tuple[int, ...] = ()
    collection_ids: tuple[int, ...] = ()
    variant_ids: tuple[int, ...] = ()

    @property
    def is_everything(self) -> bool:
        return not (self.product_ids or self.collection_ids or self.variant_ids)


EVERYTHING = Scope()


class Tier(msgspec.Struct, frozen=True):
    """From `at` on (minor units or pieces) it is `off` (parts per million or minor units) instead."""

    at: int
    off: int


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """A promotion without its name, codes, days and limits. Amounts in minor units of `currency`.

    Every amount names the one currency it is in: a promotion with any does nothing in others.
    """

    kind: Kind
    value: Literal["percentage", "amount"] = "percentage"
    off: int = 0
    """Parts per million or minor units; of what is got with buy_get, of the delivery with shipping."""
    currency: str | None = None
    each: bool = False
    """An amount off every piece, instead of once off all of them."""
    scope: Scope = EVERYTHING
    """What it is about: what is reduced, or with buy_get what is got."""
    spares_reduced: bool = False
    """Leave alone what is reduced already: what has a compare-at price."""
    least_subtotal: int = 0
    """What the goods it is about must cost, before all discounts."""
    least_quantity: int = 0
    tier_by: Literal["subtotal", "quantity"] = "subtotal"
    tiers: tuple[Tier, ...] = ()
    buys: Scope = EVERYTHING
    buys_quantity: int = 0
    buys_subtotal: int = 0
    """Instead of pieces: what is bought for so much."""
    gets_quantity: int = 0
    most_times: int | None = None
    """How often in one order, with buy_get."""
    most_delivery: int | None = None
    """Deliveries that cost more are not reduced."""
    market_ids: tuple[int, ...] = ()
    """Empty: everywhere."""
    customers: Literal["everyone", "named", "first_order"] = "everyone"
    combines: tuple[PromotionClass, ...] = ()

    @property
    def collection_ids(self) -> frozenset[int]:
        """Collections that have to be known of the cart's products."""
        return frozenset((*self.scope.collection_ids, *self.buys.collection_ids))

    @property
    def has_amounts(self) -> bool:
        """Whether it says anything in money, and so only in one currency."""
        by_money = self.value == "amount" or (bool(self.tiers) and self.tier_by == "subtotal")
        return by_money or bool(self.least_subtotal or self.buys_subtotal or self.most_delivery is not None)


def class_of(terms: Terms) -> PromotionClass:
    """As what it goes together with others."""
    return _CLASSES[terms.kind]


def checked(terms: Terms) -> Terms:
    """The terms, if they make a promotion, put in order. Raises BadTerms naming the field."""
    _check_value(terms, terms.off, ("off",), must_be=not terms.tiers)
    if terms.has_amounts and not terms.currency:
        raise BadTerms(
            field=("currency",),
            problem=Say("Say in which currency the amounts are.", it="Indica in quale valuta sono gli importi."),
        )
    _check_counts(terms)
    _check_scopes(terms)
    if terms.kind == "buy_get":
        _check_buy_get(terms)
    return msgspec.structs.replace(
        terms,
        tiers=_ordered(terms),
        currency=terms.currency if terms.has_amounts else None,
        combines=tuple(kind for kind in CLASSES if kind in terms.combines),
    )


def _check_value(terms: Terms, off: int, field: tuple[str, ...], *, must_be: bool) -> None:
    if terms.value == "percentage" and not int(must_be) <= off <= WHOLE:
        raise BadTerms(
            field=field,
            problem=Say(
                "A percentage is more than 0 and at most 100.", it="Una percentuale è maggiore di 0 e al massimo 100."
            ),
        )
    if terms.value == "amount" and not int(must_be) <= off <= LARGEST:
        raise BadTerms(
            field=field,
            problem=Say("The amount must be more than nothing.", it="L'importo deve essere maggiore di zero."),
        )


def _check_counts(terms: Terms) -> None:
    for name in ("least_subtotal", "buys_subtotal", "most_delivery"):
        if not 0 <= (getattr(terms, name) or 0) <= LARGEST:
            raise BadTerms(
                field=(name,), problem=Say("The amount is out of range.", it="L'importo è fuori dai limiti.")
            )
    for name in ("least_quantity", "buys_quantity", "gets_quantity", "most_times"):
        if not 0 <= (getattr(terms, name) or 0) <= LARGEST_COUNT:
            raise BadTerms(
                field=(name,),
                problem=Say(
                    f"A number of pieces is between 0 and {LARGEST_COUNT}.",
                    it=f"Un numero di pezzi va da 0 a {LARGEST_COUNT}.",
                ),
            )
    if terms.most_times == 0:
        raise BadTerms(
            field=("most_times",),
            problem=Say(
                "Leave it empty, or allow it once at least.", it="Lascia vuoto, o permettilo almeno una volta."
            ),
        )


def _check_scopes(terms: Terms) -> None:
    for field, scope in (("scope", terms.scope), ("buys", terms.buys)):
        if max(len(scope.product_ids), len(scope.collection_ids), len(scope.variant_ids)) > MOST_NAMED:
            raise BadTerms(
                field=(field,),
                problem=Say(
                    f"A promotion names {MOST_NAMED} products or collections at most.",
                    it=f"Uno sconto ha al massimo {MOST_NAMED} prodotti o collezioni.",
                ),
            )
    if terms.kind == "products" and terms.scope.is_everything:
        raise BadTerms(
            field=("scope",),
            problem=Say(
                "Choose the products or collections, or take it off the whole order.",
                it="Scegli i prodotti o le collezioni, o toglilo dall'intero ordine.",
            ),
        )


def _check_buy_get(terms: Terms) -> None:
    if bool(terms.buys_quantity) == bool(terms.buys_subtotal):
        raise BadTerms(
            field=("buys_quantity",),
            problem=Say(
                "Say how many pieces are bought, or for how much: one of both.",
                it="Indica quanti pezzi si comprano, o per quanto: uno dei due.",
            ),
        )
    if not terms.gets_quantity:
        raise BadTerms(
            field=("gets_quantity",), problem=Say("Say how many pieces are got.", it="Indica quanti pezzi si ricevono.")
        )
    if terms.tiers:
        raise BadTerms(
            field=("tiers",), problem=Say("Buy and get has no steps.", it="Compra e ricevi non ha scaglioni.")
        )


def _ordered(terms: Terms) -> tuple[Tier, ...]:
    tiers = tuple(sorted(terms.tiers, key=lambda tier: tier.at))
    if len(tiers) > MOST_TIERS:
        raise BadTerms(
            field=("tiers",),
            problem=Say(f"There can be {MOST_TIERS} steps.", it=f"Gli scaglioni sono al massimo {MOST_TIERS}."),
        )
    for index, tier in enumerate(tiers):
        field = ("tiers", str(index))
        if tier.at <= 0 or (index and tiers[index - 1].at == tier.at):
            raise BadTerms(
                field=field,
                problem=Say(
                    "Every step begins at a threshold of its own, above nothing.",
                    it="Ogni scaglione comincia a una soglia sua, maggiore di zero.",
                ),
            )
        _check_value(terms, tier.off, field, must_be=True)
    return tiers
