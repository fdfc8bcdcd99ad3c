"""The Saleor reader over its demo fixture with two channels, and its bad records."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.plugins.importers.reading import apart, data_set, said, variants_of

from vetrina.ports import MetafieldDraft, PriceDraft
from vetrina_importers.editorjs import blocks_html
from vetrina_importers.saleor import SaleorFixture


def saleor() -> SaleorFixture:
    return SaleorFixture(today=lambda: date(2025, 6, 15))


def test_the_demo_fixture_is_read_whole() -> None:
    folder = data_set("saleor_catalogue")
    assert saleor().recognises(folder)
    assert saleor().recognises(folder / "populatedb_data.json")
    drafts, problems = apart(saleor().read(folder))
    variants = variants_of(drafts)
    prices = [price for one in variants for price in one.prices]
    assert problems == []
    assert (len(drafts), len(variants), len(prices)) == (32, 73, 146)
    assert sum(price.amount for price in prices if price.currency == "USD") == Decimal("3369.91")
    assert sum(price.amount for price in prices if price.currency == "PLN") == Decimal("13488.69")
    assert sum(one.stock or 0 for one in variants) == 38_233
    assert sum(one.stock is None for one in variants) == 17
    assert sum(len(draft.images) for draft in drafts) == 48
    assert sum(len(draft.metafields) for draft in drafts) == 18
    assert sum(bool(draft.vendor) for draft in drafts) == 25
    # The three gift cards wait for a person.
    assert [draft.title for draft in drafts if not draft.published] == [
        "Gift card 100",
        "Gift card 500",
        "Gift card 50",
    ]


def test_a_product_of_the_demo_fixture() -> None:
    drafts, _ = apart(saleor().read(data_set("saleor_catalogue")))
    shoes = next(draft for draft in drafts if draft.handle == "white-plimsolls")
    assert (shoes.source_key, shoes.first_row, shoes.vendor, shoes.product_type) == ("127", 547, "Saleor Loom", "Shoe")
    assert shoes.collections == ("Apparel", "Sneakers", "Featured Products")
    assert shoes.description_html.startswith("<p><b>PE at school wouldn\u2019t have been such a drag</b> with these")
    assert [one.options for one in shoes.variants] == [(("Shoe size", str(size)),) for size in range(39, 46)]
    assert [one.weight for one in shoes.variants] == [1_000] * 7
    assert shoes.variants[0].prices == (
        PriceDraft(currency="USD", amount=Decimal("80.000")),
        PriceDraft(currency="PLN", amount=Decimal("240.000")),
    )
    # By the order the shop shows, which is not the order of the file.
    assert shoes.images[0].url == "products/white-plimsolls-2_0d32e6cd.png"
    hoodie = next(draft for draft in drafts if draft.title == "Grey Hoodie")
    material = MetafieldDraft(namespace="attributes", key="material", type="single_line_text_field", value="Cotton")
    assert hoodie.metafields == (material,)
    assert (hoodie.variants[0].options, hoodie.variants[0].stock) == ((), None)


Record = dict[str, object]


def record(model: str, pk: int, **fields: object) -> Record:
    return {"model": model, "pk": pk, "fields": fields}


def small_shop() -> list[Record]:
    """Lines 2 to 12 of the file, one record a line: two products, the first with two variants."""
    listing = {"channel": 1, "is_published": True, "published_at": "2025-01-01T00:00:00Z"}
    return [
        record("channel.channel", 1, is_active=True),
        record("product.producttype", 1, name="Shirt"),
        record("product.product", 1, name="Shirt", slug="shirt", product_type=1),
        record("product.productchannellisting", 1, product=1, **listing),
        record("product.productvariant", 1, product=1, name="S"),
        record("product.productvariant", 2, product=1, name="M"),
        record("product.productvariantchannellisting", 1, variant=1, channel=1, currency="EUR", price_amount="10.00"),
        record("warehouse.stock", 1, product_variant=1, quantity=3),
        record("warehouse.stock", 2, product_variant=1, quantity=4),
        record("product.product", 2, name="Good", slug="good", product_type=1),
        record("product.productvariant", 3, product=2, name="Good"),
    ]


def saved(folder: Path, records: list[Record]) -> Path:
    path = folder / "shop.json"
    path.write_text("[\n" + ",\n".join(json.dumps(one) for one in records) + "\n]", encoding="utf-8")
    return path


def test_variants_no_attribute_tells_apart_go_by_their_names(tmp_path: Path) -> None:
    drafts, problems = apart(saleor().read(saved(tmp_path, small_shop())))
    assert problems == []
    first = drafts[0]
    assert [one.options for one in first.variants] == [(("Variant", "S"),), (("Variant", "M"),)]
    assert [one.stock for one in first.variants] == [7, 0]
    assert [(draft.published, draft.first_row) for draft in drafts] == [(True, 4), (False, 11)]


Change = Callable[[list[Record]], None]


def twice(records: list[Record]) -> None:
    records.append(record("product.product", 9, name="Again", slug="shirt", product_type=1))


def changed(at: int, **fields: object) -> Change:
    def change(records: list[Record]) -> None:
        one = records[at]
        records[at] = {**one, "fields": {**json.loads(json.dumps(one["fields"])), **fields}}

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (changed(2, name=""), [(4, "TITLE_MISSING")]),
        (changed(2, name="x" * 256), [(4, "TEXT_TOO_LONG")]),
        (changed(4, name="S\0"), [(6, "RECORD_INVALID")]),
        (changed(2, weight="heavy"), [(6, "WEIGHT_INVALID"), (7, "WEIGHT_INVALID")]),
        (changed(3, is_published="perhaps"), [(5, "RECORD_INVALID")]),
        (changed(4, name="M"), [(7, "VARIANT_REPEATED")]),
        (changed(6, price_amount="-1"), [(8, "PRICE_NEGATIVE")]),
        (changed(6, price_amount="ten"), [(8, "PRICE_INVALID")]),
        (changed(6, price_amount={"value": 1}), [(8, "RECORD_INVALID")]),
        (changed(6, currency="euro"), [(8, "CURRENCY_INVALID")]),
        (changed(7, quantity=-3), [(9, "STOCK_NEGATIVE")]),
        (changed(7, quantity=1.5), [(9, "STOCK_INVALID")]),
        (twice, [(4, "HANDLE_REPEATED"), (13, "HANDLE_REPEATED")]),
    ],
)
def test_a_bad_record_keeps_its_whole_product_out(
    change: Change, expected: list[tuple[int, str]], tmp_path: Path
) -> None:
    records = small_shop()
    change(records)
    drafts, problems = apart(saleor().read(saved(tmp_path, records)))
    assert said(problems) == expected
    assert [draft.handle for draft in drafts] == ["good"]


def test_a_variant_of_nothing_is_named(tmp_path: Path) -> None:
    records = [*small_shop(), record("product.productvariant", 9, product=77)]
    drafts, problems = apart(saleor().read(saved(tmp_path, records)))
    assert (len(drafts), said(problems)) == (2, [(13, "PRODUCT_MISSING")])


@pytest.mark.parametrize("content", ["", "{}", "[", "[1]x", "null", '["' + "\\ud800" + '"]'])
def test_what_is_no_fixture_is_one_problem(content: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    path.write_text(content, encoding="utf-8")
    drafts, problems = apart(saleor().read(path))
    assert drafts == []
    assert [problem.code for problem in problems] in (["JSON_INVALID"], ["RECORD_INVALID"])


BLOCKS: list[tuple[object, str]] = [
    ({"type": "paragraph", "data": {"text": "1 < 2 <b>and</b> <script>x</script>"}}, "<p>1 &lt; 2 <b>and</b> </p>"),
    ({"type": "paragraph", "data": {"text": ""}}, ""),
    ({"type": "header", "data": {"text": "Care", "level": 3}}, "<h3>Care</h3>"),
    ({"type": "header", "data": {"text": "Care", "level": "x"}}, "<h2>Care</h2>"),
    (
        {"type": "list", "data": {"style": "ordered", "items": ["a", "<i>b"]}},
        "<ol><li>a</li><li><i>b</i></li></ol>",
    ),
    (
        {"type": "list", "data": {"items": [{"content": "a", "items": [{"content": "b", "items": []}]}]}},
        "<ul><li>a<ul><li>b</li></ul></li></ul>",
    ),
    (
        {"type": "quote", "data": {"text": "So", "caption": "Ada"}},
        "<blockquote><p>So</p><p>Ada</p></blockquote>",
    ),
    ({"type": "code", "data": {"code": "a<b>"}}, "<pre><code>a&lt;b&gt;</code></pre>"),
    ({"type": "delimiter", "data": {}}, "<hr>"),
    ({"type": "poll", "data": {"text": "Which?"}}, "<p>Which?</p>"),
    ({"type": "image", "data": {"file": {"url": "x"}}}, ""),
    ("nonsense", ""),
]


@pytest.mark.parametrize(("block", "expected"), BLOCKS)
def test_blocks_become_safe_html(block: object, expected: str) -> None:
    assert blocks_html({"blocks": [block]}) == expected


@pytest.mark.parametrize("description", [None, "text", [], {}, {"blocks": None}, {"blocks": {"a": 1}}])
def test_descriptions_of_other_shapes_are_empty(description: object) -> None:
    assert blocks_html(description) == ""
