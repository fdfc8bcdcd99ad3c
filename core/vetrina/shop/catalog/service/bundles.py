"""What a bundle consists of: written whole, with everything it names held still."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, select

from vetrina.kernel.db import Session, id_in
from vetrina.kernel.errors import NotFound
from vetrina.shop.catalog.models import Product, Variant, VariantComponent
from vetrina.shop.catalog.rules import Component, ComponentIsBundle, GiftCardInBundle, VariantIsComponent
from vetrina.shop.catalog.rules.bundles import told
from vetrina.shop.catalog.service.products import Edit, editable, touch
from vetrina.shop.catalog.service.variants import set_variant_columns
from vetrina.vocabulary import ProductStatus


class _Named(msgspec.Struct, frozen=True):
    """A variant as far as it matters for bundles."""

    id: int
    product_id: int
    is_bundle: bool
    is_gift_card: bool
    is_live: bool


async def set_components(
    session: Session, variant_id: int, components: Sequence[Component], *, at: datetime
) -> tuple[int, Edit]:
    """Make a variant consist of checked components, of none of them no bundle; its product, and what changed.

    Raises NotFound, ProductIsArchived, ComponentIsBundle, VariantIsComponent, GiftCardInBundle.
    """
    product_id = await session.value(_OWNER, {"variant": variant_id})
    if product_id is None:
        raise NotFound(field=("variant_id",), what=f"The variant {variant_id}")
    product = await editable(session, product_id)
    # Held in the order of their ids, so that two bundles can wait for each other but never in a circle.
    wanted = sorted({variant_id, *(component.variant_id for component in components)})
    named = {row.id: row for row in await session.rows(_Named, _NAMED, {"ids": wanted})}
    if not named[variant_id].is_live:
        raise NotFound(field=("variant_id",), what=f"The variant {variant_id}")
    if components:
        await _check_bundle(session, named[variant_id])
    for index, component in enumerate(components):
        _check_component(named.get(component.variant_id), component.variant_id, index)
    before = await components_of(session, variant_id)
    if tuple(before) == tuple(components):
        return product_id, Edit(product.handle, {}, {})
    await _write(session, variant_id, components, at)
    await touch(session, product_id, at)
    return product_id, Edit(
        product.handle, {"components": told(before)}, {"variant": variant_id, "components": told(components)}
    )


async def components_of(session: Session, variant_id: int) -> list[Component]:
    """What a variant consists of, in order; nothing for one that is no bundle."""
    return await session.rows(Component, _COMPONENTS, {"bundle": variant_id})


async def _check_bundle(session: Session, variant: _Named) -> None:
    if variant.is_gift_card:
        raise GiftCardInBundle(field=("variant_id",), variant_id=variant.id)
    if await session.value(_USED, {"component": variant.id}) is not None:
        raise VariantIsComponent(field=("variant_id",), variant_id=variant.id)


def _check_component(variant: _Named | None, variant_id: int, index: int) -> None:
    field = ("components", str(index), "variant_id")
    if variant is None or not variant.is_live:
        raise NotFound(field=field, what=f"The variant {variant_id}")
    if variant.is_gift_card:
        raise GiftCardInBundle(field=field, variant_id=variant_id)
    if variant.is_bundle:
        raise ComponentIsBundle(field=field, variant_id=variant_id)


async def _write(session: Session, variant_id: int, components: Sequence[Component], at: datetime) -> None:
    await session.execute(_FORGET, {"bundle": variant_id})
    rows = [
        {
            "bundle_id": variant_id,
            "component_id": component.variant_id,
            "quantity": component.quantity,
            "position": position,
        }
        for position, component in enumerate(components)
    ]
    await session.add_many(VariantComponent, rows)
    await set_variant_columns(session, variant_id, is_bundle=bool(components), updated_at=at)


_OWNER = select(Variant.product_id).where(Variant.id == bindparam("variant"))
_NAMED = (
    select(
        Variant.id,
        Variant.product_id,
        Variant.is_bundle,
        Product.is_gift_card,
        (Variant.archived_at.is_(None) & (Product.status != ProductStatus.ARCHIVED.value)).label("is_live"),
    )
    .join(Product, Product.id == Variant.product_id)
    .where(id_in(Variant.id, "ids"))
    .order_by(Variant.id)
    # Orders that name a variant are written meanwhile: only other changes of it wait.
    .with_for_update(of=Variant, key_share=True)
)
_USED = (
    select(VariantComponent.bundle_id)
    .join(Variant, Variant.id == VariantComponent.bundle_id)
    .where(VariantComponent.component_id == bindparam("component"), Variant.archived_at.is_(None))
    .limit(1)
)
_COMPONENTS = (
    select(VariantComponent.component_id.label("variant_id"), VariantComponent.quantity)
    .where(VariantComponent.bundle_id == bindparam("bundle"))
    .order_by(VariantComponent.position)
)
_FORGET = delete(VariantComponent).where(VariantComponent.bundle_id == bindparam("bundle"))
