"""Queries in the search syntax as conditions on products and collections."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import MAXYEAR, UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import LARGEST, digits
from vetrina.shop.catalog.models import Collection, Product
from vetrina.shop.catalog.rules import fold, words
from vetrina.shop.catalog.rules.stems import stem_of
from vetrina.views.finding.comparisons import (
    Sought,
    compares,
    costs,
    has_tag,
    has_variant,
    has_word,
    is_gift_card,
    like,
    says,
)
from vetrina.views.finding.matching import EVERYTHING, NOTHING, Condition, Matching, Values, either, every, opposite
from vetrina.views.finding.query_syntax import Either, Every, Not, Query, Term, parse
from vetrina.views.shelf import is_sellable_product, is_translated

Meaning = Callable[[Context, Term, Values], Condition]


def product_query(ctx: Context, text: str | None, *, is_open: bool = False) -> Matching:
    """What a query means for products. Raises BadInput for values that cannot be compared, naming the query.

    `is_open` takes the last word for the beginning of one, as while somebody types; what cannot be compared yet says
    nothing then.

    Fields: title, handle, vendor, product_type, tag, tag_not, sku, barcode, id, created_at, updated_at, published_at,
    price or variants.price, available_for_sale, gift_card. They say what is written in that field. Anything else is
    text: words that, in any of their forms, have to be in the product's index.
    """
    return products_meant(ctx, read(text, is_open=is_open), is_open=is_open)


def products_meant(ctx: Context, query: Query, *, is_open: bool = False) -> Matching:
    """The same for a query that has been read."""
    return _matching(ctx, query, _PRODUCT_FIELDS, _has_words, is_open=is_open)


def collection_query(ctx: Context, text: str | None, *, is_open: bool = False) -> Matching:
    """What a query means for collections: title, handle, collection_type, id, updated_at; text is looked for in titles.

    All collections are of the type custom: the staff puts products into them.
    """
    return _matching(ctx, read(text), _COLLECTION_FIELDS, _contains(Collection, "title"), is_open=is_open)


def words_of(query: Query) -> Iterator[tuple[str, bool]]:
    """The words a query wants to find, by which its results are ranked; whether each is the beginning of one."""
    match query:
        case Term():
            if is_text(query):
                yield from _words(as_text(query))
        case Every(parts) | Either(parts):
            for part in parts:
                yield from words_of(part)
        case Not():
            return


def needs_a_word(query: Query) -> bool:
    """Whether nothing can match that has none of those words."""
    match query:
        case Term():
            return any(True for _ in words_of(query))
        case Every(parts):
            return any(map(needs_a_word, parts))
        case Either(parts):
            return all(map(needs_a_word, parts))
        case Not():
            return False


def split_words(query: Query) -> tuple[str, Query] | None:
    """The words that all have to be found, and the rest of the query; None where words are not simply all wanted."""
    parts = query.parts if isinstance(query, Every) else (query,)
    texts = [part for part in parts if isinstance(part, Term) and is_text(part)]
    rest = tuple(part for part in parts if not (isinstance(part, Term) and is_text(part)))
    found = " ".join(word for part in texts for word, _ in _words(as_text(part)))
    asks_more = any(any(True for _ in _all_words(part)) for part in rest)
    return (found, Every(rest)) if found and not asks_more else None


def _all_words(query: Query) -> Iterator[str]:
    """Words of a query, also of what is not wanted."""
    match query:
        case Term():
            yield from (word for word, _ in words_of(query))
        case Every(parts) | Either(parts):
            for part in parts:
                yield from _all_words(part)
        case Not(inner):
            yield from _all_words(inner)


def read(text: str | None, *, is_open: bool = False) -> Query:
    """A query as it was typed; none says nothing. Raises BadInput."""
    query = parse(text) if text else Every(())
    return _opened(query) if is_open else query


def _opened(query: Query) -> Query:
    """The query with its last text as the beginning of a word."""
    match query:
        case Term() if is_text(query):
            return query._replace(is_prefix=True)
        case Every(parts) | Either(parts) if parts:
            return type(query)((*parts[:-1], _opened(parts[-1])))
        case _:
            return query


def _matching(
    ctx: Context, query: Query, fields: dict[str, Meaning], text: Meaning, *, is_open: bool = False
) -> Matching:
    if query == Every(()):
        return EVERYTHING
    values = Values("asked_")

    def meaning(query: Query) -> Condition:
        match query:
            case Term(field):
                return fields[field](ctx, query, values) if field in fields else text(ctx, as_text(query), values)
            case Not(inner):
                return opposite(meaning(inner))
            case Every(parts):
                return every(said(parts))
            case Either(parts):
                return either(said(parts))

    def said(parts: Sequence[Query]) -> Iterator[Condition]:
        """What the parts mean; while somebody types, without those that mean nothing yet."""
        for part in parts:
            with suppress(*([BadInput] if is_open else [])):
                yield meaning(part)

    return Matching(tuple(said([query])), values.params)


def is_text(term: Term) -> bool:
    """Whether a term is looked for in all that is written of a product, and not in one field."""
    return term.field not in _PRODUCT_FIELDS


def as_text(term: Term) -> Term:
    """A term of a field nobody knows is what was typed."""
    return term._replace(field=None, value=f"{term.field} {term.value}") if term.field else term


def _words(term: Term) -> Iterator[tuple[str, bool]]:
    found = words(term.value)
    for place, word in enumerate(found):
        yield word, term.is_prefix and place == len(found) - 1


def _has_words(ctx: Context, term: Term, values: Values) -> Condition:
    """Every word of the term is in the product's index; a phrase counts as its words."""
    translated = is_translated(ctx)
    return every(
        Condition(has_word, (sought(ctx, word, is_prefix, values), translated)) for word, is_prefix in _words(term)
    )


