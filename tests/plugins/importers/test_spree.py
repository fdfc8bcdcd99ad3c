"""The Spree reader over its demo catalogue with two languages and two currencies, and its bad rows."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.plugins.importers.reading import apart, data_set, said, variants_of, written

from vetrina.ports import MetafieldDraft, PriceDraft
from vetrina_importers.spree import SpreeCsv

HEADER = (
    "slug,sku,name,price,currency,status,category1,option1_name,option1_value,weight,weight_unit,"
    "width,dimensions_unit,available_on,discontinue_on,inventory_count,track_inventory"
)


def spree() -> SpreeCsv:
    return SpreeCsv(today=lambda: date(2025, 6, 15))


def test_the_demo_catalogue_is_read_whole() -> None:
    folder = data_set("spree_catalogue")
    assert spree().recognises(folder)
    assert not spree().recognises(folder / "customers.csv")
    drafts, problems = apart(spree().read(folder))
    variants = variants_of(drafts)
    prices = [price for one in variants for price in one.prices]
    assert problems == []
    assert (len(drafts), len(variants), sum(draft.published for draft in drafts)) == (37, 87, 37)
    assert Counter(price.currency for price in prices) == {"USD": 87, "EUR": 87}
    assert sum(price.amount for price in prices if price.currency == "USD") == Decimal("17069.17")
    assert sum(price.amount for price in prices if price.currency == "EUR") == Decimal("15919.17")
    assert sum(price.compare_at is not None for price in prices) == 8
    assert sum(one.stock or 0 for one in variants) == 435_000
    assert sum(len(draft.images) for draft in drafts) == 124
    assert sum(len(draft.metafields) for draft in drafts) == 143
    assert len({title for draft in drafts for title in draft.collections}) == 24
    assert Counter((one.language, one.field) for draft in drafts for one in draft.translations) == {
        (language, field): 37
        for language in ("de", "fr")
        for field in ("title", "description_html", "seo_title", "seo_description")
    }


def test_a_product_of_the_demo_catalogue() -> None:
    drafts, _ = apart(spree().read(data_set("spree_catalogue")))
    machine = drafts[0]
    assert (machine.source_key, machine.first_row) == ("automatic-espresso-machine", 2)
    assert machine.collections == ("Kitchen", "Coffee Machines")
    assert machine.metafields[0] == MetafieldDraft(
        namespace="custom", key="wattage", type="single_line_text_field", value="1400W"
    )
    assert [one.options for one in machine.variants] == [
        (("Color", "Matte Black"),),
        (("Color", "Silver"),),
        (("Color", "White"),),
    ]
    black = machine.variants[0]
    assert black.prices == (
        PriceDraft(currency="USD", amount=Decimal("879.99")),
        PriceDraft(currency="EUR", amount=Decimal("819.99")),
    )
    # 19.8 lb; 11.8, 13.8 and 15.7 inches.
    assert (black.weight, black.length, black.width, black.height) == (8_981, 300, 351, 399)
    assert (black.stock, black.backorder) == (5_000, False)
    assert (machine.translations[0].language, machine.translations[0].value) == ("de", "Kaffeevollautomat")


@pytest.mark.parametrize(
    ("status", "begins", "ends", "expected"),
    [
        ("active", "", "", True),
        ("draft", "", "", False),
        ("archived", "", "", False),
        ("active", "2025-06-15", "2025-06-16", True),
        ("active", "2025-06-16", "", False),
        ("active", "", "2025-06-15 00:00:00 UTC", False),
    ],
)
def test_published_follows_status_and_dates(
    status: str, begins: str, ends: str, expected: bool, tmp_path: Path
) -> None:
    path = written(tmp_path, HEADER, f"a,A1,A,5,EUR,{status},,,,,,,,{begins},{ends},1,TRUE")
    (draft,), _ = apart(spree().read(path))
    assert draft.published is expected


def test_a_product_of_one_row_is_its_own_variant(tmp_path: Path) -> None:
    (draft,), _ = apart(spree().read(written(tmp_path, HEADER, "a,A1,A,5,EUR,active,,,,2,kg,3,cm,,,4,FALSE")))
    (variant,) = draft.variants
    assert (variant.sku, variant.weight, variant.width, variant.stock) == ("A1", 2_000, 30, None)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["a,A,A,x,EUR,active"], [(2, "PRICE_INVALID")]),
        (["a,A,A,1,EUR,sold"], [(2, "STATUS_INVALID")]),
        (["a,A,A,1,euro,active"], [(2, "CURRENCY_INVALID")]),
        (["a,A,,1,EUR,active"], [(2, "TITLE_MISSING")]),
        ([",A,A,1,EUR,active"], [(2, "HANDLE_MISSING")]),
        (["a,A,A,1,EUR,active,,,,1,stone"], [(2, "WEIGHT_INVALID")]),
        (["a,A,A,1,EUR,active,,,,,,-1,in"], [(2, "LENGTH_INVALID")]),
        (["a,A,A,1,EUR,active,,,,,,,,soon"], [(2, "DATE_INVALID")]),
        (["a,A,A,1,EUR,active,,,,,,,,,,-2"], [(2, "STOCK_NEGATIVE")]),
        (["a,A,A,1,EUR,active", "b,B,B,1,EUR", "a,A,,2,EUR"], [(4, "PRICE_REPEATED")]),
        (["a,A,A,0,EUR", "a,A1,,1,EUR,,,Size,S", "b,B,B,1", "a,A2,,1,EUR,,,Size,S"], [(5, "VARIANT_REPEATED")]),
    ],
)
def test_a_bad_row_keeps_its_whole_product_out(
    rows: list[str], expected: list[tuple[int, str]], tmp_path: Path
) -> None:
    drafts, problems = apart(spree().read(written(tmp_path, HEADER, *rows, "good,G,Good,5,EUR,active")))
    assert said(problems) == expected
    assert "good" in [draft.handle for draft in drafts]
    assert "a" not in [draft.handle for draft in drafts]


@pytest.mark.parametrize(
    ("rows", "expected", "kept"),
    [
        (["a,de,Eins"], [], ["a"]),
        (["a,de,Eins", "a,de,Zwei"], [(2, "TRANSLATION_REPEATED")], []),
        (["a,Deutsch,Eins"], [(2, "LANGUAGE_INVALID")], []),
        ([f"a,de,{'x' * 256}"], [(2, "TEXT_TOO_LONG")], []),
        (["z,de,Eins"], [(2, "TRANSLATION_UNKNOWN")], ["a"]),
        ([",de,Eins"], [(2, "HANDLE_MISSING")], ["a"]),
    ],
)
def test_translations_are_part_of_their_product(
    rows: list[str], expected: list[tuple[int, str]], kept: list[str], tmp_path: Path
) -> None:
    written(tmp_path, "slug,locale,name", *rows, name="product_translations.csv")
    drafts, problems = apart(spree().read(written(tmp_path, HEADER, "a,A,A,1,EUR,active")))
    assert said(problems) == expected
    assert [draft.handle for draft in drafts] == kept
