"""Bundles: of which components a variant may consist, and the refusals that say why it may not."""

from collections.abc import Iterable, Sequence

import msgspec

from vetrina.kernel.errors import BadInput, Refusal

MOST_COMPONENTS = 30
"""Of one bundle."""
MOST_PIECES = 1_000
"""Of one component in a bundle."""


class ComponentIsBundle(Refusal):
    """Bundles are not nested. Facts: variant_id."""

    code = "COMPONENT_IS_BUNDLE"
    text = "A bundle cannot be a component: name what it consists of instead."


class VariantIsComponent(Refusal):
    """What a bundle consists of cannot be a bundle. Facts: variant_id."""

    code = "VARIANT_IS_COMPONENT"
    text = "This item is a component of a bundle: take it out there before it becomes a bundle itself."


class GiftCardInBundle(Refusal):
    """Money is no goods: a gift card is neither a bundle nor a component. Facts: variant_id."""

    code = "GIFT_CARD_IN_BUNDLE"
    text = "A gift card can be neither a bundle nor a component of one."


class Component(msgspec.Struct, frozen=True):
    """So many pieces of a variant in a bundle."""

    variant_id: int
    quantity: int = 1


def checked_components(variant_id: int, components: Sequence[Component]) -> tuple[Component, ...]:
    """Components that can be a bundle's, as far as the bundle alone can tell. Raises BadInput."""
    if len(components) > MOST_COMPONENTS:
        problem = f"A bundle has at most {MOST_COMPONENTS} components."
        raise BadInput(field=("components",), problem=problem, reason="components_many", most=MOST_COMPONENTS)
    seen = set[int]()
    for index, component in enumerate(components):
        at = ("components", str(index))
        if not 1 <= component.quantity <= MOST_PIECES:
            problem = f"Of a component there are between 1 and {MOST_PIECES} pieces."
            raise BadInput(field=(*at, "quantity"), problem=problem, reason="component_pieces", most=MOST_PIECES)
        if component.variant_id == variant_id:
            problem = "A bundle is not a component of itself."
            raise BadInput(field=(*at, "variant_id"), problem=problem, reason="component_itself")
        if component.variant_id in seen:
            problem = "This component is named twice: give its whole quantity."
            raise BadInput(field=(*at, "variant_id"), problem=problem, reason="component_twice")
        seen.add(component.variant_id)
    return tuple(components)


def told(components: Iterable[Component]) -> list[dict[str, int]]:
    """Components as the audit keeps them."""
    return [{"variant": component.variant_id, "quantity": component.quantity} for component in components]