def sought(ctx: Context, word: str, is_prefix: bool, values: Values) -> Sought:
    """A word with its stems, as parameters."""
    stem, own = stem_of(word, ctx.place.language), stem_of(word, ctx.place.default_language)
    name = values.name(stem)
    return Sought(values.name(word), name, name if own == stem else values.name(own), is_prefix)


def _text(owner: type[Product] | type[Collection], column: str) -> Meaning:
    """The column says so, however it is capitalised."""

    def meaning(ctx: Context, term: Term, values: Values) -> Condition:
        value = term.value.lower()
        name = values.name(like(value) + "%" if term.is_prefix else value)
        return Condition(says, (owner, column, name, term.is_prefix))

    return meaning


def _contains(owner: type[Product] | type[Collection], column: str) -> Meaning:
    def meaning(ctx: Context, term: Term, values: Values) -> Condition:
        return Condition(says, (owner, column, values.name(f"%{like(term.value.lower())}%"), True))

    return meaning


def _of_tag(ctx: Context, term: Term, values: Values) -> Condition:
    value = term.value.lower()
    return Condition(has_tag, (values.name(like(value) + "%" if term.is_prefix else value), term.is_prefix))


def _not_of_tag(ctx: Context, term: Term, values: Values) -> Condition:
    return opposite(_of_tag(ctx, term, values))


def _of_variant(column: str) -> Meaning:
    def meaning(ctx: Context, term: Term, values: Values) -> Condition:
        name = values.name(like(term.value) + "%" if term.is_prefix else term.value)
        return Condition(has_variant, (column, name, term.is_prefix))

    return meaning


def _price(ctx: Context, term: Term, values: Values) -> Condition:
    try:
        major = Decimal(term.value)
    except InvalidOperation:
        major = Decimal("NaN")
    if not major.is_finite() or abs(major) > LARGEST:
        raise BadInput(field=("query",), problem="A price is compared with a number, such as price:>10.50.")
    amount = int(major.scaleb(digits(ctx.place.currency)).to_integral_value())
    return Condition(costs, (term.comparison, values.name(amount)))


def said_moment(term: Term) -> tuple[datetime, bool]:
    """The day or instant a term names, and whether it is a day that has a next one. Raises BadInput."""
    try:
        moment = datetime.fromisoformat(term.value)
    except ValueError:
        raise BadInput(
            field=("query",), problem=f"{term.field} is compared with a day such as 2026-03-14, or an instant."
        ) from None
    return moment, len(term.value) <= len("2026-03-14") and moment.year != MAXYEAR


def of_day(term: Term, start: datetime, end: datetime, compared: Callable[[str, datetime], Condition]) -> Condition:
    """How a moment relates to a whole day, which ends where the next one starts."""
    match term.comparison:
        case "=":
            return every((compared(">=", start), compared("<", end)))
        case "<" | ">=":
            return compared(term.comparison, start)
        case "<=":
            return compared("<", end)
        case _:
            return compared(">=", end)


def _moment(owner: type[Product] | type[Collection], column: str) -> Meaning:
    """A day or an instant, in UTC unless it says otherwise; a day is all of it."""

    def compared(comparison: str, moment: datetime, values: Values) -> Condition:
        return Condition(compares, (owner, column, comparison, values.name(moment)))

    def meaning(ctx: Context, term: Term, values: Values) -> Condition:
        moment, is_day = said_moment(term)
        start = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if not is_day:
            return compared(term.comparison, start, values)
        return of_day(term, start, start + timedelta(days=1), lambda sign, at: compared(sign, at, values))

    return meaning


def _number(owner: type[Product] | type[Collection]) -> Meaning:
    """A key, alone or at the end of a global id."""

    def meaning(ctx: Context, term: Term, values: Values) -> Condition:
        number = term.value.rsplit("/", 1)[-1]
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise BadInput(field=("query",), problem="An id is compared with a number, such as id:>100.")
        return Condition(compares, (owner, "id", term.comparison, values.name(int(number))))

    return meaning


def _flag(condition: Condition) -> Meaning:
    def meaning(ctx: Context, term: Term, values: Values) -> Condition:
        said = fold(term.value)
        if said not in ("true", "false", "1", "0"):
            raise BadInput(field=("query",), problem=f"{term.field} is true or false.")
        return condition if said in ("true", "1") else opposite(condition)

    return meaning


def _of_collection_type(ctx: Context, term: Term, values: Values) -> Condition:
    said = term.value.lower()
    if said not in ("custom", "smart"):
        raise BadInput(field=("query",), problem="collection_type is custom or smart.")
    return every(()) if said == "custom" else NOTHING


_PRODUCT_FIELDS: dict[str, Meaning] = {
    "title": _contains(Product, "title"),
    "handle": _text(Product, "handle"),
    "vendor": _text(Product, "vendor"),
    "product_type": _text(Product, "product_type"),
    "tag": _of_tag,
    "tag_not": _not_of_tag,
    "sku": _of_variant("sku"),
    "barcode": _of_variant("barcode"),
    "id": _number(Product),
    "created_at": _moment(Product, "created_at"),
    "updated_at": _moment(Product, "updated_at"),
    "published_at": _moment(Product, "published_at"),
    "price": _price,
    "variants.price": _price,
    "available_for_sale": _flag(Condition(is_sellable_product)),
    "gift_card": _flag(Condition(is_gift_card)),
}
_COLLECTION_FIELDS: dict[str, Meaning] = {
    "collection_type": _of_collection_type,
    "title": _contains(Collection, "title"),
    "handle": _text(Collection, "handle"),
    "id": _number(Collection),
    "updated_at": _moment(Collection, "updated_at"),
}
