"""The Shopify reader over our own samples, and every bad row with its number and code."""

import codecs
from decimal import Decimal
from pathlib import Path

import pytest
from tests.plugins.importers.reading import SAMPLES, apart, said, variants_of, written

from vetrina.ports import ImageDraft, MetafieldDraft, PriceDraft, ProductDraft
from vetrina_importers.checks import VARIANT_LIMIT
from vetrina_importers.shopify import ShopifyCsv
from vetrina_importers.tables import CELL_LIMIT

SHOP = ShopifyCsv()
HEADER = (
    "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,"
    "Option4 Name,Option4 Value,Variant Price,Variant Inventory Qty,Variant Grams,Status,Image Src"
)


def export() -> dict[str, ProductDraft]:
    drafts, problems = apart(SHOP.read(SAMPLES / "shopify_export.csv"))
    assert problems == []
    return {draft.source_key: draft for draft in drafts}


def test_the_export_has_five_products_and_eight_variants() -> None:
    drafts = export()
    assert [(key, draft.first_row, len(draft.variants), draft.published) for key, draft in drafts.items()] == [
        ("grembiule-lino", 2, 3, True),
        ("moka-3-tazze", 13, 1, True),
        ("buono-regalo", 14, 2, False),
        ("tazza-prova", 16, 1, False),
        ("piatto-archivio", 17, 1, False),
    ]


def test_a_product_is_read_with_its_texts() -> None:
    draft = export()["grembiule-lino"]
    assert draft.handle == "grembiule-lino"
    assert draft.title == "Grembiule in lino"
    assert draft.vendor == "Tessitura Brenta"
    assert draft.product_type == "Grembiuli"
    assert draft.tags == ("cucina", "lino")
    assert draft.seo_title == "Grembiule da cucina in lino"
    assert draft.seo_description == "Lino lavato, tessuto a Bassano."
    assert draft.description_html == (
        '<p>Lino lavato, "stonewashed".</p>\n\n<ul>\n<li>Tasche larghe</li>\n<li>Lacci lunghi</li>\n</ul>'
    )
    care = MetafieldDraft(
        namespace="custom", key="careGuide", type="multi_line_text_field", value="Lavare a 30 gradi\nNon candeggiare"
    )
    assert draft.metafields == (care,)


def test_variants_have_three_options_prices_stock_and_weight() -> None:
    first, second, third = export()["grembiule-lino"].variants
    assert first.options == (("Colore", "Sabbia"), ("Taglia", "M"), ("Ricamo", "No"))
    assert second.options == (("Colore", "Sabbia"), ("Taglia", "M"), ("Ricamo", "Iniziali"))
    assert first.prices == (PriceDraft(currency=None, amount=Decimal("49.00"), compare_at=Decimal("59.00")),)
    assert third.prices == (PriceDraft(currency=None, amount=Decimal("49.00")),)
    assert [(one.stock, one.backorder, one.weight) for one in (first, second, third)] == [
        (12, False, 320),
        (0, True, 320),
        (3, False, 340),
    ]
    assert (first.sku, first.barcode) == ("GRE-SAB-M", "8001234567890")
    assert first.image == "https://cdn.example.com/grembiule-sabbia.jpg"


def test_pictures_stand_in_their_positions_with_those_of_rows_that_hold_nothing_else() -> None:
    place = "https://cdn.example.com/grembiule-"
    assert export()["grembiule-lino"].images == (
        ImageDraft(url=f"{place}1.jpg", alt="Indossato"),
        ImageDraft(url=f"{place}2.jpg", alt="Le tasche"),
        ImageDraft(url=f"{place}3.jpg"),
        ImageDraft(url=f"{place}4.jpg", alt="Il tessuto"),
        ImageDraft(url=f"{place}5.jpg"),
        ImageDraft(url=f"{place}sabbia.jpg"),
    )


def test_a_product_without_options_has_one_variant_whose_stock_is_not_counted() -> None:
    draft = export()["moka-3-tazze"]
    assert draft.variants[0].options == ()
    assert draft.variants[0].stock is None
    assert draft.product_type == "Coffee Makers"


def test_a_gift_card_is_named_as_one_and_not_published() -> None:
    draft = export()["buono-regalo"]
    assert (draft.product_type, draft.tags, draft.published) == ("Gift card", ("regali", "gift-card"), False)
    assert [one.requires_shipping for one in draft.variants] == [False, False]


def test_tracked_without_a_quantity_is_nothing_on_hand() -> None:
    assert export()["tazza-prova"].variants[0].stock == 0


def test_no_price_at_all_is_no_price_of_zero() -> None:
    draft = export()["piatto-archivio"]
    assert draft.variants[0].prices == ()
    assert not draft.published


