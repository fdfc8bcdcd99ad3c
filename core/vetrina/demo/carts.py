"""What people put together at the demo shop: favourites, and things that go with each other."""

from decimal import Decimal
from itertools import accumulate
from random import Random

import msgspec

from vetrina.demo.catalogue import products
from vetrina.ports import ProductDraft

SIZES = (22, 27, 22, 14, 8, 4, 3)
"""Of a hundred carts, those with one thing, two things, three, ..."""
QUANTITIES = ((1, 74), (2, 17), (3, 5), (4, 2), (6, 2))
COMPANY = 0.55
"""How often the next thing goes with one that is in the cart already."""
FADE = 0.93
"""How much less popular each product is than the one before it on the list of favourites."""

COMPANIONS = {
    "Dried pasta": ("Tomato sauce", "Tinned tomatoes", "Pesto", "Hard cheese", "Olive oil"),
    "Egg pasta": ("Hard cheese", "Cured pork cheek", "Red wine"),
    "Rice": ("Hard cheese", "Tinned tomatoes", "Red wine"),
    "Olive oil": ("Vinegar", "Savoury snacks", "Dried pasta"),
    "Coffee": ("Coffee maker", "Biscuits", "Chocolate", "Cups"),
    "Coffee maker": ("Coffee", "Cups"),
    "Hard cheese": ("Cured ham", "Honey", "Graters", "Dried pasta"),
    "Cured ham": ("Savoury snacks", "Fresh cheese", "Hard cheese"),
    "Salame": ("Red wine", "Savoury snacks", "Boards"),
    "Red wine": ("Hard cheese", "Salame", "Glassware"),
    "Sparkling wine": ("Festive cake", "Savoury snacks"),
    "Biscuits": ("Coffee", "Liqueur"),
    "Chocolate": ("Coffee", "Sweet spread"),
    "Plates": ("Bowls", "Table linen"),
    "Table linen": ("Plates", "Candles", "Glassware"),
    "Knives": ("Boards",),
    "Candles": ("Soap", "Table linen"),
}
"""Kinds of products that are bought with a kind."""


class Ware(msgspec.Struct, frozen=True):
    """One variant to buy. Prices in major units by currency."""

    sku: str
    title: str
    variant_title: str
    kind: str
    prices: dict[str, Decimal]


class Shelf(msgspec.Struct, frozen=True):
    """Products in the order of their popularity, each with its variants, and which of them are of a kind."""

    products: tuple[tuple[Ware, ...], ...]
    popularity: tuple[float, ...]
    """Cumulative."""
    by_kind: dict[str, tuple[tuple[Ware, ...], ...]]


def stock_shelf(rng: Random) -> Shelf:
    """The demo's catalogue in the order chance makes favourites of it."""
    drafts = list(products())
    rng.shuffle(drafts)
    found = tuple(_wares(draft) for draft in drafts)
    kinds = {variants[0].kind for variants in found}
    return Shelf(
        found,
        tuple(accumulate(FADE**rank for rank in range(len(found)))),
        {kind: tuple(variants for variants in found if variants[0].kind == kind) for kind in sorted(kinds)},
    )


def fill_cart(rng: Random, shelf: Shelf) -> list[tuple[Ware, int]]:
    """Different wares, each with a quantity."""
    size = rng.choices(range(1, len(SIZES) + 1), weights=SIZES)[0]
    cart: dict[str, tuple[Ware, int]] = {}
    for _ in range(size):
        kinds = [kind for ware, _ in cart.values() for kind in COMPANIONS.get(ware.kind, ())]
        if kinds and rng.random() < COMPANY:
            variants = rng.choice(shelf.by_kind[rng.choice(kinds)])
        else:
            variants = rng.choices(shelf.products, cum_weights=shelf.popularity)[0]
        # The smallest size is bought most.
        ware = variants[min(int(rng.expovariate(1.1)), len(variants) - 1)]
        cart[ware.sku] = (ware, _quantity(rng))
    return list(cart.values())


def _quantity(rng: Random) -> int:
    return rng.choices([number for number, _ in QUANTITIES], weights=[weight for _, weight in QUANTITIES])[0]


def _wares(draft: ProductDraft) -> tuple[Ware, ...]:
    return tuple(
        Ware(
            variant.sku or "",
            draft.title,
            " / ".join(value for _, value in variant.options),
            draft.product_type,
            {price.currency or "": price.amount for price in variant.prices},
        )
        for variant in draft.variants
    )
