"""Neighbouring rows of one product as one block, and the keys that come back further down."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import msgspec

from vetrina.ports import ProductDraft, RowProblem
from vetrina_importers.shelf import keep, kept, open_shelf
from vetrina_importers.tables import Row

# Together they bound the memory one product may take, however the file is made.
ROW_LIMIT = 10_000
TEXT_LIMIT = 32 << 20

Drafting: TypeAlias = Callable[["Block"], Iterable[ProductDraft | RowProblem]]


class Block(msgspec.Struct):
    """Neighbouring rows with the same key: one product, if nothing is wrong with them."""

    key: str
    rows: list[Row]
    size: int = 0
    is_cut: bool = False

    @property
    def number(self) -> int:
        return self.rows[0].number


def blocks(rows: Iterable[Row], key_of: Callable[[Row], str | None]) -> Iterator[Block]:
    """Gather neighbours. A key of None joins the block above; an empty one stands alone."""
    block: Block | None = None
    for row in rows:
        key = None if row.is_lost else key_of(row)
        if block is None or (key is not None and (key == "" or key != block.key)):
            if block is not None:
                yield block
            block = Block(key=key or "", rows=[])
        _add(block, row)
    if block is not None:
        yield block


def block_problems(block: Block) -> list[RowProblem]:
    """What is wrong with the rows as rows, before anybody asks what they mean."""
    problems = [problem for row in block.rows for problem in row.problems]
    if block.is_cut:
        message = f"The product has more than {ROW_LIMIT} rows or {TEXT_LIMIT >> 20} MB of text; divide it."
        problems.append(RowProblem(row=block.number, field=None, code="PRODUCT_TOO_LARGE", message=message))
    return problems


def each_block_once(
    read: Callable[[], Iterator[Block]], column: str, drafts_of: Drafting
) -> Iterator[ProductDraft | RowProblem]:
    """Read twice: first where each key begins, then the drafts of all but the keys that begin more than once.

    Without the first reading a product would be half imported before its second half is met.
    """
    with open_shelf() as shelf:
        for block in read():
            keep(shelf, "block", block.key, block.number)
        for block in read():
            if problems := block_problems(block):
                yield from problems
            elif repeated := _repeated(shelf, block, column):
                yield repeated
            else:
                yield from drafts_of(block)


def _repeated(shelf: sqlite3.Connection, block: Block, column: str) -> RowProblem | None:
    others = [place for place, _ in kept(shelf, "block", block.key, limit=5) if place != block.number]
    if not block.key or not others:
        return None
    places = ", ".join(map(str, others))
    message = f"The product {block.key[:80]} is also at row {places}; put all its rows together, or rename one."
    return RowProblem(row=block.number, field=column, code="HANDLE_REPEATED", message=message)


def _add(block: Block, row: Row) -> None:
    block.size += row.size
    if block.rows and (len(block.rows) >= ROW_LIMIT or block.size > TEXT_LIMIT):
        block.is_cut = True
        # A lost row has the sentence that explains the rest, so it is never dropped.
        if not row.is_lost:
            return
    block.rows.append(row)