def test_a_spreadsheet_in_italian_saves_the_same_catalogue() -> None:
    drafts, problems = apart(SHOP.read(SAMPLES / "shopify_from_excel_italy.csv"))
    assert problems == []
    assert [(draft.title, draft.first_row, draft.published) for draft in drafts] == [
        ("Caff\u00e8 di qualit\u00e0", 2, True),
        ("Filtro di stoffa", 6, False),
    ]
    assert drafts[0].description_html == '<p>Tostatura lenta;\nmacinatura "fine" \u2013 250 g a 8 \u20ac</p>'
    small, case, cloth = variants_of(drafts)
    assert small.prices == (PriceDraft(currency=None, amount=Decimal("8.90"), compare_at=Decimal("9.90")),)
    assert case.prices == (PriceDraft(currency=None, amount=Decimal("1299.00")),)
    assert [one.stock for one in (small, case, cloth)] == [1200, 2, 7]
    assert [one.weight for one in (small, case, cloth)] == [251, 15_000, None]


def test_the_newer_wording_of_the_export_means_the_same() -> None:
    drafts, problems = apart(SHOP.read(SAMPLES / "shopify_newer_export.csv"))
    assert problems == []
    (draft,) = drafts
    assert (draft.handle, draft.product_type, draft.published) == ("tovaglia-righe", "Linens", True)
    assert [one.options for one in draft.variants] == [(("Misura", "140 x 140"),), (("Misura", "140 x 220"),)]
    assert [(one.stock, one.backorder, one.taxable) for one in draft.variants] == [(5, False, True), (2, True, False)]


@pytest.mark.parametrize("sample", ["shopify_export.csv", "shopify_from_excel_italy.csv", "shopify_newer_export.csv"])
def test_samples_are_recognised(sample: str) -> None:
    assert SHOP.recognises(SAMPLES / sample)


BAD_ROWS: list[tuple[str, list[str], list[tuple[int, str]]]] = [
    ("a price below zero", ["a,A,,,,,,,,,-1"], [(2, "PRICE_NEGATIVE")]),
    ("a price in words", ["a,A,,,,,,,,,ten"], [(2, "PRICE_INVALID")]),
    ("a price beyond all prices", ["a,A,,,,,,,,,1000000000000"], [(2, "PRICE_INVALID")]),
    ("thousands or decimals", ['a,A,,,,,,,,,"1,299"'], [(2, "PRICE_AMBIGUOUS")]),
    ("a currency in the price", ["a,A,,,,,,,,,$12.50"], [(2, "PRICE_INVALID")]),
    ("stock below zero", ["a,A,,,,,,,,,1,-3"], [(2, "STOCK_NEGATIVE")]),
    ("half a piece", ["a,A,,,,,,,,,1,0.5"], [(2, "STOCK_INVALID")]),
    ("a bad weight", ["a,A,,,,,,,,,1,1,heavy"], [(2, "WEIGHT_INVALID")]),
    ("a weight below zero", ["a,A,,,,,,,,,1,1,-5"], [(2, "WEIGHT_INVALID")]),
    ("no title", ["a,,,,,,,,,,1"], [(2, "TITLE_MISSING")]),
    ("a title too long", [f"a,{'x' * 256},,,,,,,,,1"], [(2, "TEXT_TOO_LONG")]),
    ("no handle", [",A,,,,,,,,,1"], [(2, "HANDLE_MISSING")]),
    ("an unknown status", ["a,A,,,,,,,,,1,1,1,sold"], [(2, "STATUS_INVALID")]),
    ("a picture that is a script", ["a,A,,,,,,,,,1,1,1,active,javascript:alert(1)"], [(2, "IMAGE_URL_INVALID")]),
    ("one combination twice", ["a,A,Size,S", "a,,,M", "a,,,S"], [(4, "VARIANT_REPEATED")]),
    ("no option values twice", ["a,A,,,,,,,,,1", "a,,,,,,,,,,2"], [(3, "VARIANT_REPEATED")]),
    ("four options", ["a,A,N1,1,N2,2,N3,3,N4,4"], [(2, "OPTIONS_TOO_MANY")]),
    ("a value missing", ["a,A,Size,S,Colour,Red", "a,,,M,,"], [(3, "OPTION_VALUE_MISSING")]),
    ("a name missing", ["a,A,,S"], [(2, "OPTION_NAME_MISSING")]),
    ("two options with one name", ["a,A,Size,S,Size,M"], [(2, "OPTION_REPEATED")]),
    (
        "a handle that comes back",
        ["a,A,Size,S", "b,B", "a,A,Size,M"],
        [(2, "HANDLE_REPEATED"), (4, "HANDLE_REPEATED")],
    ),
    ("more cells than columns", ["a,A,,,,,,,,,1,1,1,active,https://x/y,extra"], [(2, "CELLS_TOO_MANY")]),
    ("several at once", ["a,,,,,,,,,,x,-1"], [(2, "PRICE_INVALID"), (2, "STOCK_NEGATIVE"), (2, "TITLE_MISSING")]),
    ("after a cell of three lines", ['a,"A', "B", 'C"', "b,,,,,,,,,,1"], [(5, "TITLE_MISSING")]),
    ("after an empty line", ["", "b,,,,,,,,,,1"], [(3, "TITLE_MISSING")]),
]


