"""The demo catalogue held honest: identities, barcodes, prices, two languages, options and pictures."""

import re
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

from vetrina.demo import catalogue, pictures
from vetrina.shop.catalog.ports import ProductDraft, TranslationDraft

PRODUCTS = 60
CURRENCIES = {"EUR", "USD", "GBP"}
DESCRIPTION = re.compile(r"(<p>[^<>]+</p>)+")
FOREIGN = re.compile(
    r"<script|<image|<foreignObject|<use|href|@import|\bon\w+=|url\((?!#shadow\))|javascript:", re.IGNORECASE
)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drafts() -> tuple[ProductDraft, ...]:
    return tuple(catalogue.products())


def test_there_is_a_whole_shop(drafts: tuple[ProductDraft, ...]) -> None:
    assert PRODUCTS <= len(drafts) <= 80
    assert 9 <= len(catalogue.collections()) <= 11
    several = [draft for draft in drafts if 2 <= len(draft.variants) <= 8]
    assert len(several) * 3 >= len(drafts)
    assert sum(len(draft.variants[0].options) == 2 for draft in drafts) >= 3
    assert sum(len(draft.variants[0].options) == 3 for draft in drafts) == 1


def test_every_product_has_its_own_identity(drafts: tuple[ProductDraft, ...]) -> None:
    handles = [draft.handle for draft in drafts]
    assert len(set(handles)) == len(handles)
    assert all(handle and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", handle) for handle in handles)
    assert [draft.source_key for draft in drafts] == [f"demo:{handle}" for handle in handles]
    assert [draft.first_row for draft in drafts] == list(range(1, len(drafts) + 1))
    titles = [draft.title for draft in drafts]
    assert len(set(titles)) == len(titles)


def test_skus_and_barcodes_are_unique_and_valid(drafts: tuple[ProductDraft, ...]) -> None:
    variants = [variant for draft in drafts for variant in draft.variants]
    skus = [variant.sku for variant in variants]
    codes = [variant.barcode or "" for variant in variants]
    assert all(skus)
    assert len(set(skus)) == len(skus)
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not _is_in_store_ean(code)] == []


def test_the_check_digit_rule_refuses_a_wrong_digit() -> None:
    assert _is_in_store_ean("2046812000072")
    assert not _is_in_store_ean("2046812000073")
    assert not _is_in_store_ean("4006381333931")


def test_every_variant_is_priced_in_three_currencies(drafts: tuple[ProductDraft, ...]) -> None:
    for draft in drafts:
        for variant in draft.variants:
            assert {price.currency for price in variant.prices} == CURRENCIES, variant.sku
            assert len(variant.prices) == len(CURRENCIES), variant.sku
            reduced = {price.compare_at is not None for price in variant.prices}
            assert len(reduced) == 1, f"{variant.sku} is reduced in some currencies only"
            for price in variant.prices:
                assert price.amount > 0
                assert price.amount == price.amount.quantize(Decimal("0.01"))
                assert price.compare_at is None or price.compare_at > price.amount, variant.sku


def test_stock_and_weight_are_believable(drafts: tuple[ProductDraft, ...]) -> None:
    variants = [variant for draft in drafts for variant in draft.variants]
    assert all(variant.weight is not None and 50 <= variant.weight <= 10_000 for variant in variants)
    bundles = catalogue.bundles()
    counted = {variant.sku: variant.stock for variant in variants if variant.stock is not None}
    assert {variant.sku for variant in variants} - counted.keys() == bundles.keys(), "a bundle's stock is its parts'"
    assert bundles and all(counted[sku] for components in bundles.values() for sku in components)
    stock = list(counted.values())
    assert min(stock) == 0
    assert sum(level == 0 for level in stock) >= 5
    assert sum(0 < level <= 5 for level in stock) >= 5
    assert sum(variant.backorder for variant in variants) >= 3
    assert sum(price.compare_at is not None for variant in variants for price in variant.prices) >= 15


