"""The product CSV that Shopify exports, also after a spreadsheet has saved it again."""

from collections.abc import Iterator
from pathlib import Path

from vetrina.ports import (
    CatalogueFormat,
    ImageDraft,
    MetafieldDraft,
    PriceDraft,
    ProductDraft,
    RowProblem,
    VariantDraft,
)
from vetrina_importers.checks import is_priced, listed, metafield, settled
from vetrina_importers.grouping import Block, blocks, each_block_once
from vetrina_importers.markup import clean_html
from vetrina_importers.quantities import amount, compare_amount, flag, pieces, problem, shown, weight
from vetrina_importers.shopify_columns import METAFIELD, OF_A_VARIANT, OPTION, REQUIRED, SHORTENED, TELLTALE, renamed
from vetrina_importers.tables import Row, as_problems, cell, columns_of, read_table, text

NO_OPTION = "default title"


class ShopifyCsv(CatalogueFormat):
    """Consecutive rows with one Handle are a product: its first row, further variants, further pictures."""

    title = "Shopify product CSV"

    def recognises(self, path: Path) -> bool:
        columns = columns_of(path, renamed)
        return columns >= REQUIRED and not columns.isdisjoint(TELLTALE)

    def read(self, path: Path) -> Iterator[ProductDraft | RowProblem]:
        def read_blocks() -> Iterator[Block]:
            return blocks(read_table(path, REQUIRED, renamed), lambda row: text(row, "handle").casefold())

        return as_problems(each_block_once(read_blocks, "handle", _drafts))


def _drafts(block: Block) -> Iterator[ProductDraft | RowProblem]:
    first = block.rows[0]
    if not block.key:
        yield problem(cell(first, "handle"), "HANDLE_MISSING", "The row has no Handle, so its product is unknown.")
        return
    problems: list[RowProblem] = []
    is_gift_card = flag(cell(first, "gift card"), False, problems)
    variant_rows = _variant_rows(block.rows)
    names = _option_names(block.rows)
    has_options = len(variant_rows) > 1 or text(variant_rows[0], "option1 value").casefold() != NO_OPTION
    variants = tuple(
        _variant(row, _options(row, names, problems) if has_options else (), is_gift_card, problems)
        for row in variant_rows
    )
    category = text(first, "product category").rpartition(">")[2].strip()
    tags = listed(text(first, "tags"), ",")
    draft = ProductDraft(
        source_key=block.key,
        first_row=block.number,
        title=text(first, "title"),
        variants=variants,
        handle=text(first, "handle"),
        description_html=clean_html(text(first, "body (html)")),
        vendor=text(first, "vendor"),
        product_type=text(first, "type") or category or ("Gift card" if is_gift_card else ""),
        tags=(*tags, "gift-card") if is_gift_card and "gift-card" not in tags else tags,
        collections=listed(text(first, "collection"), ","),
        # Sold as an ordinary product a gift card takes money and gives no code: a person publishes it, knowingly.
        published=_is_published(first, problems) and is_priced(variants) and not is_gift_card,
        seo_title=text(first, "seo title") or None,
        seo_description=text(first, "seo description") or None,
        images=_images(block.rows),
        metafields=_metafields(first),
    )
    yield from settled(draft, [row.number for row in variant_rows], problems)


def _variant_rows(rows: list[Row]) -> list[Row]:
    """A product's first row is its first variant, unless others say what it does not."""
    return [row for row in rows if any(text(row, column) for column in OF_A_VARIANT)] or rows[:1]


def _option_names(rows: list[Row]) -> dict[str, str]:
    """Option number to name; the export writes names in the first row of the product only."""
    numbers = sorted({match[1] for column in rows[0].cells if (match := OPTION.fullmatch(column))}, key=int)
    names = {
        number: next((name for row in rows if (name := text(row, f"option{number} name"))), "") for number in numbers
    }
    return {
        number: name
        for number, name in names.items()
        if name or any(text(row, f"option{number} value") for row in rows)
    }


