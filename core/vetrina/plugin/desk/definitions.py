"""Metafields that plugins declare: their types bind whoever writes them."""

from collections.abc import Mapping

import msgspec

from vetrina.plugin.collected import Collected
from vetrina.plugin.declarations import MetafieldDefinition
from vetrina.plugin.words import LANGUAGES, Words, said


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


def metafield_types(collected: Collected) -> Mapping[tuple[str, str, str], str]:
    """The declared types, as flows look them up; of two declarations of one key the first counts."""
    return {(card.owner_type, card.namespace, card.key): card.type for card in reversed(definitions(collected))}


def metafield_filters(collected: Collected) -> Mapping[tuple[str, str, str], Mapping[str, str]]:
    """Those by which buyers may filter products, with their names by language."""
    return {
        (card.owner_type, card.namespace, card.key): {language: said(card.name, language) for language in LANGUAGES}
        for card in definitions(collected)
        if card.filterable
    }
