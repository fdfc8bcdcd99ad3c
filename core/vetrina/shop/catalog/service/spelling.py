"""The shop's vocabulary: every word of its index once, in pieces by which those near a mistyped one are found."""

from collections.abc import Collection as Many

from sqlalchemy import bindparam, select

from vetrina.kernel.db import Session, text_in
from vetrina.kernel.db.inserts import inserting_if_absent
from vetrina.kernel.db.session import table_of
from vetrina.shop.catalog.models import SearchPiece, SearchWord
from vetrina.shop.catalog.rules.typos import pieces


async def spell(session: Session, language: str, words: Many[str]) -> None:
    """Write down words that are new to a language, in the transaction that indexes them.

    None is taken away with its last product: others may be about to use it, and whoever looks a word up asks the index
    whether a product has it. So one row is written by all who meet the word first, and locked by nobody afterwards.
    """
    known = {word for (word,) in await session.fetch(_KNOWN, {"language": language, "words": sorted(words)})}
    new = sorted(set(words) - known)
    if not new:
        return
    engine = session.dialect.name
    await session.execute_many(
        inserting_if_absent(engine, table_of(SearchWord)), [{"language": language, "word": word} for word in new]
    )
    await session.execute_many(
        inserting_if_absent(engine, table_of(SearchPiece)),
        [{"language": language, "piece": piece, "word": word} for word in new for piece in pieces(word)],
    )


_KNOWN = select(SearchWord.word).where(
    SearchWord.language == bindparam("language"), text_in(SearchWord.word, "words", is_long=True)
)