def _options(row: Row, names: dict[str, str], problems: list[RowProblem]) -> tuple[tuple[str, str], ...]:
    options: list[tuple[str, str]] = []
    for number, name in names.items():
        value = cell(row, f"option{number} value")
        if value.text and not name:
            message = f"The value {shown(value.text)} belongs to an option without a name; fill Option{number} Name."
            problems.append(problem(value, "OPTION_NAME_MISSING", message))
        options.append((name, value.text))
    return tuple(options)


def _variant(
    row: Row, options: tuple[tuple[str, str], ...], is_gift_card: bool, problems: list[RowProblem]
) -> VariantDraft:
    price = amount(cell(row, "variant price"), problems)
    compare_at = compare_amount(cell(row, "variant compare at price"), problems)
    return VariantDraft(
        options=options,
        # Some exports put an apostrophe before codes, to keep spreadsheets from taking them for figures.
        sku=text(row, "variant sku").removeprefix("'") or None,
        barcode=_barcode(row, problems),
        prices=() if price is None else (PriceDraft(currency=None, amount=price, compare_at=compare_at),),
        stock=_stock(row, problems),
        backorder=_backorder(row, problems),
        weight=weight(cell(row, "variant grams"), "g", problems),
        image=text(row, "variant image") or None,
        requires_shipping=flag(cell(row, "variant requires shipping"), True, problems) and not is_gift_card,
        taxable=flag(cell(row, "variant taxable"), True, problems),
    )


def _barcode(row: Row, problems: list[RowProblem]) -> str | None:
    code = cell(row, "variant barcode")
    if SHORTENED.fullmatch(code.text):
        message = (
            f"A spreadsheet has shortened the barcode to {code.text}; format its column as text, then export again."
        )
        problems.append(problem(code, "BARCODE_SHORTENED", message))
    return code.text.removeprefix("'") or None


def _stock(row: Row, problems: list[RowProblem]) -> int | None:
    tracker = row.cells.get("variant inventory tracker")
    if tracker == "":
        return None
    counted = pieces(cell(row, "variant inventory qty"), problems)
    # Shops with several locations export no quantity: tracked but unknown is 0, or it would sell without end.
    return 0 if counted is None and tracker else counted


def _backorder(row: Row, problems: list[RowProblem]) -> bool:
    policy = cell(row, "variant inventory policy")
    if policy.text.casefold() not in ("", "deny", "continue"):
        message = f"{shown(policy.text)} is neither deny nor continue."
        problems.append(problem(policy, "POLICY_INVALID", message))
    return policy.text.casefold() == "continue"


def _is_published(row: Row, problems: list[RowProblem]) -> bool:
    status = cell(row, "status")
    word = status.text.casefold()
    if word not in ("", "active", "draft", "archived", "unlisted"):
        message = f"{shown(status.text)} is not a status; write active, draft or archived."
        problems.append(problem(status, "STATUS_INVALID", message))
    return flag(cell(row, "published"), True, problems) and word in ("", "active")


def _images(rows: list[Row]) -> tuple[ImageDraft, ...]:
    """By their position, where one is written; a variant's own picture is one of its product's, and last."""
    pictures = [row for row in rows if text(row, "image src")]
    pictures.sort(key=lambda row: _position(text(row, "image position")))
    urls = [(text(row, "image src"), text(row, "image alt text") or None) for row in pictures]
    urls += [(url, None) for row in rows if (url := text(row, "variant image"))]
    # Reversed, so that of an address written twice the first one stays, with its text.
    first_alts = dict(reversed(urls))
    return tuple(ImageDraft(url=url, alt=first_alts[url]) for url in dict.fromkeys(url for url, _ in urls))


def _position(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 10**6


def _metafields(row: Row) -> tuple[MetafieldDraft, ...]:
    return tuple(
        metafield(match[1], match[2], value)
        for column, value in row.cells.items()
        if value and (match := METAFIELD.search(column))
    )
