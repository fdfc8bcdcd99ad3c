"""The Olist reader over 32,951 real products without names or prices, and its bad rows."""

import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from tests.plugins.importers.reading import apart, data_set, said, variants_of, written

from vetrina_importers.olist import OlistFolder

HEADER = "product_id,product_category_name,product_weight_g,product_length_cm,product_height_cm,product_width_cm"


def test_the_whole_master_is_read() -> None:
    folder = data_set("olist_products")
    assert OlistFolder().recognises(folder)
    assert OlistFolder().recognises(folder / "olist_products_dataset.csv")
    drafts, problems = apart(OlistFolder().read(folder))
    variants = variants_of(drafts)
    assert problems == []
    assert (len(drafts), len(variants)) == (32_951, 32_951)
    assert not any(draft.published or one.prices for draft in drafts for one in draft.variants)
    titles = Counter(title for draft in drafts for title in draft.collections)
    assert len(titles) == 73
    assert titles["Bed bath table"] == 3_029
    assert sum(not draft.collections for draft in drafts) == 610
    assert len({draft.title for draft in drafts}) == 32_951
    for side in ("weight", "length", "width", "height"):
        assert sum(getattr(one, side) is None for one in variants) == 2


def test_products_are_named_by_category_and_number() -> None:
    drafts, _ = apart(OlistFolder().read(data_set("olist_products")))
    first = drafts[0]
    assert (first.source_key, first.first_row) == ("1e9e8ef04dbcff4541ed26657ea517e5", 2)
    assert (first.title, first.collections) == ("Perfumery 1e9e8ef0", ("Perfumery",))
    (variant,) = first.variants
    assert (variant.weight, variant.length, variant.height, variant.width) == (225, 160, 100, 140)
    # Two categories have no translation and keep their own words.
    untranslated = {title for draft in drafts for title in draft.collections if title.startswith(("Pc ", "Portateis"))}
    assert untranslated == {"Pc gamer", "Portateis cozinha e preparadores de alimentos"}


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    small, large = (peak_of_reading(tmp_path, products) for products in (1_000, 8_000))
    assert large < small + (1 << 20)


def peak_of_reading(folder: Path, products: int) -> int:
    path = written(folder, HEADER, *(f"product-{number},artes,100,1,2,3" for number in range(products)))
    tracemalloc.start()
    try:
        assert sum(1 for _ in OlistFolder().read(path)) == products
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_product_without_category_or_size_is_a_product(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, "abcdef1234,,,,,", name="olist_products_dataset.csv")
    (draft,), problems = apart(OlistFolder().read(tmp_path))
    assert (draft.title, draft.collections, problems) == ("Product abcdef12", (), [])
    assert draft.variants[0].weight is None
    assert OlistFolder().recognises(path)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([",artes,1,1,1,1"], [(2, "HANDLE_MISSING")]),
        (["a,artes,-1,1,1,1"], [(2, "WEIGHT_INVALID")]),
        (["a,artes,1,long,1,1"], [(2, "LENGTH_INVALID")]),
        (["a,artes,1,1,1,1", "a,artes,1,1,1,1"], [(3, "HANDLE_REPEATED")]),
        (["a,artes,1", "b,artes,1", "a,artes,1"], [(2, "HANDLE_REPEATED"), (4, "HANDLE_REPEATED")]),
    ],
)
def test_a_bad_row_keeps_its_product_out(rows: list[str], expected: list[tuple[int, str]], tmp_path: Path) -> None:
    drafts, problems = apart(OlistFolder().read(written(tmp_path, HEADER, *rows, "good,artes,1,1,1,1")))
    assert said(problems) == expected
    assert "good" in [draft.source_key for draft in drafts]
    assert "a" not in [draft.source_key for draft in drafts]
