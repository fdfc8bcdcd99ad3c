"""Queries in the search syntax as conditions on products and collections."""

from collections.abc import Callable, Iterator
from datetime import MAXYEAR, UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import LARGEST, digits
from vetrina.shop.catalog.models import Collection, Product, ProductTag, SearchTerm, Variant
from vetrina.shop.catalog.rules import fold, words
from vetrina.shop.pricing.models import Price
from vetrina.views.matching import EVERYTHING, Matching
from vetrina.views.query_syntax import Either, Every, Not, Query, Term, parse
from vetrina.views.shelf import PRICE_LIST, is_sellable_product
from vetrina.views.windows import Column

LAST_LETTER = "\U0010ffff"
"""Sorts after every letter of a word: words that begin with x lie between x and x followed by this."""

Meaning = Callable[[Context, Term], ColumnElement[bool]]


def product_query(ctx: Context, text: str | None, *, is_open: bool = False) -> Matching:
    """What a query means for products. Raises BadInput for values that cannot be compared, naming the query.

    `is_open` takes the last word for the beginning of one, as while somebody types.

    Fields: title, handle, vendor, product_type, tag, sku, barcode, id, created_at, updated_at, published_at, price,
    available_for_sale, gift_card. Anything else is text: words that have to be in the product's index.
    """
    return _matching(ctx, read(text, is_open=is_open), _PRODUCT_FIELDS, _has_words)


def collection_query(ctx: Context, text: str | None) -> Matching:
    """What a query means for collections: title, handle, id, updated_at; text is looked for in the title."""
    return _matching(ctx, read(text), _COLLECTION_FIELDS, lambda ctx, term: _contains(Collection.title, term))


def words_of(query: Query) -> Iterator[Term]:
    """The text terms a query wants to find, by which its results are ranked."""
    match query:
        case Term():
            if query.field not in _PRODUCT_FIELDS:
                yield _as_text(query)
        case Every(parts) | Either(parts):
            for part in parts:
                yield from words_of(part)
        case Not():
            return


def is_word(word: str, is_prefix: bool) -> ColumnElement[bool]:
    """An indexed term is that word, or begins with it."""
    if not is_prefix:
        return SearchTerm.term == word
    return and_(SearchTerm.term >= word, SearchTerm.term < word + LAST_LETTER)


def spoken_here(ctx: Context) -> ColumnElement[bool]:
    """Words of the context's language, and of the shop's own, in which everything is written."""
    return or_(*(SearchTerm.language == one for one in sorted({ctx.place.language, ctx.place.default_language})))


def read(text: str | None, *, is_open: bool = False) -> Query:
    """A query as it was typed; none says nothing. Raises BadInput."""
    query = parse(text) if text else Every(())
    return _opened(query) if is_open else query


def _opened(query: Query) -> Query:
    """The query with its last text as the beginning of a word."""
    match query:
        case Term() if query.field not in _PRODUCT_FIELDS:
            return query._replace(is_prefix=True)
        case Every(parts) | Either(parts) if parts:
            return type(query)((*parts[:-1], _opened(parts[-1])))
        case _:
            return query


def _matching(ctx: Context, query: Query, fields: dict[str, Meaning], says: Meaning) -> Matching:
    if query == Every(()):
        return EVERYTHING

    def meaning(query: Query) -> ColumnElement[bool]:
        match query:
            case Term(field):
                return fields[field](ctx, query) if field in fields else says(ctx, _as_text(query))
            case Not(inner):
                return not_(meaning(inner))
            case Every(parts):
                return and_(true(), *map(meaning, parts))
            case Either(parts):
                return or_(false(), *map(meaning, parts))

    return Matching((meaning(query),))


def _as_text(term: Term) -> Term:
    """A term of a field nobody knows is what was typed."""
    return term._replace(field=None, value=f"{term.field} {term.value}") if term.field else term


def _has_words(ctx: Context, term: Term) -> ColumnElement[bool]:
    """Every word of the term is in the product's index; a phrase counts as its words."""
    wanted = words(term.value)
    conditions = [
        Product.id.in_(
            select(SearchTerm.product_id).where(
                spoken_here(ctx), is_word(word, term.is_prefix and place == len(wanted) - 1)
            )
        )
        for place, word in enumerate(wanted)
    ]
    return and_(true(), *conditions)


