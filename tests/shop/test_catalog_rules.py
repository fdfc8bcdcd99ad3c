"""What a product must be: handles, options, variants, texts; tables of cases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog.rules import (
    DEFAULT_TITLE,
    ImageSheet,
    OptionSheet,
    ProductSheet,
    Text,
    ValueSheet,
    VariantSheet,
    candidates,
    check_handle,
    checked_product,
    checked_tags,
    choose_handle,
    fold,
    is_on_sale,
    is_sellable,
    slug,
    terms,
    variant_title,
    words,
)
from vetrina.shop.catalog.rules.words import MOST_TERMS
from vetrina.vocabulary import ProductStatus

NOW = datetime(2026, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("Olio d'oliva", "olio-d-oliva"),
        ("Perché è così buono?", "perche-e-cosi-buono"),
        ("  Caffè   Nº 1  ", "caffe-no-1"),
        ("Straße — Ærø & Łódź", "strasse-aero-lodz"),
        ("100% COTONE", "100-cotone"),
        ("Ёлка", "елка"),
        ("東京 茶", "東京-茶"),
        ("snake_case name", "snake-case-name"),
        ("!!!", "product"),
        ("", "product"),
        ("a" * 300, "a" * 255),
    ],
)
def test_any_title_becomes_a_handle(text: str, handle: str) -> None:
    assert slug(text, "product") == handle
    assert check_handle(handle) == handle


@pytest.mark.parametrize(
    "handle", ["", "Olio", "olio oliva", "-olio", "olio-", "a--b", "a/b", "a\0b", "é" * 256, "a\n"]
)
def test_a_chosen_handle_that_an_address_could_not_carry_is_refused(handle: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_handle(handle)
    assert refused.value.field == ("handle",)


def test_a_taken_handle_is_numbered_from_one() -> None:
    assert choose_handle("oil", (), 0, 8) == "oil"
    assert choose_handle("oil", {"oil"}, 0, 8) == "oil-1"
    assert choose_handle("oil", {"oil", "oil-1", "oil-3"}, 0, 8) == "oil-2"
    assert choose_handle("oil", set(candidates("oil", 0, 8)), 0, 8) is None
    assert choose_handle("oil", set(candidates("oil", 0, 8)), 8, 80) == "oil-8"


def test_a_number_never_makes_a_handle_too_long() -> None:
    assert {len(handle) for handle in candidates("a" * 255, 0, 120)} == {255}
    assert len(set(candidates("a" * 255, 0, 120))) == 120


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Perché", "perche"),
        ("PERCHE\u0301", "perche"),
        ("Straße", "strasse"),
        ("ﬁne", "fine"),
        ("\uff37\uff49de", "wide"),
        ("Ørsted Łódź", "orsted lodz"),
        ("İstanbul", "istanbul"),
    ],
)
def test_words_are_compared_without_accents_case_and_ligatures(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_words_are_divided_at_everything_that_is_no_letter_or_digit() -> None:
    assert words("Dell'olio extra-vergine, 0,5 l (D.O.P.)") == [
        "dell",
        "olio",
        "extra",
        "vergine",
        "0",
        "5",
        "l",
        "d",
        "o",
        "p",
    ]
    assert words("x" * 100) == ["x" * 64]


def test_a_word_weighs_what_its_fields_weigh_together_and_once_in_each() -> None:
    assert terms([("olio olio", 20), ("Olio d'oliva", 1)]) == {"olio": 21, "d": 1, "oliva": 1}


def test_of_too_many_words_the_weightiest_are_kept() -> None:
    found = terms([(" ".join(f"w{number}" for number in range(1_000)), 1), ("olio", 20)])
    assert len(found) == MOST_TERMS
    assert found["olio"] == 20


def product(**fields: Any) -> ProductSheet:
    whole: dict[str, Any] = {"title": "Oil", **fields}
    return checked_product(ProductSheet(**whole))


def of(*pairs: tuple[str, str]) -> VariantSheet:
    return VariantSheet(options=pairs)


def test_a_product_without_options_has_one_variant_called_by_default() -> None:
    found = product()
    assert (found.options, len(found.variants)) == ((), 1)
    assert variant_title(found.variants[0].options) == DEFAULT_TITLE


def test_options_are_read_off_the_variants_in_order_of_appearance() -> None:
    found = product(variants=(of(("Size", "M"), ("Colour", "Red")), of(("Colour", "Blue"), ("size", "S"))))
    assert [(option.name, [value.name for value in option.values]) for option in found.options] == [
        ("Size", ["M", "S"]),
        ("Colour", ["Red", "Blue"]),
    ]
    assert [variant_title(variant.options) for variant in found.variants] == ["M / Red", "S / Blue"]


def test_declared_values_come_first_and_keep_their_swatches() -> None:
    declared = (OptionSheet(name="Colour", values=(ValueSheet(name="Blue", swatch="#0000FF"),)),)
    found = product(options=declared, variants=(of(("Colour", "Red")), of(("Colour", "Blue"))))
    assert [(value.name, value.swatch) for value in found.options[0].values] == [("Blue", "#0000FF"), ("Red", None)]


TOO_MANY_OPTIONS = of(("A", "1"), ("B", "1"), ("C", "1"), ("D", "1"))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"variants": ()}, ("variants",)),
        ({"variants": tuple(of(("Number", str(number))) for number in range(2_049))}, ("variants",)),
        ({"variants": (TOO_MANY_OPTIONS,)}, ("options",)),
        ({"variants": (of(("Size", "S")), of(("Size", "S")))}, ("variants", "1", "options")),
        ({"variants": (of(("Size", " S ")), of(("size", "S")))}, ("variants", "1", "options")),
        ({"variants": (of(("Size", "S")), of())}, ("variants", "1", "options")),
        ({"variants": (of(("Size", "S"), ("Colour", "Red")), of(("Size", "M")))}, ("variants", "1", "options")),
        ({"variants": (of(("Size", "S")), of(("Colour", "Red")))}, ("variants", "1", "options")),
        ({"variants": (of(("Size", "S"), ("size", "M")),)}, ("variants", "0", "options")),
        ({"variants": (of(("Size", "")),)}, ("variants", "0", "options")),
        ({"variants": (of(("", "S")),)}, ("variants", "0", "options")),
        ({"variants": (of(), of())}, ("variants", "1", "options")),
        ({"options": (OptionSheet(name="Size"),)}, ("variants", "0", "options")),
        ({"options": (OptionSheet(name="A"), OptionSheet(name="a"))}, ("options", "1", "name")),
        (
            {"options": (OptionSheet(name="A", values=(ValueSheet(name="1"), ValueSheet(name="1"))),)},
            ("options", "0", "values", "1"),
        ),
        (
            {"options": (OptionSheet(name="A", values=(ValueSheet(name="1", swatch="red"),)),)},
            ("options", "0", "values", "0", "swatch"),
        ),
        ({"title": ""}, ("title",)),
        ({"title": " \n\t "}, ("title",)),
        ({"title": "a" * 256}, ("title",)),
        ({"title": "a" * 1_000_000}, ("title",)),
        ({"title": "a\0b"}, ("title",)),
        ({"title": "\ud800"}, ("title",)),
        ({"vendor": "a" * 256}, ("vendor",)),
        ({"product_type": "a" * 256}, ("product_type",)),
        ({"seo_title": "a" * 256}, ("seo_title",)),
        ({"description_html": "a" * (512 * 1024 + 1)}, ("description_html",)),
        ({"description_html": "a\0b"}, ("description_html",)),
        ({"handle": "Not A Handle"}, ("handle",)),
        ({"status": ProductStatus.ARCHIVED}, ("status",)),
        ({"tags": ("a" * 256,)}, ("tags", "0")),
        ({"tags": tuple(map(str, range(251)))}, ("tags",)),
        ({"variants": (VariantSheet(sku="a" * 256),)}, ("variants", "0", "sku")),
        ({"variants": (VariantSheet(sku="a\0"),)}, ("variants", "0", "sku")),
        ({"variants": (VariantSheet(tax_class=" "),)}, ("variants", "0", "tax_class")),
        ({"variants": (VariantSheet(weight=-1),)}, ("variants", "0", "weight")),
        ({"variants": (VariantSheet(height=10**9 + 1),)}, ("variants", "0", "height")),
        ({"variants": (VariantSheet(quantity_minimum=0),)}, ("variants", "0", "quantity_minimum")),
        ({"variants": (VariantSheet(quantity_increment=2**53),)}, ("variants", "0", "quantity_increment")),
        (
            {"variants": (VariantSheet(quantity_minimum=3, quantity_maximum=2),)},
            ("variants", "0", "quantity_maximum"),
        ),
        ({"images": (ImageSheet(url="javascript:alert(1)"),)}, ("images", "0", "url")),
        ({"images": (ImageSheet(url="data:image/png;base64,AA"),)}, ("images", "0", "url")),
        ({"images": (ImageSheet(url="//elsewhere.test/a.png"),)}, ("images", "0", "url")),
        ({"images": (ImageSheet(url=""),)}, ("images", "0", "url")),
        ({"images": (ImageSheet(url="a.png", width=0),)}, ("images", "0", "width")),
        ({"images": tuple(ImageSheet(url=f"{number}.png") for number in range(251))}, ("images",)),
        ({"texts": (Text("italiano", "title", "Olio"),)}, ("texts", "0", "language")),
        ({"texts": (Text("it", "name", "Olio"),)}, ("texts", "0", "field")),
        ({"texts": (Text("it", "title", "a" * 256),)}, ("texts", "0", "value")),
        ({"texts": (Text("it", "handle", "Olio Buono"),)}, ("handle",)),
        ({"texts": (Text("it", "title", "Olio"), Text("it", "title", "Oli"))}, ("texts", "1")),
    ],
)
def test_a_sheet_that_can_never_be_right_is_refused_with_its_field(
    fields: dict[str, Any], field: tuple[str, ...]
) -> None:
    with pytest.raises(BadInput) as refused:
        product(**fields)
    assert refused.value.field == field
    assert len(refused.value.message) < 400


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "a" * 255, "vendor": "a" * 255, "product_type": "a" * 255},
        {"tags": tuple(f"{number:0255d}" for number in range(250))},
        {"variants": (VariantSheet(sku="a" * 255, weight=0, height=10**9),)},
        {"variants": tuple(of(("Number", str(number))) for number in range(2_048))},
        {"variants": (of(("A", "1"), ("B", "1"), ("C", "1")),)},
        {"images": (ImageSheet(url="https://shop.test/a b.png".replace(" ", "%20"), alt=""),)},
        {"texts": (Text("it", "title", "Olio"), Text("pt-BR", "title", "Azeite"))},
    ],
)
def test_what_is_within_the_limits_is_taken(fields: dict[str, Any]) -> None:
    assert product(**fields).title


def test_texts_are_trimmed_and_html_is_cleaned() -> None:
    found = product(
        title="  Olive \n oil ",
        description_html=" <p onclick=x>Good</p> ",
        texts=(Text("it", "description_html", "<script>x</script><p>Buono</p>"),),
        seo_title="  ",
    )
    assert (found.title, found.description_html, found.seo_title) == ("Olive oil", "<p>Good</p>", None)
    assert found.texts[0].value == "<p>Buono</p>"


def test_a_tag_is_kept_once_however_it_is_written() -> None:
    assert checked_tags(("Bio", " bio ", "", "DOP")) == ("Bio", "DOP")


def test_a_variants_picture_is_one_of_the_products() -> None:
    found = product(images=(ImageSheet(url="a.png"),), variants=(VariantSheet(image="b.png"),))
    assert [image.url for image in found.images] == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("status", "published", "is_shown"),
    [
        ("active", NOW, True),
        ("active", NOW - timedelta(days=1), True),
        ("active", NOW + timedelta(seconds=1), False),
        ("active", None, False),
        ("draft", NOW, False),
        ("archived", NOW, False),
    ],
)
def test_only_active_products_past_their_date_are_on_sale(
    status: str, published: datetime | None, is_shown: bool
) -> None:
    assert is_on_sale(status, published, NOW) is is_shown
    assert is_sellable(status, published, None, NOW) is is_shown
    assert is_sellable(status, published, NOW, NOW) is False
