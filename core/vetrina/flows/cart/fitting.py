"""Fit the lines a buyer wishes for to what is sold: refuse what can never be, clip what stock cannot give."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Sized
from datetime import datetime

import msgspec

from vetrina.flows.cart.changes import CartCaution, CartProblem, CartRefused
from vetrina.kernel.context import Context, Place
from vetrina.kernel.db import Reads, Session
from vetrina.shop.cart import service as carts
from vetrina.shop.cart.rules import (
    MOST_AT_ONCE,
    MOST_LINES,
    Line,
    Writing,
    checked_attributes,
    merged,
    quantity_fault,
    within_stock,
    writing,
)
from vetrina.shop.catalog.rules import is_sellable
from vetrina.views.catalog.merchandise import CartLineFactsRow, MerchandiseRow, line_facts, merchandise, taken_by
from vetrina.vocabulary import LARGEST_QUANTITY, Attribute

Path = tuple[str, ...]
Identity = tuple[int, str]


class LineInput(msgspec.Struct, frozen=True, kw_only=True):
    """A line the buyer wants. A plan or a parent is named by whoever asks for what the shop does not do."""

    variant_id: int
    quantity: int = 1
    attributes: tuple[Attribute, ...] = ()
    selling_plan: str | None = None
    has_parent: bool = False


class Clip(msgspec.Struct, frozen=True):
    """A wish that stock could not give: the line as it is now (quantity 0: not in the cart), and what to say."""

    line: Line
    code: str
    message: str


class Fit(msgspec.Struct, frozen=True):
    """What to write so that the cart has the wished lines, and where it falls short of the wish."""

    before: tuple[CartLineFactsRow, ...] = ()
    after: tuple[Line, ...] = ()
    writing: Writing = Writing((), (), ())
    """From the one to the other."""
    known: Mapping[int, MerchandiseRow] = {}
    """By variant: of the lines before, and of those that are wanted."""
    clips: tuple[Clip, ...] = ()


async def fit_added(
    reads: Reads,
    ctx: Context,
    place: Place,
    before: tuple[CartLineFactsRow, ...],
    wanted: Sequence[LineInput],
    field: Path,
) -> Fit:
    """Join the wanted lines to those a cart has. Raises CartRefused or BadInput; `field` is the input's path."""
    check_count(wanted, field)
    known = await known_merchandise(reads, place, before, {line.variant_id for line in wanted})
    problems = [
        problem
        for index, line in enumerate(wanted)
        for problem in _problems_of_input(ctx, line, known.get(line.variant_id), (*field, str(index)))
    ]
    if problems:
        raise CartRefused(*problems)
    paths, added = dict[Identity, Path](), list[Line]()
    for index, line in enumerate(wanted):
        at = (*field, str(index))
        attributes = checked_attributes(line.attributes, (*at, "attributes"))
        new = Line(id=None, variant_id=line.variant_id, quantity=line.quantity, attributes=attributes)
        added.append(new)
        paths.setdefault(new.identity, at)
    return fitted(before, merged([*map(line_of, before), *added]), known, paths)


def fitted(
    before: tuple[CartLineFactsRow, ...],
    after: Sequence[Line],
    known: Mapping[int, MerchandiseRow],
    paths: Mapping[Identity, Path],
) -> Fit:
    """Hold the lines with a path, those the caller asked about, against quantity rules, stock and the cart's size.

    Raises CartRefused.
    """
    problems = [
        problem
        for line in after
        if (path := paths.get(line.identity)) and (problem := _quantity_problem(line, known[line.variant_id], path))
    ]
    if not problems and len(after) > max(MOST_LINES, len(before)):
        problems = [
            CartProblem(code="CART_TOO_LARGE", message=f"A cart can have {MOST_LINES} lines.", field=("lines",))
        ]
    if problems:
        raise CartRefused(*problems)
    stored = {row.id: line_of(row) for row in before}
    taken = Counter[int]()
    for line in after:
        if line.identity not in paths:
            _take(taken, line, known)
    kept, clips = list[Line](), list[Clip]()
    for line in after:
        if line.identity not in paths:
            kept.append(line)
            continue
        clip = _clip(line, stored.get(line.id or 0), known[line.variant_id], taken)
        clips.extend([clip] if clip else ())
        final = clip.line if clip else line
        if final.quantity:
            kept.append(final)
            _take(taken, final, known)
    return fit_of(before, merged(kept), known, tuple(clips))


def _take(taken: Counter[int], line: Line, known: Mapping[int, MerchandiseRow]) -> None:
    for variant_id, pieces in taken_by(line.quantity, known[line.variant_id]).items():
        taken[variant_id] += pieces


def fit_of(
    before: tuple[CartLineFactsRow, ...],
    after: tuple[Line, ...],
    known: Mapping[int, MerchandiseRow],
    clips: tuple[Clip, ...] = (),
) -> Fit:
    """A fit with what it takes to write it."""
    return Fit(before, after, writing(tuple(map(line_of, before)), after), known, clips)


class Written(msgspec.Struct, frozen=True):
    """Lines as they are now, and what to say about them."""

    lines: tuple[CartLineFactsRow, ...]
    cautions: tuple[CartCaution, ...] = ()


async def write_fit(session: Session, cart_id: int, fit: Fit, at: datetime) -> Written:
    """Write fitted lines; what fell short becomes warnings about the lines, or about variants that got none."""
    fresh = await carts.write_lines(session, cart_id, fit.writing, at)
    ids = {line.identity: line.id or fresh[line.identity] for line in fit.after}
    stored = {row.id: row for row in fit.before}
    lines = [_line_after(fit, line, ids[line.identity], cart_id, stored, at) for line in fit.after]
    return Written(tuple(sorted(lines, key=lambda row: row.id)), tuple(_caution(clip, ids) for clip in fit.clips))


