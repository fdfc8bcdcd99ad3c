"""Translations, and the index of words that search reads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import bindparam, delete, select

from vetrina.kernel.db import Session, id_in, table_of
from vetrina.shop.catalog.models import (
    OptionValue,
    Product,
    ProductTag,
    SearchTerm,
    Translation,
    Variant,
    VariantValue,
)
from vetrina.shop.catalog.rules import Text, terms, text_of, words
from vetrina.shop.catalog.rules.stems import stem_of
from vetrina.shop.catalog.rules.typos import is_target
from vetrina.shop.catalog.rules.words import DESCRIPTION, SKU, TAG, TITLE, TYPE, VALUE, VENDOR, code_words
from vetrina.shop.catalog.service.spelling import spell


async def translate(session: Session, owner_type: str, owner_id: int, texts: Iterable[Text]) -> None:
    """Set texts of one owner in other languages; an empty value takes the translation away."""
    for text in texts:
        key = {"owner_type": owner_type, "owner_id": owner_id, "language": text.language, "field": text.field}
        if text.value:
            await session.put(Translation, ("owner_type", "owner_id", "language", "field"), **key, value=text.value)
        else:
            await session.execute(_FORGET, {f"{name}_": value for name, value in key.items()})


async def changed_texts(session: Session, owner_type: str, owner_id: int, texts: Sequence[Text]) -> list[Text]:
    """Of some texts those that differ from what is stored."""
    if not texts:
        return []
    stored = {
        (language, field): value
        for language, field, value in await session.fetch(_STORED, {"owner_type_": owner_type, "owner_id_": owner_id})
    }
    return [text for text in texts if stored.get((text.language, text.field), "") != text.value]


async def forget_texts(session: Session, owner_type: str, owner_ids: Sequence[int]) -> None:
    """Delete all translations of some owners."""
    await session.execute(_FORGET_ALL, {"owner_type_": owner_type, "owner_ids": owner_ids})


async def reindex(session: Session, product_ids: Sequence[int], language: str) -> None:
    """Write the words of some products anew, in the shop's language and every language they are translated into."""
    wanted = {"product_ids": product_ids}
    texts = await session.rows(_Texts, _TEXTS, wanted)
    tags, codes = await _tags(session, wanted), await _codes(session, wanted)
    named = defaultdict[int, list[tuple[str, int]]](list)
    for product_id, value in await session.fetch(_VALUES, wanted):
        named[product_id].append((value, VALUE))
    translated = await _translations(session, wanted)
    rows: list[dict[str, str | int]] = []
    spellings = defaultdict[str, set[str]](set)
    for own in texts:
        for spoken in (language, *(name for name in translated[own.id] if name != language)):
            other = translated[own.id].get(spoken, {}) if spoken != language else {}
            parts = [
                (other.get("title", own.title), TITLE),
                (text_of(other.get("description_html", own.description_html)), DESCRIPTION),
                (own.vendor, VENDOR),
                (own.product_type, TYPE),
                *tags[own.id],
                *named[own.id],
            ]
            coded = {word for code, _ in codes[own.id] for word in words(code)}
            for term, weight in terms([*parts, *codes[own.id]]).items():
                stem = stem_of(term, spoken)
                rows.append({"language": spoken, "term": term, "product_id": own.id, "stem": stem, "weight": weight})
                if term not in coded and is_target(term):
                    spellings[spoken].add(term)
    await session.execute(_UNINDEX, wanted)
    await session.add_many(SearchTerm, rows)
    for spoken in sorted(spellings):
        await spell(session, spoken, spellings[spoken])


class _Texts(msgspec.Struct, frozen=True):
    id: int
    title: str
    description_html: str
    vendor: str
    product_type: str


async def _tags(session: Session, wanted: dict[str, Sequence[int]]) -> dict[int, list[tuple[str, int]]]:
    parts = defaultdict[int, list[tuple[str, int]]](list)
    for product_id, tag in await session.fetch(_TAGS, wanted):
        parts[product_id].append((tag, TAG))
    return parts


async def _codes(session: Session, wanted: dict[str, Sequence[int]]) -> dict[int, list[tuple[str, int]]]:
    parts = defaultdict[int, list[tuple[str, int]]](list)
    for product_id, sku in await session.fetch(_SKUS, wanted):
        parts[product_id].append((code_words(sku), SKU))
    return parts


async def _translations(session: Session, wanted: dict[str, Sequence[int]]) -> dict[int, dict[str, dict[str, str]]]:
    """By product and language: its fields."""
    found = defaultdict[int, dict[str, dict[str, str]]](dict)
    for product_id, language, field, value in await session.fetch(_TRANSLATIONS, wanted):
        found[product_id].setdefault(language, {})[field] = value
    return found


_FORGET = delete(table_of(Translation)).where(
    Translation.owner_type == bindparam("owner_type_"),
    Translation.owner_id == bindparam("owner_id_"),
    Translation.language == bindparam("language_"),
    Translation.field == bindparam("field_"),
)
_STORED = select(Translation.language, Translation.field, Translation.value).where(
    Translation.owner_type == bindparam("owner_type_"), Translation.owner_id == bindparam("owner_id_")
)
_FORGET_ALL = delete(table_of(Translation)).where(
    Translation.owner_type == bindparam("owner_type_"), id_in(Translation.owner_id, "owner_ids")
)
_UNINDEX = delete(table_of(SearchTerm)).where(id_in(SearchTerm.product_id, "product_ids", is_long=True))
_TEXTS = (
    select(Product.id, Product.title, Product.description_html, Product.vendor, Product.product_type)
    .where(id_in(Product.id, "product_ids", is_long=True))
    .order_by(Product.id)
)
_TAGS = select(ProductTag.product_id, ProductTag.tag).where(id_in(ProductTag.product_id, "product_ids", is_long=True))
_SKUS = (
    select(Variant.product_id, Variant.sku)
    .where(
        id_in(Variant.product_id, "product_ids", is_long=True), Variant.archived_at.is_(None), Variant.sku.is_not(None)
    )
    .order_by(Variant.product_id, Variant.id)
)
_VALUES = (
    select(Variant.product_id, OptionValue.name)
    .join(VariantValue, VariantValue.variant_id == Variant.id)
    .join(OptionValue, OptionValue.id == VariantValue.value_id)
    .where(id_in(Variant.product_id, "product_ids", is_long=True), Variant.archived_at.is_(None))
    .distinct()
)
_TRANSLATIONS = (
    select(Translation.owner_id, Translation.language, Translation.field, Translation.value)
    .where(Translation.owner_type == "Product", id_in(Translation.owner_id, "product_ids", is_long=True))
    .order_by(Translation.owner_id, Translation.language)
)
