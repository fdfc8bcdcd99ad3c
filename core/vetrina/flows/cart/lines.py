"""Add, change and remove lines of a cart."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from vetrina.flows.cart.changes import CartOutcome, CartProblem, CartRefused, Edit, change_cart, refusable
from vetrina.flows.cart.fitting import (
    Fit,
    LineInput,
    check_count,
    fit_added,
    fit_of,
    fitted,
    known_merchandise,
    line_of,
    merchandise_problem,
    plan_problem,
    write_fit,
)
from vetrina.kernel.context import Context, Place
from vetrina.shop.cart.rules import Line, checked_attributes, merged
from vetrina.views.catalog.merchandise import CartLineFactsRow, MerchandiseRow, cart_line_facts
from vetrina.vocabulary import Attribute

Path = tuple[str, ...]


class LineChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of a line; None leaves as it is, quantity 0 removes."""

    id: int
    quantity: int | None = None
    variant_id: int | None = None
    attributes: tuple[Attribute, ...] | None = None
    selling_plan: str | None = None


@refusable
async def add_lines(ctx: Context, key: str, lines: Sequence[LineInput]) -> CartOutcome:
    """Put variants in a cart; the same variant with the same attributes joins the line that is there.

    More than stock has is clipped, with a warning. Everything else that is wrong refuses the whole call.
    """

    async def change(edit: Edit) -> None:
        place = await edit.place()
        fit = await fit_added(edit.session, ctx, place, await _lines(edit, place), lines, ("lines",))
        await _write(edit, fit)

    return await change_cart(ctx, key, change)


@refusable
async def update_lines(ctx: Context, key: str, changes: Sequence[LineChange]) -> CartOutcome:
    """Change quantity, variant or attributes of lines; lines that become equal are merged into the oldest."""

    async def change(edit: Edit) -> None:
        check_count(changes, ("lines",))
        await _write(edit, await _fit_changes(ctx, edit, changes))

    return await change_cart(ctx, key, change)


@refusable
async def remove_lines(ctx: Context, key: str, line_ids: Sequence[int]) -> CartOutcome:
    """Take lines out of a cart. Naming one that is not there refuses the whole call."""

    async def change(edit: Edit) -> None:
        check_count(line_ids, ("line_ids",))
        before = await _lines(edit, await edit.place())
        there, gone = {row.id for row in before}, frozenset(line_ids)
        missing = [_no_line(("line_ids", str(index))) for index, key in enumerate(line_ids) if key not in there]
        if missing:
            raise CartRefused(*missing)
        kept = tuple(line_of(row) for row in before if row.id not in gone)
        await _write(edit, fit_of(before, kept, {row.variant_id: row for row in before}))

    return await change_cart(ctx, key, change)


async def _lines(edit: Edit, place: Place) -> tuple[CartLineFactsRow, ...]:
    return await cart_line_facts(edit.session, edit.cart.id, place)


async def _write(edit: Edit, fit: Fit) -> None:
    if fit.writing:
        edit.touch()
    written = await write_fit(edit.session, edit.cart.id, fit, edit.at)
    edit.lines = written.lines
    edit.warnings.extend(written.cautions)


async def _fit_changes(ctx: Context, edit: Edit, changes: Sequence[LineChange]) -> Fit:
    place = await edit.place()
    before = await _lines(edit, place)
    lines = {row.id: line_of(row) for row in before}
    wanted = [change.variant_id for change in changes if change.variant_id is not None]
    known = await known_merchandise(edit.session, place, before, wanted)
    paths, problems = dict[tuple[int, str], Path](), list[CartProblem]()
    for index, change in enumerate(changes):
        at = ("lines", str(index))
        line = lines.get(change.id)
        found = list(_problems_of(ctx, change, line, known, at))
        problems.extend(found)
        if line is None or found:
            continue
        if change.quantity == 0:
            del lines[change.id]
        else:
            changed = lines[change.id] = _changed(line, change, at)
            paths[changed.identity] = at
    if problems:
        raise CartRefused(*problems)
    return fitted(before, merged(lines.values()), known, paths)


def _problems_of(
    ctx: Context, change: LineChange, line: Line | None, known: Mapping[int, MerchandiseRow], at: Path
) -> Iterable[CartProblem]:
    if line is None:
        yield _no_line((*at, "id"))
    if change.quantity is not None and change.quantity < 0:
        yield CartProblem(code="INVALID", message="The quantity cannot be negative.", field=(*at, "quantity"))
    if change.variant_id is not None and (line is None or change.variant_id != line.variant_id):
        problem = merchandise_problem(ctx, known.get(change.variant_id), (*at, "merchandise_id"))
        if problem is not None:
            yield problem
    if change.selling_plan is not None:
        yield plan_problem(at)


def _changed(line: Line, change: LineChange, at: Path) -> Line:
    attributes = change.attributes
    return Line(
        id=line.id,
        variant_id=line.variant_id if change.variant_id is None else change.variant_id,
        quantity=line.quantity if change.quantity is None else change.quantity,
        attributes=line.attributes if attributes is None else checked_attributes(attributes, (*at, "attributes")),
    )


def _no_line(field: Path) -> CartProblem:
    message = "The specified line is not in this cart."
    return CartProblem(code="INVALID_MERCHANDISE_LINE", message=message, field=field)
