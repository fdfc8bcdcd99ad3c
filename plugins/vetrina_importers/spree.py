"""The product CSV of Spree, whose rows of one product may stand apart; translations lie in a file beside it."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec

from vetrina.ports import CatalogueFormat, ProductDraft, RowProblem
from vetrina_importers.calendar_days import utc_today
from vetrina_importers.encodings import FileRefused
from vetrina_importers.grouping import ROW_LIMIT, Block, block_problems, blocks
from vetrina_importers.quantities import problem
from vetrina_importers.shelf import keep, kept, kept_keys, open_shelf
from vetrina_importers.spree_rows import drafts_of
from vetrina_importers.tables import Row, as_problems, cell, columns_of, read_table, text

REQUIRED = frozenset({"slug", "sku", "name", "price"})
TELLTALE = frozenset({"inventory_backorderable", "track_inventory", "discontinue_on", "dimensions_unit", "category1"})
TRANSLATIONS = "product_translations.csv"
TRANSLATED = frozenset({"slug", "locale"})


class SpreeCsv(CatalogueFormat):
    """Rows of a product need not stand together: prices in a second currency follow at the end of the file."""

    title = "Spree product CSV"

    def __init__(self, today: Callable[[], date] = utc_today) -> None:
        self._today = today

    def recognises(self, path: Path) -> bool:
        columns = columns_of(_products(path))
        return columns >= REQUIRED and not columns.isdisjoint(TELLTALE)

    def read(self, path: Path) -> Iterator[ProductDraft | RowProblem]:
        return as_problems(_read(_products(path), self._today()))


def _products(path: Path) -> Path:
    return path / "products.csv" if path.is_dir() else path


def _read(products: Path, today: date) -> Iterator[ProductDraft | RowProblem]:
    with open_shelf() as shelf:
        for block in _blocks(products):
            _note(shelf, block)
        yield from _shelve_translations(shelf, products.parent / TRANSLATIONS)
        for block in _blocks(products):
            yield from _drafts(shelf, block, today)
        for slug, number in kept_keys(shelf, "translation"):
            if not kept(shelf, "first", slug, limit=1):
                message = f"{TRANSLATIONS}: no product is called {slug[:80]}."
                yield RowProblem(row=number, field="slug", code="TRANSLATION_UNKNOWN", message=message)


def _blocks(products: Path) -> Iterator[Block]:
    return blocks(read_table(products, REQUIRED), lambda row: text(row, "slug").casefold())


def _note(shelf: sqlite3.Connection, block: Block) -> None:
    """Remember where each product begins, and put its later rows aside until it is drafted there."""
    if not block.key:
        return
    if not kept(shelf, "first", block.key, limit=1):
        keep(shelf, "first", block.key, block.number)
        return
    for row in block.rows:
        keep(shelf, "late", block.key, row.number, msgspec.json.encode(row))


def _drafts(shelf: sqlite3.Connection, block: Block, today: date) -> Iterator[ProductDraft | RowProblem]:
    if not block.key:
        yield from block_problems(block) or [
            problem(cell(block.rows[0], "slug"), "HANDLE_MISSING", "The row has no slug, so its product is unknown.")
        ]
        return
    if [place for place, _ in kept(shelf, "first", block.key)] != [block.number]:
        return
    late = [msgspec.json.decode(body, type=Row) for _, body in kept(shelf, "late", block.key)]
    block.rows += late
    block.is_cut = block.is_cut or len(block.rows) > ROW_LIMIT
    if problems := block_problems(block):
        yield from problems
        return
    translations = [msgspec.json.decode(body, type=Row) for _, body in kept(shelf, "translation", block.key)]
    yield from drafts_of(block, translations, today)


def _shelve_translations(shelf: sqlite3.Connection, path: Path) -> Iterator[RowProblem]:
    if not path.is_file():
        return
    try:
        for row in read_table(path, TRANSLATED):
            slug = text(row, "slug").casefold()
            if slug:
                keep(shelf, "translation", slug, row.number, msgspec.json.encode(row))
            else:
                yield from row.problems or [
                    problem(cell(row, "slug"), "HANDLE_MISSING", f"{TRANSLATIONS}: the row has no slug.")
                ]
    except FileRefused as refused:
        yield refused.problem
