"""The Vendure reader over its demo catalogue, and its bad rows."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.plugins.importers.reading import apart, data_set, said, variants_of, written

from vetrina.ports import ImageDraft
from vetrina_importers.vendure import VendureCsv

HEADER = (
    "name,slug,description,assets,facets,optionGroups,optionValues,sku,price,stockOnHand,trackInventory,variantFacets"
)


def test_the_demo_catalogue_is_read_whole() -> None:
    folder = data_set("vendure_catalogue")
    assert VendureCsv().recognises(folder)
    assert VendureCsv().recognises(folder / "products.csv")
    drafts, problems = apart(VendureCsv().read(folder))
    variants = variants_of(drafts)
    assert problems == []
    assert (len(drafts), len(variants), sum(draft.published for draft in drafts)) == (54, 88, 54)
    assert sum(len(one.prices) for one in variants) == 88
    assert sum(price.amount for one in variants for price in one.prices) == Decimal("30389.65")
    assert sum(one.stock or 0 for one in variants) == 8_800
    assert sum(len(draft.images) for draft in drafts) == 54
    assert len({title for draft in drafts for title in draft.collections}) == 9
    assert len({tag for draft in drafts for tag in draft.tags}) == 9
    assert len({draft.vendor for draft in drafts if draft.vendor}) == 19


def test_a_product_of_the_demo_catalogue() -> None:
    drafts, _ = apart(VendureCsv().read(data_set("vendure_catalogue")))
    laptop = drafts[0]
    assert (laptop.source_key, laptop.first_row, laptop.handle, laptop.vendor) == ("laptop", 2, "laptop", "Apple")
    assert laptop.collections == ("Electronics", "Computers")
    assert laptop.images == (ImageDraft(url="derick-david-409858-unsplash.jpg"),)
    assert [one.options for one in laptop.variants] == [
        (("screen size", "13 inch"), ("RAM", "8GB")),
        (("screen size", "15 inch"), ("RAM", "8GB")),
        (("screen size", "13 inch"), ("RAM", "16GB")),
        (("screen size", "15 inch"), ("RAM", "16GB")),
    ]
    assert drafts[-1].variants[0].metafields[0].value == "yellow"


def test_facets_become_collections_vendor_and_tags(tmp_path: Path) -> None:
    facets = "category:Home|brand:Ikea|plant type:Indoor|category:Home|color:green"
    (draft,), _ = apart(VendureCsv().read(written(tmp_path, HEADER, f"Fern,fern,,,{facets},,,F1,9,3,,")))
    assert (draft.collections, draft.vendor) == (("Home",), "Ikea")
    assert draft.tags == ("plant type:Indoor", "color:green")


def test_stock_not_tracked_is_not_counted(tmp_path: Path) -> None:
    (draft,), _ = apart(VendureCsv().read(written(tmp_path, HEADER, "Fern,fern,,,,,,F1,9,3,FALSE,")))
    assert draft.variants[0].stock is None


def test_plain_descriptions_are_escaped_and_markup_is_cleaned(tmp_path: Path) -> None:
    rows = ("A,a,1 < 2 & so on,,,,,,1", "B,b,<b onclick=x()>bold</b><script>no</script>,,,,,,1")
    drafts, _ = apart(VendureCsv().read(written(tmp_path, HEADER, *rows)))
    assert [draft.description_html for draft in drafts] == ["<p>1 &lt; 2 &amp; so on</p>", "<b>bold</b>"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([",,,,,,,S1,1"], [(2, "PRODUCT_MISSING")]),
        ([",a,,,,,,S1,1"], [(2, "TITLE_MISSING")]),
        (["A,a,,,,,,S1,-1"], [(2, "PRICE_NEGATIVE")]),
        (["A,a,,,,,,S1,1,many"], [(2, "STOCK_INVALID")]),
        (["A,a,,,,Size|Colour,S,S1,1"], [(2, "OPTION_VALUE_MISSING")]),
        (["A,a,,,,Size,S,S1,1", ",,,,,,S,S2,1"], [(3, "VARIANT_REPEATED")]),
        (["A,a,,,,A|B|C|D,1|2|3|4,S1,1"], [(2, "OPTIONS_TOO_MANY")]),
        (["A,a,,,,,,S1,1", "A,a,,,,,,S2,1"], [(3, "HANDLE_REPEATED"), (3, "VARIANT_REPEATED")]),
        (["A,a,,,,,,1,1", "B,b,,,,,,2,1", "C,a,,,,,,3,1"], [(2, "HANDLE_REPEATED"), (4, "HANDLE_REPEATED")]),
    ],
)
def test_a_bad_row_keeps_its_whole_product_out(
    rows: list[str], expected: list[tuple[int, str]], tmp_path: Path
) -> None:
    drafts, problems = apart(VendureCsv().read(written(tmp_path, HEADER, *rows, "Good,good,,,,,,G,5")))
    assert said(problems) == expected
    assert "good" in [draft.handle for draft in drafts]
    assert "a" not in [draft.handle for draft in drafts]