async def known_merchandise(
    reads: Reads, place: Place, before: Iterable[CartLineFactsRow], variant_ids: Iterable[int]
) -> dict[int, MerchandiseRow]:
    """What is known of the variants that exist, by id: of those in a cart already it is not read again."""
    known: dict[int, MerchandiseRow] = {row.variant_id: row for row in before}
    missing = sorted(set(variant_ids) - known.keys())
    if missing:
        known |= {row.variant_id: row for row in await merchandise(reads, missing, place)}
    return known


def line_of(row: CartLineFactsRow) -> Line:
    """A stored line as a change sees it."""
    attributes = tuple(Attribute(attribute["key"], attribute["value"]) for attribute in row.attributes)
    return Line(id=row.id, variant_id=row.variant_id, quantity=row.quantity, attributes=attributes)


def check_count(given: Sized, field: Path) -> None:
    """Raises CartRefused when one call names more things than it may."""
    if len(given) > MOST_AT_ONCE:
        message = f"At most {MOST_AT_ONCE} can be named in one call."
        raise CartRefused(CartProblem(code="INVALID", message=message, field=field, reason="TOO_MANY"))


def merchandise_problem(ctx: Context, facts: MerchandiseRow | None, field: Path) -> CartProblem | None:
    """Why a variant cannot be put in a cart; what is not on sale is not told from what never was."""
    if facts is None or not is_sellable(facts.status, facts.published_at, facts.archived_at, ctx.now()):
        message = "The specified merchandise does not exist."
        return CartProblem(code="INVALID", message=message, field=field, reason="MERCHANDISE_NOT_FOUND")
    if facts.price is None:
        message = f"{facts.product_title} is not sold in this market."
        return CartProblem(code="MERCHANDISE_NOT_APPLICABLE", message=message, field=field)
    return None


def _problems_of_input(ctx: Context, line: LineInput, facts: MerchandiseRow | None, at: Path) -> Iterable[CartProblem]:
    problem = merchandise_problem(ctx, facts, (*at, "merchandise_id"))
    if problem is not None:
        yield problem
    if line.quantity < 1:
        yield CartProblem(code="INVALID", message="The quantity must be at least 1.", field=(*at, "quantity"))
    if line.quantity > LARGEST_QUANTITY:
        message = f"The quantity must be at most {LARGEST_QUANTITY}."
        yield CartProblem(code="LESS_THAN", message=message, field=(*at, "quantity"))
    if line.selling_plan is not None:
        yield plan_problem(at)
    if line.has_parent:
        message = "Lines of this shop have no parents."
        yield CartProblem(code="PARENT_LINE_OPERATION_BLOCKED", message=message, field=(*at, "parent"))


def plan_problem(at: Path) -> CartProblem:
    """Say that a line asked for a selling plan; the core sells at once only."""
    message = "This item is not sold by a selling plan."
    return CartProblem(code="SELLING_PLAN_NOT_APPLICABLE", message=message, field=(*at, "selling_plan_id"))


def _quantity_problem(line: Line, facts: MerchandiseRow, path: Path) -> CartProblem | None:
    fault = quantity_fault(line.quantity, facts.quantity_minimum, facts.quantity_increment, facts.quantity_maximum)
    return CartProblem(code=fault.code, message=fault.message, field=(*path, "quantity")) if fault else None


def _clip(line: Line, stored: Line | None, facts: MerchandiseRow, taken: Mapping[int, int]) -> Clip | None:
    """What becomes of a line that stock cannot give in full. With none at all, an old line stays as it was."""
    quantity = within_stock(line.quantity, facts.room_beside(taken), facts.quantity_minimum, facts.quantity_increment)
    if quantity == line.quantity:
        return None
    if quantity:
        message = f"Only {quantity} of {facts.product_title} are left."
        return Clip(msgspec.structs.replace(line, quantity=quantity), "MERCHANDISE_NOT_ENOUGH_STOCK", message)
    left = stored or msgspec.structs.replace(line, quantity=0)
    return Clip(left, "MERCHANDISE_OUT_OF_STOCK", f"{facts.product_title} is out of stock.")


def _line_after(
    fit: Fit, line: Line, line_id: int, cart_id: int, stored: Mapping[int, CartLineFactsRow], at: datetime
) -> CartLineFactsRow:
    """A line as it is in the database now. One that became another variant, or got other attributes, is new."""
    variant_id, key = line.identity
    before = stored.get(line_id)
    if before is not None and (before.variant_id, before.attributes_key) == (variant_id, key):
        is_same = before.quantity == line.quantity
        return before if is_same else msgspec.structs.replace(before, quantity=line.quantity)
    attributes = [{"key": attribute.key, "value": attribute.value} for attribute in line.attributes]
    return line_facts(fit.known[variant_id], line_id, cart_id, line.quantity, attributes, key, at)


def _caution(clip: Clip, ids: Mapping[Identity, int]) -> CartCaution:
    line_id = ids.get(clip.line.identity) if clip.line.quantity else None
    if line_id is None:
        return CartCaution(
            code=clip.code, message=clip.message, target="ProductVariant", target_id=clip.line.variant_id
        )
    return CartCaution(code=clip.code, message=clip.message, target="CartLine", target_id=line_id)
