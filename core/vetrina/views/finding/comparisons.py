"""The conditions that searches and filters are made of, as SQL over parameters given by name."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, and_, bindparam, or_, select
from sqlalchemy import func as sql

from vetrina.kernel.db import BigInt, table_of
from vetrina.shop.catalog.models import Collection, Product, ProductTag, SearchTerm, Variant
from vetrina.shop.pricing.models import Price
from vetrina.views.shelf import DEFAULT_LANGUAGE, LANGUAGE, PRICE_LIST
from vetrina.views.windows import Column

LAST_LETTER = "\U0010ffff"
"""Sorts after every letter of a word: words that begin with x lie between x and x followed by this."""


def like(text: str) -> str:
    """A text as it stands in a pattern."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def says(owner: type[Product] | type[Collection], column: str, name: str, is_pattern: bool) -> ColumnElement[bool]:
    """A text is this, or like this, however it is capitalised; what it is compared with is in lower case."""
    return _says(sql.lower(getattr(owner, column)), name, is_pattern)


def has_tag(name: str, is_pattern: bool) -> ColumnElement[bool]:
    """The product has such a tag."""
    said = _says(sql.lower(ProductTag.tag), name, is_pattern)
    return Product.id.in_(select(ProductTag.product_id).where(said))


def has_variant(column: str, name: str, is_pattern: bool, any_case: bool = False) -> ColumnElement[bool]:
    """A variant that is not archived says this in one of its codes or in its title."""
    text: Column = getattr(Variant, column)
    said = _says(sql.lower(text) if any_case else text, name, is_pattern)
    return Product.id.in_(select(Variant.product_id).where(Variant.archived_at.is_(None), said))


class Sought(NamedTuple):
    """A word looked for, as names of parameters: itself, and its stems in the context's language and the shop's own."""

    word: str
    stem: str
    own_stem: str
    is_prefix: bool
    """Whether it is the beginning of one."""


def has_word(word: Sought, translated: bool) -> ColumnElement[bool]:
    """A word, another form of it, or one that begins so, is in the product's index."""
    return Product.id.in_(select(SearchTerm.product_id).where(is_met(word, translated)))


def is_met(word: Sought, translated: bool) -> ColumnElement[bool]:
    """An indexed term is the word or another form of it, or begins so; in the context's language or the shop's own.

    Equal words have equal stems, so one look at the index of stems finds both.
    """
    spoken = [(LANGUAGE, word.stem), *([(DEFAULT_LANGUAGE, word.own_stem)] if translated else [])]
    arms = [and_(SearchTerm.language == language, SearchTerm.stem == _text(stem)) for language, stem in spoken]
    if word.is_prefix:
        arms += [and_(SearchTerm.language == language, is_term(word.word, is_prefix=True)) for language, _ in spoken]
    return or_(*arms)


def is_exactly(word: Sought) -> ColumnElement[bool]:
    """An indexed term is the very word."""
    return SearchTerm.term == _text(word.word)


def costs(comparison: str, name: str) -> ColumnElement[bool]:
    """A variant costs so much, more or less, in minor units."""
    return Product.id.in_(
        select(Variant.product_id)
        .join(Price, Price.variant_id == Variant.id)
        .where(
            Price.price_list_id == PRICE_LIST,
            Variant.archived_at.is_(None),
            relates(Price.amount, comparison, bindparam(name, type_=BigInt)),
        )
    )


def compares(owner: type[Product] | type[Collection], column: str, comparison: str, name: str) -> ColumnElement[bool]:
    """A column is so much, more or less."""
    compared = table_of(owner).c[column]
    return relates(compared, comparison, bindparam(name, type_=compared.type))


def is_gift_card() -> ColumnElement[bool]:
    """The product is one."""
    return Product.is_gift_card.is_(True)


def is_term(name: str, is_prefix: bool) -> ColumnElement[bool]:
    """An indexed term is that word, or begins with it."""
    word = _text(name)
    if not is_prefix:
        return SearchTerm.term == word
    return and_(SearchTerm.term >= word, SearchTerm.term < word + LAST_LETTER)


def _text(name: str) -> Column:
    return bindparam(name, type_=Text())


def _says(text: Column, name: str, is_pattern: bool) -> ColumnElement[bool]:
    value = _text(name)
    return text.like(value, escape="/") if is_pattern else text == value


def relates(column: Column, comparison: str, value: Column) -> ColumnElement[bool]:
    """The comparison that a query names: >, >=, <, <=, and equality for any other."""
    match comparison:
        case ">":
            return column > value
        case ">=":
            return column >= value
        case "<":
            return column < value
        case "<=":
            return column <= value
        case _:
            return column == value
