"""What a product's variants consist of: shown, and written by SKU in a form that needs no script."""

import re
from collections.abc import Sequence

import msgspec

from vetrina.flows.catalog import MOST_COMPONENTS, Component, set_components
from vetrina.kernel import texts
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.views.catalog.bundles import ComponentRow, components_of, variants_called
from vetrina.views.catalog.product_sheets import VariantSheetRow, variant_sheets_by_id
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Visit

_NUMBERED = re.compile(r"#[1-9][0-9]{0,17}")
SPARE = 3
"""Empty rows of a form beside those that are filled."""


class TypedRow(msgspec.Struct, frozen=True):
    """A row of the form as it was typed."""

    sku: str = ""
    quantity: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.sku.strip()


class BundleForm(msgspec.Struct, frozen=True):
    """The form of one bundle, or of a variant that is to become one: 0 while none is chosen."""

    variant_id: int
    rows: tuple[TypedRow, ...]
    error: str = ""


class MadeBundle(msgspec.Struct, frozen=True):
    """A variant that is a bundle, with its components."""

    variant: VariantSheetRow
    components: list[ComponentRow]

    @property
    def stock(self) -> int | None:
        """How many its components are enough for; None where none is counted."""
        enough = [
            0 if each.is_archived else max(each.stock or 0, 0) // each.quantity
            for each in self.components
            if each.is_archived or each.stock is not None
        ]
        return min(enough, default=None)


class Bundles(msgspec.Struct, frozen=True):
    """What the card shows: each variant that is a bundle with its components, those that may become one, forms."""

    made: tuple[MadeBundle, ...]
    others: tuple[VariantSheetRow, ...]
    forms: dict[int, BundleForm]


class UnknownSku(Refusal):
    """No variant is called so. Facts: sku."""

    code = "SKU_UNKNOWN"
    text = "No variant has the SKU {sku}."


class AmbiguousSku(Refusal):
    """Several variants are called so. Facts: sku."""

    code = "SKU_AMBIGUOUS"
    text = "Several variants have the SKU {sku}."


async def bundles_shown(visit: Visit, variants: Sequence[VariantSheetRow], typed: BundleForm | None) -> Bundles:
    """The card of the variants on the page; at most one statement. What was `typed` stays where it was refused."""
    live = [variant for variant in variants if variant.archived_at is None]
    bundles = [variant.id for variant in live if variant.is_bundle]
    found = await components_of(visit.ctx.db, bundles) if bundles else {}
    made = tuple(MadeBundle(variant, found.get(variant.id, [])) for variant in live if variant.is_bundle)
    forms = {each.variant.id: BundleForm(each.variant.id, _spared(_written(each.components))) for each in made}
    forms[0] = BundleForm(0, _spared(()))
    if typed is not None:
        shown = msgspec.structs.replace(typed, rows=_spared(typed.rows))
        forms[typed.variant_id if typed.variant_id in forms else 0] = shown
    return Bundles(made, tuple(variant for variant in live if not variant.is_bundle), forms)


async def save_bundle(visit: Visit, form: Form) -> BundleForm | None:
    """Write what was typed; what was typed and why it was refused, if it was. Raises NotFound."""
    variant_id, rows = form.number("variant"), _typed(form)
    variant = (await variant_sheets_by_id(visit.ctx.db, [variant_id])).get(variant_id)
    if variant is None or variant.product_id != visit.number("product"):
        raise NotFound(what="The variant")
    try:
        await set_components(visit.ctx, variant_id, await _components(visit, rows))
    except NotFound:
        raise
    except Refusal as refusal:
        return BundleForm(variant_id, rows, _told(visit, refusal, rows))
    visit.tell("products.bundle_saved" if rows else "products.bundle_ended")
    return None


def _typed(form: Form) -> tuple[TypedRow, ...]:
    """The rows that name something; one more than a bundle may have is enough to be refused."""
    pairs = zip(form.all("sku"), form.all("quantity"), strict=False)
    rows = (TypedRow(sku.strip(), quantity.strip()) for sku, quantity in pairs)
    return tuple(row for row in rows if not row.is_empty)[: MOST_COMPONENTS + 1]


async def _components(visit: Visit, rows: Sequence[TypedRow]) -> list[Component]:
    known = await variants_called(visit.ctx.db, [row.sku for row in rows]) if rows else {}
    return [_component(row, known, index) for index, row in enumerate(rows)]


def _component(row: TypedRow, known: dict[str, list[int]], index: int) -> Component:
    at = ("components", str(index))
    sku = texts.line(row.sku, field=at)
    called = [int(sku[1:])] if _NUMBERED.fullmatch(sku) else known.get(sku, [])
    if not called:
        raise UnknownSku(field=at, sku=sku)
    if len(called) > 1:
        raise AmbiguousSku(field=at, sku=sku)
    digits = row.quantity or "1"
    is_number = digits.isascii() and digits.isdecimal() and len(digits) < 10
    return Component(called[0], int(digits) if is_number else 0)


def _told(visit: Visit, refusal: Refusal, rows: Sequence[TypedRow]) -> str:
    """Why it was refused, with the SKU of the row it is about."""
    field = refusal.field or ()
    text = told(visit.say, refusal)
    if len(field) < 2 or field[0] != "components" or "sku" in refusal.facts:
        return text
    return f"{rows[int(field[1])].sku}: {text}"


def _written(components: Sequence[ComponentRow]) -> tuple[TypedRow, ...]:
    """A component without an SKU is called by its number, so that saving the form again keeps it."""
    return tuple(TypedRow(each.sku or f"#{each.variant_id}", str(each.quantity)) for each in components)


def _spared(rows: Sequence[TypedRow]) -> tuple[TypedRow, ...]:
    return (*rows, *(TypedRow(),) * min(SPARE, max(0, MOST_COMPONENTS - len(rows))))
