"""Words that find nothing, taken for those of the shop that are a slip or two of the finger away."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import msgspec
from sqlalchemy import Text, bindparam, distinct, func, literal_column, select, union_all

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, text_in
from vetrina.shop.catalog.models import Product, SearchPiece, SearchTerm
from vetrina.shop.catalog.rules import words
from vetrina.shop.catalog.rules.typos import is_correctable, most_slips, near_pieces, slips, swapped
from vetrina.views.finding.comparisons import Sought, has_word
from vetrina.views.finding.matching import SHAPES, Values
from vetrina.views.finding.queries import as_text, is_text, sought, words_of
from vetrina.views.finding.query_syntax import Either, Every, Not, Query, Term
from vetrina.views.shelf import DEFAULT_LANGUAGE, LANGUAGE, is_translated, is_visible, place_params
from vetrina.views.windows import Selection

MOST_LOOKED_UP = 8
"""Different words of one query that may be corrected."""
MOST_NEAR = 4_000
"""Words that share a piece with one of them and are looked at; common pieces of long vocabularies have hundreds."""
MOST_COUNTED = 32
"""Words near enough of which it is asked how many products have them."""
COUNTED_TO = 50
"""And how many are counted: more are common, whatever the shop's size."""
MOST_MEANT = 4
"""Words that one may be taken for: of the nearest those that most products have."""


async def corrected(ctx: Context, query: Query) -> Query | None:
    """The query with its words that find nothing on sale here taken for the nearest that do; None if there are none.

    Only text is corrected, never what is asked of a field, a code or a number, and nothing that is not wanted. Three
    statements at most, whatever the query and the shop; who finds something at once is asked none of them.
    """
    typed = [(word, is_prefix) for word, is_prefix in dict.fromkeys(words_of(query)) if is_correctable(word)]
    missing = await _missing(ctx, typed[:MOST_LOOKED_UP])
    near = await _near(ctx, missing)
    meant = await _meant(ctx, near) if any(near.values()) else {}
    return _with(query, meant) if meant else None


async def _missing(ctx: Context, typed: Sequence[tuple[str, bool]]) -> list[str]:
    """The words that no product on sale here has in any form."""
    if not typed:
        return []
    values = Values("typed_")
    looked_up = tuple(sought(ctx, word, is_prefix, values) for word, is_prefix in typed)
    statement = _presence(looked_up, is_translated(ctx))
    ((*found,),) = await ctx.db.fetch(statement, place_params(ctx) | values.params)
    return [word for (word, _), is_there in zip(typed, found, strict=True) if not is_there]


async def _near(ctx: Context, missing: Sequence[str]) -> dict[str, dict[str, int]]:
    """By missing word: words that are or were in the shop's index, and how many slips away they are."""
    near = {word: dict.fromkeys(swapped(word), most_slips(len(word), len(word))) for word in missing}
    if not missing:
        return near
    pieces = sorted({piece for word in missing for piece in near_pieces(word)})
    given = {**_languages(ctx), "pieces": pieces, "most": MOST_NEAR}
    for (other,) in await ctx.db.fetch(_NEAR, given):
        for word, found in near.items():
            away = slips(word, other, most_slips(len(word), len(other)))
            if away is not None:
                found[other] = away
    return near


async def _meant(ctx: Context, near: dict[str, dict[str, int]]) -> dict[str, tuple[str, ...]]:
    """By missing word: of those near it the nearest that products on sale here have, the commonest first."""
    each = MOST_COUNTED // len(near)
    nearest = {
        word: sorted(found, key=lambda other: (found[other], other[0] != word[0], other))[:each]
        for word, found in near.items()
    }
    candidates = dict.fromkeys(other for found in nearest.values() for other in found)
    given = {f"word_{place}": other for place, other in enumerate([*candidates, *[""] * MOST_COUNTED][:MOST_COUNTED])}
    common = {
        row.word: row.products
        for row in await ctx.db.rows(_Counted, _counted(is_translated(ctx)), place_params(ctx) | given)
    }
    meant: dict[str, tuple[str, ...]] = {}
    for word, found in nearest.items():
        alive = [other for other in found if other in common]
        if alive:
            least = min(near[word][other] for other in alive)
            ranked = sorted(alive, key=lambda other: (other[0] != word[0], -common[other], other))
            meant[word] = tuple(other for other in ranked if near[word][other] == least)[:MOST_MEANT]
    return meant


def _languages(ctx: Context) -> dict[str, str]:
    return {"language": ctx.place.language, "default_language": ctx.place.default_language}


def _with(query: Query, meant: dict[str, tuple[str, ...]]) -> Query:
    """The query with words taken for others."""
    match query:
        case Term() if is_text(query):
            found = words(as_text(query).value)
            if not any(word in meant for word in found):
                return query
            last = len(found) - 1
            return Every(
                tuple(
                    _either(meant[word]) if word in meant else Term(None, "=", word, query.is_prefix and place == last)
                    for place, word in enumerate(found)
                )
            )
        case Every(parts) | Either(parts):
            return type(query)(tuple(_with(part, meant) for part in parts))
        case Term() | Not():
            return query


def _either(alternatives: Iterable[str]) -> Query:
    return Either(tuple(Term(None, "=", word) for word in alternatives))


class _Counted(msgspec.Struct, frozen=True):
    word: str
    products: int


@lru_cache(SHAPES)
def _presence(looked_up: tuple[Sought, ...], translated: bool) -> Selection:
    """Of each word whether a product on sale here has it."""
    return select(
        *(
            select(literal_column("1", BigInt))
            .select_from(Product)
            .where(is_visible(), has_word(word, translated))
            .exists()
            .label(f"found_{place}")
            for place, word in enumerate(looked_up)
        )
    )


@cache
def _counted(translated: bool) -> Selection:
    """Of words which are in the index of products on sale here, and of how many."""
    spoken = [LANGUAGE, *([DEFAULT_LANGUAGE] if translated else [])]
    arms: list[Selection] = []
    for place in range(MOST_COUNTED):
        word = bindparam(f"word_{place}", type_=Text())
        having = (
            select(SearchTerm.product_id)
            .join(Product, Product.id == SearchTerm.product_id)
            .where(SearchTerm.language.in_(spoken), SearchTerm.term == word, is_visible())
            .limit(COUNTED_TO)
            .subquery()
        )
        arms.append(select(word.label("word"), func.count(distinct(having.c.product_id)).label("products")))
    counted = union_all(*arms).subquery("counted")
    return select(counted.c.word, counted.c.products).where(counted.c.products > 0)


_NEAR = (
    select(SearchPiece.word)
    .where(SearchPiece.language.in_([LANGUAGE, DEFAULT_LANGUAGE]), text_in(SearchPiece.piece, "pieces"))
    .distinct()
    .limit(bindparam("most"))
)