def test_every_text_of_a_product_is_there_in_both_languages(drafts: tuple[ProductDraft, ...]) -> None:
    for draft in drafts:
        source = {
            "title": draft.title,
            "description_html": draft.description_html,
            "seo_title": draft.seo_title,
            "seo_description": draft.seo_description,
        }
        italian = _italian(draft.translations)
        assert set(italian) == set(source), draft.handle
        for texts in (source, italian):
            assert all(text and text == text.strip() for text in texts.values()), draft.handle
            assert DESCRIPTION.fullmatch(texts["description_html"] or ""), draft.handle
            assert len(texts["seo_title"] or "") <= 60, draft.handle
            assert len(texts["seo_description"] or "") <= 160, draft.handle
        assert source["description_html"] != italian["description_html"], draft.handle


def test_every_collection_is_used_and_there_in_both_languages(drafts: tuple[ProductDraft, ...]) -> None:
    shelves = catalogue.collections()
    assert len({shelf.handle for shelf in shelves}) == len(shelves)
    assert {title for draft in drafts for title in draft.collections} == {shelf.title for shelf in shelves}
    for shelf in shelves:
        italian = _italian(shelf.translations)
        assert set(italian) == {"title", "description_html"}, shelf.handle
        assert DESCRIPTION.fullmatch(shelf.description_html), shelf.handle
        assert DESCRIPTION.fullmatch(italian["description_html"]), shelf.handle


def test_options_are_consistent_within_a_product(drafts: tuple[ProductDraft, ...]) -> None:
    for draft in drafts:
        names = {tuple(name for name, _ in variant.options) for variant in draft.variants}
        assert len(names) == 1, draft.handle
        choices = [variant.options for variant in draft.variants]
        assert len(set(choices)) == len(choices), draft.handle
        assert len(draft.variants) == 1 or choices[0], draft.handle


def test_every_option_word_is_there_in_italian_and_none_is_left_over(drafts: tuple[ProductDraft, ...]) -> None:
    used = {pair for draft in drafts for variant in draft.variants for pair in variant.options}
    words = catalogue.option_translations()
    assert {(entry.name, value) for entry in words for value, _ in entry.values} == used
    assert all(entry.language == "it" and entry.translated_name for entry in words)
    for entry in words:
        translated = [word for _, word in entry.values]
        assert all(translated)
        assert len(set(translated)) == len(translated), entry.name


def test_metafields_are_typed_and_told_once(drafts: tuple[ProductDraft, ...]) -> None:
    known = dict(catalogue.METAFIELD_TYPES)
    for draft in drafts:
        keys = [f"{field.namespace}.{field.key}" for field in draft.metafields]
        assert keys, draft.handle
        assert len(set(keys)) == len(keys), draft.handle
        assert all(known[key] == field.type for key, field in zip(keys, draft.metafields, strict=True))
        assert all(field.value.startswith("[") for field in draft.metafields if field.type.startswith("list."))
        assert all(field.value.isdigit() for field in draft.metafields if field.type == "number_integer")


def test_every_picture_is_drawn_and_every_drawing_is_used(drafts: tuple[ProductDraft, ...]) -> None:
    urls = [image.url for draft in drafts for image in draft.images]
    urls += [shelf.picture for shelf in catalogue.collections()]
    assert all(draft.images and all(image.alt for image in draft.images) for draft in drafts)
    assert {f"demo/{name}.svg" for name in pictures.names()} == set(urls)
    assert sum(len(draft.images) >= 2 for draft in drafts) * 2 >= len(drafts)
    for draft in drafts:
        own = {image.url for image in draft.images}
        assert {variant.image for variant in draft.variants if variant.image} <= own, draft.handle


@pytest.mark.parametrize("name", pictures.names())
def test_a_picture_is_well_formed_and_self_contained(name: str) -> None:
    drawing = pictures.draw(name)
    root = ET.fromstring(drawing)
    assert root.tag == f"{SVG}svg"
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("1200", "1200", "0 0 1200 1200")
    assert not FOREIGN.search(drawing)
    assert drawing == pictures.draw(name)
    assert len(drawing) < 60_000


def test_an_unknown_picture_is_refused() -> None:
    with pytest.raises(KeyError):
        pictures.draw("no-such-picture")


def _is_in_store_ean(code: str) -> bool:
    if not re.fullmatch(r"2\d{12}", code):
        return False
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code))
    return total % 10 == 0


def _italian(translations: tuple[TranslationDraft, ...]) -> dict[str, str]:
    assert {text.language for text in translations} == {"it"}
    return {text.field: text.value for text in translations}
