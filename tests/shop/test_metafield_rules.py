"""What each metafield type holds: tables of cases."""

import pytest

from vetrina.kernel.errors import BadInput
from vetrina.shop.metafields.rules import TYPES, Entry, checked_entry


def stored(type_: str, value: str) -> str:
    return checked_entry(Entry(namespace="custom", key="k", type=type_, value=value)).value


@pytest.mark.parametrize(
    ("type_", "value", "kept"),
    [
        ("single_line_text_field", "  one line ", "one line"),
        ("multi_line_text_field", "two\nlines", "two\nlines"),
        ("number_integer", "+042", "42"),
        ("number_integer", "-9007199254740991", "-9007199254740991"),
        ("number_decimal", "2.50", "2.50"),
        ("number_decimal", "1E+3", "1000"),
        ("number_decimal", "-9999999999999.999999999", "-9999999999999.999999999"),
        ("boolean", "TRUE", "true"),
        ("date", "2026-02-28", "2026-02-28"),
        ("date_time", "2026-03-14T09:26:53Z", "2026-03-14T09:26:53+00:00"),
        ("json", '{"a": [1, null]}', '{"a": [1, null]}'),
        ("rich_text_field", '{"type":"root","children":[]}', '{"type":"root","children":[]}'),
        ("url", "https://shop.test/a?b", "https://shop.test/a?b"),
        ("url", "mailto:a@b.test", "mailto:a@b.test"),
        ("color", "#c0392b", "#C0392B"),
        ("weight", '{"value":2.5,"unit":"KG"}', '{"value":2.5,"unit":"kg"}'),
        ("dimension", '{"unit":"mm","value":"12"}', '{"value":"12","unit":"mm"}'),
        ("volume", '{"value":750,"unit":"ml"}', '{"value":750,"unit":"ml"}'),
        (
            "rating",
            '{"value":"4.5","scale_min":"1.0","scale_max":"5.0"}',
            '{"value":"4.5","scale_min":"1.0","scale_max":"5.0"}',
        ),
        ("money", '{"amount":"5.99","currency_code":"EUR"}', '{"amount":"5.99","currency_code":"EUR"}'),
        ("product_reference", "gid://vetrina/Product/1", "gid://vetrina/Product/1"),
        ("variant_reference", "gid://shopify/ProductVariant/1", "gid://shopify/ProductVariant/1"),
        ("file_reference", "gid://vetrina/MediaImage/1", "gid://vetrina/MediaImage/1"),
        ("list.single_line_text_field", '["a", "b"]', '["a","b"]'),
        ("list.number_integer", '[1, "2"]', '[1,"2"]'),
        ("list.weight", '[{"value":1,"unit":"g"}]', '[{"value":1,"unit":"g"}]'),
        ("list.collection_reference", '["gid://vetrina/Collection/1"]', '["gid://vetrina/Collection/1"]'),
        ("list.date", "[]", "[]"),
    ],
)
def test_a_value_of_its_type_is_kept(type_: str, value: str, kept: str) -> None:
    assert stored(type_, value) == kept
    assert stored(type_, kept) == kept


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("single_line_text_field", "two\nlines"),
        ("single_line_text_field", ""),
        ("multi_line_text_field", "a\0b"),
        ("multi_line_text_field", "\udfff"),
        ("multi_line_text_field", "a" * (64 * 1024 + 1)),
        ("number_integer", "1.5"),
        ("number_integer", "9007199254740992"),
        ("number_integer", "1" * 5_000),
        ("number_integer", "\u0661"),
        ("number_decimal", "NaN"),
        ("number_decimal", "Infinity"),
        ("number_decimal", "1e400"),
        ("number_decimal", "0.0000000001"),
        ("number_decimal", "ten"),
        ("boolean", "yes"),
        ("date", "2026-02-30"),
        ("date", "14/03/2026"),
        ("date_time", "yesterday"),
        ("json", "{"),
        ("json", "[" * 30_000),
        ("rich_text_field", "[]"),
        ("rich_text_field", '{"type":"paragraph"}'),
        ("url", "javascript:alert(1)"),
        ("url", "https://"),
        ("url", "https://a b"),
        ("color", "red"),
        ("color", "#12345"),
        ("weight", '{"value":1,"unit":"stone"}'),
        ("weight", '{"value":-1,"unit":"kg"}'),
        ("weight", '{"value":true,"unit":"kg"}'),
        ("weight", '{"value":"1e999999999999999999999999999999999999999999","unit":"kg"}'),
        ("weight", '{"value":"1e13","unit":"kg"}'),
        ("weight", '{"value":"1e999999999","unit":"kg"}'),
        ("number_decimal", "1e999999999"),
        ("weight", '{"value":"NaN","unit":"kg"}'),
        ("weight", "[1]"),
        ("weight", "2 kg"),
        ("rating", '{"value":"6","scale_min":"1","scale_max":"5"}'),
        ("rating", '{"value":"1","scale_min":"1","scale_max":"1"}'),
        ("rating", '{"value":"3"}'),
        ("money", '{"amount":"5.999","currency_code":"EUR"}'),
        ("money", '{"amount":"5","currency_code":"euro"}'),
        ("money", '{"amount":"5"}'),
        ("product_reference", "gid://vetrina/Collection/1"),
        ("product_reference", "1"),
        ("file_reference", "a.png"),
        ("list.number_integer", "1"),
        ("list.number_integer", '["a"]'),
        ("list.single_line_text_field", '["a\\nb"]'),
        ("list.number_integer", str([1] * 129)),
        ("list.boolean", "[true]"),
        ("list.list.date", "[]"),
        ("colour", "#000000"),
        ("", "x"),
    ],
)
def test_a_value_of_another_type_is_refused(type_: str, value: str) -> None:
    with pytest.raises(BadInput) as refused:
        stored(type_, value)
    assert refused.value.field is not None
    assert refused.value.field[0] == "metafields"


@pytest.mark.parametrize(
    ("namespace", "key"), [("", "k"), ("n", ""), ("a b", "k"), ("n" * 256, "k"), ("n", "k\0"), ("n", "è")]
)
def test_a_name_is_plain(namespace: str, key: str) -> None:
    with pytest.raises(BadInput):
        checked_entry(Entry(namespace=namespace, key=key, type="boolean", value="true"))


def test_every_type_refuses_what_is_certainly_wrong() -> None:
    taken = [name for name in TYPES if name not in {"single_line_text_field", "multi_line_text_field"}]
    for name in taken:
        with pytest.raises(BadInput):
            stored(name, "certainly { wrong")