@pytest.mark.parametrize(("rows", "expected"), [case[1:] for case in BAD_ROWS], ids=[case[0] for case in BAD_ROWS])
def test_a_bad_row_keeps_its_whole_product_out_and_no_other(
    rows: list[str], expected: list[tuple[int, str]], tmp_path: Path
) -> None:
    drafts, problems = apart(SHOP.read(written(tmp_path, HEADER, *rows, "good,Good,,,,,,,,,5.00")))
    assert sorted(said(problems)) == expected
    assert {draft.handle for draft in drafts} - {"a"} >= {"good"}
    assert not {draft.first_row for draft in drafts} & {row for row, _ in expected}


@pytest.mark.parametrize(("count", "codes"), [(VARIANT_LIMIT, []), (VARIANT_LIMIT + 1, ["VARIANTS_TOO_MANY"])])
def test_a_product_has_2048_variants_and_not_one_more(count: int, codes: list[str], tmp_path: Path) -> None:
    rows = [f"a,A,Size,{number}" for number in range(count)]
    drafts, problems = apart(SHOP.read(written(tmp_path, HEADER, *rows)))
    assert [problem.code for problem in problems] == codes
    assert [len(draft.variants) for draft in drafts] == ([] if codes else [count])


def test_a_product_of_endless_rows_is_left_out_without_being_kept(tmp_path: Path) -> None:
    rows = [f"a,A,Size,{number}" for number in range(12_000)]
    drafts, problems = apart(SHOP.read(written(tmp_path, HEADER, *rows, "b,B")))
    assert [problem.code for problem in problems] == ["PRODUCT_TOO_LARGE"]
    assert [draft.handle for draft in drafts] == ["b"]


def test_a_quote_never_closed_costs_its_product_and_says_where(tmp_path: Path) -> None:
    rows = ("a,A", 'b,"B', "c,C", "d,D")
    drafts, problems = apart(SHOP.read(written(tmp_path, HEADER, *rows)))
    assert said(problems) == [(3, "QUOTE_UNCLOSED")]
    # The row that swallowed the rest may have belonged to the product above it.
    assert drafts == []


def test_a_cell_over_one_megabyte_costs_its_product_only(tmp_path: Path) -> None:
    rows = (f"a,{'x' * (CELL_LIMIT + 1)}", "b,B")
    drafts, problems = apart(SHOP.read(written(tmp_path, HEADER, *rows)))
    assert said(problems) == [(2, "CELL_TOO_LONG")]
    assert [draft.handle for draft in drafts] == ["b"]


def test_a_barcode_shortened_by_a_spreadsheet_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "Handle,Title,Variant Price,Variant Barcode", "a,A,1,8.00123E+12")
    assert said(apart(SHOP.read(path))[1]) == [(2, "BARCODE_SHORTENED")]


def test_a_missing_column_is_one_problem_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "Handle,Variant Price", "a,1")
    assert said(apart(SHOP.read(path))[1]) == [(1, "COLUMN_MISSING")]
    assert not SHOP.recognises(path)


def test_a_column_written_twice_is_one_problem_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "Handle,Title,Title,Variant Price", "a,A,B,1")
    assert said(apart(SHOP.read(path))[1]) == [(1, "COLUMN_REPEATED")]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16", b""), ("cp1252", b"")],
)
def test_encodings_people_save_in(encoding: str, mark: bytes, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_bytes(mark + "Handle;Title;Variant Price\r\na;Caff\u00e8;1,50\r\n".encode(encoding))
    (draft,), problems = apart(SHOP.read(path))
    assert (draft.title, problems) == ("Caff\u00e8", [])
    assert SHOP.recognises(path)


@pytest.mark.parametrize("content", [b"Handle,Title\na,\x81\x8d", b"Handle,Title\na,\0", b"PK\x03\x04\0\0"])
def test_what_is_not_text_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_bytes(content)
    assert said(apart(SHOP.read(path))[1]) == [(1, "ENCODING_UNKNOWN")]
    assert not SHOP.recognises(path)
