"""Whatever bytes a file holds, a reader yields drafts and problems and never raises."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plugins.importers.reading import SAMPLES

from vetrina.ports import CatalogueFormat, OrderHistoryFormat, PastCustomer, ProductDraft, RowProblem
from vetrina_importers.northwind import Northwind
from vetrina_importers.olist import OlistFolder
from vetrina_importers.saleor import SaleorFixture
from vetrina_importers.shopify import ShopifyCsv
from vetrina_importers.spree import SpreeCsv
from vetrina_importers.uci import OnlineRetail
from vetrina_importers.vendure import VendureCsv

HEADERS: list[tuple[CatalogueFormat, bytes]] = [
    (ShopifyCsv(), b"Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Inventory Qty,Image Src\n"),
    (ShopifyCsv(), b"Handle;Title;Option1 Name;Option1 Value;Variant Price;Variant Grams;Image Src\r\n"),
    (VendureCsv(), b"name,slug,description,optionGroups,optionValues,sku,price,stockOnHand,facets\n"),
    (SpreeCsv(), b"slug,sku,name,price,currency,status,option1_name,option1_value,available_on\n"),
    (OlistFolder(), b"product_id,product_category_name,product_weight_g,product_length_cm\n"),
    (SaleorFixture(), b""),
]
FORMATS = [reader for reader, _ in HEADERS]
PIECES = [
    b",",
    b";",
    b'"',
    b"\n",
    b"\r",
    b"\r\n",
    b"a",
    b"b,B",
    b"-1",
    b"1.5",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"|",
]
JSON_PIECES = [
    b"[", b"]", b"{", b"}", b",", b":", b'"', b"1", b"-1", b"null", b"true", b'"model"', b'"pk"', b'"fields"',
    b'"product.product"', b'{"model":"product.product","pk":1,"fields":{"product_type":1,"name":"A"}}',
    b'{"model":"product.productvariant","pk":1,"fields":{"product":1}}',
    b'{"model":"product.category","pk":1,"fields":{"name":"x","parent":1}}', b'"\\ud800"', b"\n",
]  # fmt: skip
WORDS = [piece for piece in PIECES if piece.isascii() and piece != b"\x00"]
lines = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=60).map(b"".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=5)), max_size=40).map(b"".join),
)
documents = st.lists(st.sampled_from(JSON_PIECES), max_size=25).map(b"".join)


def read_bytes(reader: CatalogueFormat, content: bytes) -> list[ProductDraft | RowProblem]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "products.csv"
        path.write_bytes(content)
        reader.recognises(path)
        return list(reader.read(path))


@given(content=st.one_of(lines, documents), with_header=st.booleans())
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("which", range(len(HEADERS)))
def test_arbitrary_bytes_never_raise(which: int, content: bytes, with_header: bool) -> None:
    reader, header = HEADERS[which]
    limit = csv.field_size_limit()
    for found in read_bytes(reader, header + content if with_header else content):
        if isinstance(found, ProductDraft):
            assert found.title
            assert found.variants
        else:
            assert found.row >= 1
            assert found.code.isupper()
            assert found.message.endswith(".")
    assert csv.field_size_limit() == limit


HISTORIES: list[tuple[OrderHistoryFormat, dict[str, bytes]]] = [
    (
        OnlineRetail(),
        {
            "extract.csv": b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
            b"1,a,b,1,12/1/2010 8:45,3.75,9,France\n"
        },
    ),
    (
        OnlineRetail(),
        {
            "full_lines_1.csv": b"header_id,item_id,quantity,unit_price\n1,1,1,2.5\n",
            "full_items.csv": b"item_id,stock_code,description\n1,a,b\n",
            "full_invoices.csv": b"header_id,invoice_no,invoice_date,customer_id,country\n"
            b"1,1,2010-12-01 08:45,9,France\n",
        },
    ),
    (
        Northwind(),
        {
            "OrderDetails.csv": b"OrderID,ProductID,UnitPrice,Quantity,Discount\n1,1,2.5,1,0\n",
            "Orders.csv": b"OrderID,CustomerID,OrderDate,ShippedDate,Freight,ShipCountry\n1,A,7/4/1996,,1,Italy\n",
            "Customers.csv": b"CustomerID,CompanyName,ContactName,Phone\nA,B,C,D\n",
            "Products.csv": b"ProductID,ProductName\n1,Chai\n",
        },
    ),
]


@given(content=lines, which=st.integers(min_value=0), whole=st.booleans())
@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize("number", range(len(HISTORIES)))
def test_arbitrary_bytes_in_a_history_never_raise(number: int, content: bytes, which: int, whole: bool) -> None:
    reader, good = HISTORIES[number]
    names = list(good)
    spoilt = names[which % len(names)]
    with TemporaryDirectory() as folder:
        for name, start in good.items():
            (Path(folder) / name).write_bytes((start if name != spoilt or whole else b"") + content * (name == spoilt))
        paths = [Path(folder) / name for name in names]
        reader.recognises(paths)
        assert reader.lines(paths) >= 0
        for item in reader.read(paths):
            if isinstance(item, RowProblem):
                assert item.row >= 1
                assert item.code.isupper()
                assert item.message.endswith(".")
            elif not isinstance(item, PastCustomer):
                assert item.name
                assert item.lines


@given(cut=st.integers(min_value=0), noise=st.sampled_from(PIECES))
@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize("sample", ["shopify_export.csv", "shopify_from_excel_italy.csv"])
def test_a_damaged_export_never_raises(sample: str, cut: int, noise: bytes) -> None:
    whole = (SAMPLES / sample).read_bytes()
    at = cut % len(whole)
    found = read_bytes(ShopifyCsv(), whole[:at] + noise + whole[at:])
    assert found


@pytest.mark.parametrize("reader", FORMATS[1:], ids=lambda reader: reader.title)
def test_a_file_that_is_not_there_is_not_recognised(reader: CatalogueFormat, tmp_path: Path) -> None:
    assert not reader.recognises(tmp_path / "nothing")
    assert not reader.recognises(tmp_path)


@pytest.mark.parametrize("sample", ["shopify_export.csv", "shopify_newer_export.csv"])
def test_one_reader_recognises_a_file(sample: str) -> None:
    assert [reader.title for reader in FORMATS[1:] if reader.recognises(SAMPLES / sample)] == ["Shopify product CSV"]
