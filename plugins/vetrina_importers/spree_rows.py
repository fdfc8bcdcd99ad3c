"""What the rows of one Spree product mean: parent, variants, prices in further currencies, translations."""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from vetrina.ports import (
    ImageDraft,
    MetafieldDraft,
    PriceDraft,
    ProductDraft,
    RowProblem,
    TranslationDraft,
    VariantDraft,
)
from vetrina_importers.checks import is_priced, listed, metafield, settled
from vetrina_importers.grouping import Block
from vetrina_importers.markup import rich_text
from vetrina_importers.quantities import amount, compare_amount, flag, length, pieces, problem, shown, weight
from vetrina_importers.tables import Row, cell, text

CUSTOM_FIELD = "custom_field."
TRANSLATED_FIELDS = (
    ("name", "title"),
    ("description", "description_html"),
    ("meta_title", "seo_title"),
    ("meta_description", "seo_description"),
)


def drafts_of(block: Block, translations: Sequence[Row], today: date) -> Iterator[ProductDraft | RowProblem]:
    """The product of these rows, or what keeps it out."""
    parent = block.rows[0]
    problems: list[RowProblem] = []
    variant_rows = _variant_rows(block.rows)
    variants = tuple(_variant(rows, problems) for rows in variant_rows)
    images = dict.fromkeys(url for rows in ([parent], *variant_rows) for url in _images(rows[0]))
    draft = ProductDraft(
        source_key=block.key,
        first_row=block.number,
        title=text(parent, "name"),
        variants=variants,
        handle=text(parent, "slug"),
        description_html=rich_text(text(parent, "description")),
        product_type=text(parent, "product_type"),
        tags=listed(text(parent, "tags"), ","),
        collections=_collections(parent),
        published=_is_published(parent, today, problems) and is_priced(variants),
        seo_title=text(parent, "meta_title") or None,
        seo_description=text(parent, "meta_description") or None,
        images=tuple(ImageDraft(url=url) for url in images),
        metafields=_metafields(parent),
        translations=_translations(translations, problems),
    )
    yield from settled(draft, [rows[0].number for rows in variant_rows], problems)


def _variant_rows(rows: list[Row]) -> list[list[Row]]:
    """The rows of each variant, its own first; a later row with the same SKU is a price in another currency.

    The parent is no variant if there are others, unless it has options of its own.
    """
    by_variant: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        sku = text(row, "sku")
        by_variant.setdefault((sku,) if sku else ("", *(value for _, value in _options(row))), []).append(row)
    variants = list(by_variant.values())
    return variants[1:] if len(variants) > 1 and not _options(rows[0]) else variants


def _variant(rows: list[Row], problems: list[RowProblem]) -> VariantDraft:
    row = rows[0]
    mm, gram = text(row, "dimensions_unit") or "cm", text(row, "weight_unit") or "kg"
    is_tracked = flag(cell(row, "track_inventory"), True, problems)
    count = pieces(cell(row, "inventory_count"), problems)
    return VariantDraft(
        options=_options(row),
        sku=text(row, "sku") or None,
        barcode=text(row, "barcode") or None,
        prices=_prices(rows, problems),
        # Tracked but not counted is 0: anything else would sell without end.
        stock=(count or 0) if is_tracked else None,
        backorder=flag(cell(row, "inventory_backorderable"), False, problems),
        weight=weight(cell(row, "weight"), gram, problems),
        length=length(cell(row, "depth"), mm, problems),
        width=length(cell(row, "width"), mm, problems),
        height=length(cell(row, "height"), mm, problems),
        image=next(iter(_images(row)), None),
        # The first row's custom fields are the product's, also where it is its own only variant.
        metafields=() if text(row, "name") else _metafields(row),
    )


def _options(row: Row) -> tuple[tuple[str, str], ...]:
    pairs = ((text(row, f"option{at}_name"), text(row, f"option{at}_value")) for at in range(1, 10))
    return tuple(pair for pair in pairs if any(pair))


def _prices(rows: list[Row], problems: list[RowProblem]) -> tuple[PriceDraft, ...]:
    prices: dict[str | None, PriceDraft] = {}
    for row in rows:
        currency = text(row, "currency").upper() or None
        price = amount(cell(row, "price"), problems)
        compare_at = compare_amount(cell(row, "compare_at_price"), problems)
        if currency and not (currency.isascii() and currency.isalpha() and len(currency) == 3):
            message = f"{shown(currency)} is not a currency; write its three letters, as in EUR."
            problems.append(problem(cell(row, "currency"), "CURRENCY_INVALID", message))
        elif currency in prices:
            message = f"The variant has two prices in {currency or 'the same currency'}; keep one."
            problems.append(problem(cell(row, "price"), "PRICE_REPEATED", message))
        elif price is not None:
            prices[currency] = PriceDraft(currency=currency, amount=price, compare_at=compare_at)
    return tuple(prices.values())


def _is_published(row: Row, today: date, problems: list[RowProblem]) -> bool:
    status = cell(row, "status")
    word = status.text.casefold()
    if word not in ("", "active", "draft", "archived"):
        message = f"{shown(status.text)} is not a status; write active, draft or archived."
        problems.append(problem(status, "STATUS_INVALID", message))
    begins = _day(row, "available_on", problems)
    ends = _day(row, "discontinue_on", problems)
    is_now = (begins is None or begins <= today) and (ends is None or today < ends)
    return word in ("", "active") and is_now


def _day(row: Row, column: str, problems: list[RowProblem]) -> date | None:
    written = text(row, column)
    try:
        return date.fromisoformat(written[:10]) if written else None
    except ValueError:
        message = f"{shown(written)} is not a date; write year, month and day, as in 2025-03-31."
        problems.append(problem(cell(row, column), "DATE_INVALID", message))
        return None


def _images(row: Row) -> list[str]:
    return [url for at in range(1, 10) if (url := text(row, f"image{at}_src"))]


def _collections(row: Row) -> tuple[str, ...]:
    """A product in Kitchen -> Coffee Machines is in both."""
    paths = (text(row, f"category{at}") for at in range(1, 10))
    return tuple(dict.fromkeys(title for path in paths for title in listed(path, "->")))


def _metafields(row: Row) -> tuple[MetafieldDraft, ...]:
    fields = ((column.split(".", 2), value) for column, value in row.cells.items() if column.startswith(CUSTOM_FIELD))
    return tuple(metafield(name[1], name[2], value) for name, value in fields if value and len(name) == 3)


def _translations(rows: Sequence[Row], problems: list[RowProblem]) -> tuple[TranslationDraft, ...]:
    drafts: list[TranslationDraft] = []
    for row in rows:
        # Languages only: a product cannot be told apart for pt-BR and pt-PT.
        language = text(row, "locale").replace("_", "-").partition("-")[0].casefold()
        for column, field in TRANSLATED_FIELDS:
            if value := text(row, column):
                written = rich_text(value) if field == "description_html" else value
                drafts.append(TranslationDraft(language=language, field=field, value=written))
        problems += [
            msgspec.structs.replace(one, message=f"product_translations.csv: {one.message}") for one in row.problems
        ]
    return tuple(drafts)
