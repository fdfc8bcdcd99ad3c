"""What is available, and which locations a hold takes its pieces from."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.vocabulary import Address

Preference = tuple[bool, int, int]
"""Pieces that are there (False) before pieces still to come (True), then the shop's own order of locations."""


class OutOfStock(Refusal):
    """None is left. Facts: variant_id, available."""

    code = "OUT_OF_STOCK"
    text = "This item is out of stock."


class NotEnoughStock(Refusal):
    """Fewer are left than wanted. Facts: variant_id, available."""

    code = "NOT_ENOUGH_STOCK"
    text = "Only {available} of this item are left."


class StockIsHeld(Refusal):
    """A count or a limit would leave less than what buyers already hold. Facts: variant_id, reserved."""

    code = "STOCK_IS_HELD"
    text = "{reserved} of this item are held for buyers: the stock cannot fall below that."


class StockNotTracked(Refusal):
    """The location keeps no count of the variant. Facts: variant_id, location_id."""

    code = "STOCK_NOT_TRACKED"
    text = "This item is not tracked at this location."


class ReferenceTaken(Refusal):
    """The reference already stands for another movement of the same item. Facts: reference."""

    code = "REFERENCE_TAKEN"
    text = "The reference {reference} was already used for another quantity."


class LocationNameTaken(Refusal):
    """Another location has the name. Facts: name."""

    code = "LOCATION_NAME_TAKEN"
    text = "Another location is called {name} already."


class LocationIsNeeded(Refusal):
    """It holds pieces for buyers, or is the last that is open."""

    code = "LOCATION_IS_NEEDED"
    text = "This location holds pieces for buyers, or is the last one that is open: it cannot be closed now."


class LocationSheet(msgspec.Struct, frozen=True, kw_only=True):
    """What is written of a location. Degrees are in millionths, WGS 84; both or neither."""

    name: str
    address: Address
    latitude: int | None = None
    longitude: int | None = None
    is_active: bool = True


class Wanted(msgspec.Struct, frozen=True):
    """So many pieces of a variant."""

    variant_id: int
    quantity: int


class Piece(msgspec.Struct, frozen=True, order=True):
    """So many pieces of a variant at a location."""

    variant_id: int
    location_id: int
    quantity: int


class LevelRow(msgspec.Struct, frozen=True):
    """A variant's level at a location, with what decides about taking from there."""

    variant_id: int
    location_id: int
    on_hand: int
    reserved: int
    backorder_limit: int
    position: int
    is_active: bool

    @property
    def free(self) -> int:
        """Pieces that are there and nobody holds; below zero when backorders are held."""
        return self.on_hand - self.reserved

    @property
    def sellable(self) -> int:
        """Pieces that may still be promised from here, backorders included."""
        return max(self.free + self.backorder_limit, 0) if self.is_active else 0


def together(wanted: Iterable[Wanted]) -> dict[int, int]:
    """Quantity by variant, in the order of variants: the order in which rows are taken."""
    total: dict[int, int] = {}
    for want in wanted:
        total[want.variant_id] = total.get(want.variant_id, 0) + want.quantity
    return dict(sorted(total.items()))


def choose(wanted: Mapping[int, int], levels: Mapping[int, Sequence[LevelRow]]) -> dict[int, int | None]:
    """For every tracked variant the one location to take all of it from, or None when no single one has it all.

    A location that serves the whole request comes first, so that it leaves in one parcel; else each variant's own
    best. Raises OutOfStock or NotEnoughStock when the locations together have too few.
    """
    able: dict[int, dict[int, Preference]] = {}
    for variant_id, quantity in wanted.items():
        if rows := levels.get(variant_id):
            check_enough(variant_id, quantity, rows)
            able[variant_id] = _able(quantity, rows)
    home = _home(list(able.values()))
    if home is not None:
        return dict.fromkeys(able, home)
    return {variant_id: _best(ranks) for variant_id, ranks in able.items()}


def gather(variant_id: int, quantity: int, levels: Sequence[LevelRow], home: int | None = None) -> list[Piece]:
    """Where to take a variant from: `home` if it has it all, else the best that has, else several locations.

    From several: what is there by the shop's order of locations, then backorders. The answer is in the order of
    locations' ids, in which rows are taken. Raises OutOfStock or NotEnoughStock.
    """
    check_enough(variant_id, quantity, levels)
    able = _able(quantity, levels)
    if able:
        chosen = home if home in able else _best(able)
        return [Piece(variant_id, chosen, quantity)] if chosen is not None else []
    active = sorted((row for row in levels if row.is_active), key=lambda row: (row.position, row.location_id))
    taken: dict[int, int] = {}
    for may_backorder in (False, True):
        for row in active:
            already = taken.get(row.location_id, 0)
            most = row.sellable if may_backorder else max(row.free, 0)
            more = min(quantity - sum(taken.values()), most - already)
            if more > 0:
                taken[row.location_id] = already + more
    return [Piece(variant_id, location_id, pieces) for location_id, pieces in sorted(taken.items())]


def check_enough(variant_id: int, quantity: int, levels: Sequence[LevelRow]) -> None:
    """Raises OutOfStock or NotEnoughStock when the locations together cannot promise so many."""
    available = sum(row.sellable for row in levels)
    if available < quantity:
        raise short_of(variant_id, available)


def short_of(variant_id: int, available: int) -> OutOfStock | NotEnoughStock:
    """The refusal that says how many there are."""
    if available > 0:
        return NotEnoughStock(variant_id=variant_id, available=available)
    return OutOfStock(variant_id=variant_id, available=0)


def ran_out(free: int, taken: int) -> bool:
    """Whether taking so many pieces made a location's free stock, now `free`, end."""
    return free <= 0 < free + taken


def came_back(free: int, added: int) -> bool:
    """Whether adding so many pieces made a location have free stock again."""
    return free - added <= 0 < free


def _able(quantity: int, levels: Sequence[LevelRow]) -> dict[int, Preference]:
    """The locations that have so many, each with how much we like to take from it."""
    return {
        row.location_id: (row.free < quantity, row.position, row.location_id)
        for row in levels
        if row.sellable >= quantity
    }


def _best(able: Mapping[int, Preference]) -> int | None:
    return min(able, key=able.__getitem__, default=None)


def _home(able: Sequence[Mapping[int, Preference]]) -> int | None:
    """The location that can serve every variant; the fewest backorders first, then the shop's own order."""
    shared = set[int].intersection(*(set(ranks) for ranks in able)) if able else set[int]()
    return min(
        shared,
        key=lambda location_id: (sum(ranks[location_id][0] for ranks in able), able[0][location_id][1:]),
        default=None,
    )
