"""The product master of the marketplace Olist: sizes and categories, without names or prices."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from vetrina.ports import CatalogueFormat, ProductDraft, RowProblem, VariantDraft
from vetrina_importers.checks import settled
from vetrina_importers.encodings import FileRefused
from vetrina_importers.grouping import Block, blocks, each_block_once
from vetrina_importers.quantities import length, problem, weight
from vetrina_importers.tables import Row, as_problems, cell, columns_of, read_table, text

PRODUCTS = "olist_products_dataset.csv"
TRANSLATIONS = "product_category_name_translation.csv"
REQUIRED = frozenset({"product_id", "product_category_name", "product_weight_g"})
TRANSLATED = frozenset({"product_category_name", "product_category_name_english"})
CATEGORY_LIMIT = 10_000
# Eight hexadecimal digits tell 33,000 products apart and still fit beside a picture.
SHORT_ID = 8


class OlistFolder(CatalogueFormat):
    """The folder, or the products' file; the categories' English names are read from the file beside it."""

    title = "Olist product data set"

    def recognises(self, path: Path) -> bool:
        return columns_of(_products(path)) >= REQUIRED

    def read(self, path: Path) -> Iterator[ProductDraft | RowProblem]:
        return as_problems(_read(_products(path)))


def _read(products: Path) -> Iterator[ProductDraft | RowProblem]:
    titles = _category_titles(products.parent / TRANSLATIONS)

    def read_blocks() -> Iterator[Block]:
        return blocks(read_table(products, REQUIRED), lambda row: text(row, "product_id"))

    yield from each_block_once(read_blocks, "product_id", lambda block: _drafts(block, titles))


def _products(path: Path) -> Path:
    return path / PRODUCTS if path.is_dir() else path


def _category_titles(path: Path) -> Mapping[str, str]:
    titles: dict[str, str] = {}
    # Without a readable file of translations every category simply keeps its own word.
    with suppress(OSError, FileRefused):
        for row in read_table(path, TRANSLATED):
            titles[text(row, "product_category_name")] = text(row, "product_category_name_english")
            if len(titles) >= CATEGORY_LIMIT:
                break
    return titles


def _drafts(block: Block, titles: Mapping[str, str]) -> Iterator[ProductDraft | RowProblem]:
    first = block.rows[0]
    if not block.key:
        yield problem(cell(first, "product_id"), "HANDLE_MISSING", "The row has no product_id.")
        return
    problems: list[RowProblem] = []
    if len(block.rows) > 1:
        message = f"The product {block.key[:80]} is written twice; keep one of the rows."
        problems.append(problem(cell(block.rows[1], "product_id"), "HANDLE_REPEATED", message))
    category = text(first, "product_category_name")
    words = (titles.get(category) or category).replace("_", " ").strip()
    collection = words[:1].upper() + words[1:]
    draft = ProductDraft(
        source_key=block.key,
        first_row=block.number,
        title=f"{collection or 'Product'} {block.key[:SHORT_ID]}",
        variants=(_variant(first, problems),),
        collections=(collection,) if collection else (),
        published=False,
    )
    yield from settled(draft, [first.number], problems)


def _variant(row: Row, problems: list[RowProblem]) -> VariantDraft:
    return VariantDraft(
        sku=text(row, "product_id"),
        weight=weight(cell(row, "product_weight_g"), "g", problems),
        length=length(cell(row, "product_length_cm"), "cm", problems),
        width=length(cell(row, "product_width_cm"), "cm", problems),
        height=length(cell(row, "product_height_cm"), "cm", problems),
    )
