"""Metafields that plugins declare and the staff defines: their types bind whoever writes them."""

from collections.abc import Iterable, Mapping

import msgspec

from vetrina.plugin.collected import Collected
from vetrina.plugin.declarations import MetafieldDefinition
from vetrina.plugin.words import LANGUAGES, Words, said
from vetrina.views.metafields import DefinitionRow


class DefinitionCard(msgspec.Struct, frozen=True):
    """A metafield with its declared type; the namespace is the plugin's name."""

    owner_type: str
    namespace: str
    key: str
    type: str
    name: Words
    description: Words
    filterable: bool


def definitions(collected: Collected) -> list[DefinitionCard]:
    """Every metafield that plugins which are in declare, by owner type, namespace and key."""
    found = [
        DefinitionCard(item.owner_type, owner, item.key, item.type, item.name, item.description, item.filterable)
        for owner, item in collected.declarations
        if isinstance(item, MetafieldDefinition)
    ]
    return sorted(found, key=lambda card: (card.owner_type, card.namespace, card.key))


def metafield_types(collected: Collected, defined: Iterable[DefinitionRow] = ()) -> Mapping[tuple[str, str, str], str]:
    """The types that bind, as flows look them up: a plugin's before the staff's, of two plugins' the first."""
    theirs = {(card.owner_type, card.namespace, card.key): card.type for card in reversed(definitions(collected))}
    return {row.field: row.type for row in defined} | theirs


def metafield_filters(
    collected: Collected, defined: Iterable[DefinitionRow] = ()
) -> Mapping[tuple[str, str, str], Mapping[str, str]]:
    """Those by which buyers may filter products, with their names by language."""
    theirs = {
        (card.owner_type, card.namespace, card.key): {language: said(card.name, language) for language in LANGUAGES}
        for card in definitions(collected)
        if card.filterable
    }
    return {row.field: row.names for row in defined if row.is_filterable} | theirs
