"""The product CSV that Vendure imports: a product's first row has its name, rows without one are further variants."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from vetrina.ports import CatalogueFormat, ImageDraft, PriceDraft, ProductDraft, RowProblem, VariantDraft
from vetrina_importers.checks import is_priced, listed, metafield, settled
from vetrina_importers.grouping import Block, blocks, each_block_once
from vetrina_importers.markup import rich_text
from vetrina_importers.quantities import NO, amount, pieces, problem
from vetrina_importers.tables import Row, as_problems, cell, columns_of, folded, read_table, text

REQUIRED = frozenset({"name", "slug", "optiongroups", "optionvalues", "sku", "price"})


class VendureCsv(CatalogueFormat):
    """Lists inside a cell are divided by bars; facets say category, brand and whatever else the shop sorts by."""

    title = "Vendure product CSV"

    def recognises(self, path: Path) -> bool:
        return columns_of(_products(path)) >= REQUIRED

    def read(self, path: Path) -> Iterator[ProductDraft | RowProblem]:
        def read_blocks() -> Iterator[Block]:
            return blocks(read_table(_products(path), REQUIRED), _key)

        return as_problems(each_block_once(read_blocks, "slug", _drafts))


def _products(path: Path) -> Path:
    return path / "products.csv" if path.is_dir() else path


def _key(row: Row) -> str | None:
    """None continues the product above."""
    return folded(text(row, "slug") or text(row, "name")) or None


def _drafts(block: Block) -> Iterator[ProductDraft | RowProblem]:
    first = block.rows[0]
    if not block.key:
        message = "The row has no name, and no product stands above it."
        yield problem(cell(first, "name"), "PRODUCT_MISSING", message)
        return
    # Each name begins a product; two neighbours with one slug look like one block.
    problems = [
        problem(cell(row, "slug"), "HANDLE_REPEATED", f"Another product is called {block.key[:80]}; rename one.")
        for row in block.rows[1:]
        if _key(row)
    ]
    names = _bars(text(first, "optiongroups"))
    variants = tuple(_variant(row, names, problems) for row in block.rows)
    facets = _facets(text(first, "facets"))
    pictures = [*listed(text(first, "assets"), "|")]
    for row in block.rows:
        pictures += listed(text(row, "variantassets"), "|")
    draft = ProductDraft(
        source_key=block.key,
        first_row=block.number,
        title=text(first, "name"),
        variants=variants,
        handle=text(first, "slug") or None,
        description_html=rich_text(text(first, "description")),
        vendor=next((value for name, value in facets if name.casefold() == "brand"), ""),
        tags=_words(facets, others=True),
        collections=_words(facets, others=False),
        published=is_priced(variants),
        images=tuple(ImageDraft(url=url) for url in dict.fromkeys(pictures)),
    )
    yield from settled(draft, [row.number for row in block.rows], problems)


def _variant(row: Row, names: tuple[str, ...], problems: list[RowProblem]) -> VariantDraft:
    values = _bars(text(row, "optionvalues"))
    if len(values) != len(names):
        message = f"The row has {len(values)} option values for the {len(names)} options of its product."
        problems.append(problem(cell(row, "optionvalues"), "OPTION_VALUE_MISSING", message))
        values = names
    price = amount(cell(row, "price"), problems)
    pictures = listed(text(row, "variantassets"), "|")
    stock = pieces(cell(row, "stockonhand"), problems)
    is_tracked = text(row, "trackinventory").casefold() not in NO
    return VariantDraft(
        options=tuple(zip(names, values, strict=True)),
        sku=text(row, "sku") or None,
        prices=() if price is None else (PriceDraft(currency=None, amount=price),),
        # Tracked but not counted is 0: anything else would sell without end.
        stock=(stock or 0) if is_tracked else None,
        image=pictures[0] if pictures else None,
        metafields=tuple(metafield("facets", name, value) for name, value in _facets(text(row, "variantfacets"))),
    )


def _bars(written: str) -> tuple[str, ...]:
    """Every part, also an empty one: their number is what is compared."""
    return tuple(part.strip() for part in written.split("|")) if written else ()


def _facets(written: str) -> tuple[tuple[str, str], ...]:
    pairs = (part.partition(":") for part in listed(written, "|"))
    return tuple((name.strip(), value.strip()) for name, _, value in pairs if value.strip())


def _words(facets: Sequence[tuple[str, str]], *, others: bool) -> tuple[str, ...]:
    """Categories are collections; a facet that is neither category nor brand is a tag with its name before it."""
    if others:
        words = (f"{name}:{value}" for name, value in facets if name.casefold() not in ("category", "brand"))
    else:
        words = (value for name, value in facets if name.casefold() == "category")
    return tuple(dict.fromkeys(words))