def _text(column: Column) -> Meaning:
    """The column says so, however it is capitalised."""

    def meaning(ctx: Context, term: Term) -> ColumnElement[bool]:
        wanted = term.value.lower()
        lowered = func.lower(column)
        return lowered.startswith(wanted, autoescape=True) if term.is_prefix else lowered == wanted

    return meaning


def _contains(column: Column, term: Term) -> ColumnElement[bool]:
    return func.lower(column).contains(term.value.lower(), autoescape=True)


def _of_tag(ctx: Context, term: Term) -> ColumnElement[bool]:
    return Product.id.in_(select(ProductTag.product_id).where(_text(ProductTag.tag)(ctx, term)))


def _of_variant(column: Column) -> Meaning:
    def meaning(ctx: Context, term: Term) -> ColumnElement[bool]:
        says = column.startswith(term.value, autoescape=True) if term.is_prefix else column == term.value
        return Product.id.in_(select(Variant.product_id).where(Variant.archived_at.is_(None), says))

    return meaning


def _price(ctx: Context, term: Term) -> ColumnElement[bool]:
    try:
        major = Decimal(term.value)
    except InvalidOperation:
        major = Decimal("NaN")
    if not major.is_finite() or abs(major) > LARGEST:
        raise BadInput(field=("query",), problem="A price is compared with a number, such as price:>10.50.")
    amount = int(major.scaleb(digits(ctx.place.currency)).to_integral_value())
    return Product.id.in_(
        select(Variant.product_id)
        .join(Price, Price.variant_id == Variant.id)
        .where(
            Price.price_list_id == PRICE_LIST,
            Variant.archived_at.is_(None),
            _compared(Price.amount, term.comparison, amount),
        )
    )


def _moment(column: Column) -> Meaning:
    """A day or an instant, in UTC unless it says otherwise; a day is all of it."""

    def meaning(ctx: Context, term: Term) -> ColumnElement[bool]:
        try:
            moment = datetime.fromisoformat(term.value)
        except ValueError:
            raise BadInput(
                field=("query",), problem=f"{term.field} is compared with a day such as 2026-03-14, or an instant."
            ) from None
        start = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if len(term.value) > len("2026-03-14") or start.year == MAXYEAR:
            return _compared(column, term.comparison, start)
        end = start + timedelta(days=1)
        match term.comparison:
            case "=":
                return and_(column >= start, column < end)
            case "<" | ">=":
                return _compared(column, term.comparison, start)
            case "<=":
                return column < end
            case _:
                return column >= end

    return meaning


def _number(column: Column) -> Meaning:
    """A key, alone or at the end of a global id."""

    def meaning(ctx: Context, term: Term) -> ColumnElement[bool]:
        number = term.value.rsplit("/", 1)[-1]
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise BadInput(field=("query",), problem="An id is compared with a number, such as id:>100.")
        return _compared(column, term.comparison, int(number))

    return meaning


def _flag(condition: Callable[[], ColumnElement[bool]]) -> Meaning:
    def meaning(ctx: Context, term: Term) -> ColumnElement[bool]:
        said = fold(term.value)
        if said not in ("true", "false", "1", "0"):
            raise BadInput(field=("query",), problem=f"{term.field} is true or false.")
        return condition() if said in ("true", "1") else not_(condition())

    return meaning


def _compared(column: Column, comparison: str, value: Any) -> ColumnElement[bool]:
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


_PRODUCT_FIELDS: dict[str, Meaning] = {
    "title": lambda ctx, term: _contains(Product.title, term),
    "handle": _text(Product.handle),
    "vendor": _text(Product.vendor),
    "product_type": _text(Product.product_type),
    "tag": _of_tag,
    "sku": _of_variant(Variant.sku),
    "barcode": _of_variant(Variant.barcode),
    "id": _number(Product.id),
    "created_at": _moment(Product.created_at),
    "updated_at": _moment(Product.updated_at),
    "published_at": _moment(Product.published_at),
    "price": _price,
    "variants.price": _price,
    "available_for_sale": _flag(is_sellable_product),
    "gift_card": _flag(lambda: Product.is_gift_card.is_(True)),
}
_COLLECTION_FIELDS: dict[str, Meaning] = {
    "title": lambda ctx, term: _contains(Collection.title, term),
    "handle": _text(Collection.handle),
    "id": _number(Collection.id),
    "updated_at": _moment(Collection.updated_at),
}
