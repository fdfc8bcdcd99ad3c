"""What a product, a variant, a collection must be: the checks every sheet passes before it is stored."""

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from vetrina.kernel.errors import BadInput
from vetrina.kernel.texts import line, text
from vetrina.shop.catalog.rules.handles import check_handle
from vetrina.shop.catalog.rules.markup import clean_html
from vetrina.shop.catalog.rules.measures import checked_measure
from vetrina.shop.catalog.rules.options import checked_options, is_swatch
from vetrina.shop.catalog.rules.sheets import (
    CollectionChanges,
    CollectionSheet,
    ImageSheet,
    OptionChanges,
    OptionSheet,
    ProductChanges,
    ProductSheet,
    Text,
    ValueChanges,
    VariantChanges,
    VariantSheet,
)
from vetrina.vocabulary import LARGEST_QUANTITY, ProductStatus, UnitMeasure

MOST_TAGS = 250
MOST_IMAGES = 250
HTML_LIMIT = 512 << 10
LONG_TEXT = 5_000
URL_LIMIT = 2_048
LARGEST_MEASURE = 10**9
"""Grams or millimetres."""

OWNER_FIELDS = {
    "Product": ("title", "description_html", "seo_title", "seo_description", "handle"),
    "Collection": ("title", "description_html", "seo_title", "seo_description", "handle"),
    "ProductOption": ("name",),
    "ProductOptionValue": ("name",),
}
"""What can be translated, by the owner's public type."""

P = TypeVar("P", bound=ProductSheet)
V = TypeVar("V", bound=VariantSheet)
Path = tuple[str, ...]

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WEB = re.compile(r"https?://[^/\s]\S*", re.IGNORECASE)


def checked_product(sheet: P) -> P:
    """The sheet as it will be stored: texts trimmed, HTML cleaned, options complete. Raises BadInput."""
    if sheet.status not in (ProductStatus.ACTIVE, ProductStatus.DRAFT):
        raise BadInput(field=("status",), problem="A new product is active or a draft.", reason="choice")
    variants = tuple(checked_variant(variant, ("variants", str(index))) for index, variant in enumerate(sheet.variants))
    options, variants = checked_options(sheet.options, variants)
    return replace(
        sheet,
        **_texts_of(sheet),
        status=ProductStatus(sheet.status),
        tags=checked_tags(sheet.tags),
        options=tuple(
            replace(option, texts=_option_texts(option, index), values=_values(option, index))
            for index, option in enumerate(options)
        ),
        variants=variants,
        images=_with_variant_images(checked_images(sheet.images), variants),
        texts=checked_texts(sheet.texts, "Product"),
        source_key=_optional_line(sheet.source_key, ("source_key",), 1_000),
    )


def checked_product_changes(changes: ProductChanges) -> ProductChanges:
    """The changes as they will be stored. Raises BadInput."""
    given: dict[str, Any] = _texts_of(changes)
    if changes.tags is not UNSET:
        given["tags"] = checked_tags(changes.tags)
    if changes.images is not UNSET:
        given["images"] = checked_images(changes.images)
    return replace(changes, **given, texts=checked_texts(changes.texts, "Product"))


def checked_collection(sheet: CollectionSheet) -> CollectionSheet:
    """The sheet as it will be stored. Raises BadInput."""
    return replace(
        sheet,
        **_texts_of(sheet),
        image=_image(sheet.image, ("image",)) if sheet.image else None,
        texts=checked_texts(sheet.texts, "Collection"),
    )


def checked_collection_changes(changes: CollectionChanges) -> CollectionChanges:
    """The changes as they will be stored. Raises BadInput."""
    given: dict[str, Any] = _texts_of(changes)
    if isinstance(changes.image, ImageSheet):
        given["image"] = _image(changes.image, ("image",))
    return replace(changes, **given, texts=checked_texts(changes.texts, "Collection"))


def checked_variant(sheet: V, path: Path = ()) -> V:
    """Codes, measures and quantities of a variant; its options are checked among its siblings. Raises BadInput."""
    checked_quantities(sheet.quantity_minimum, sheet.quantity_increment, sheet.quantity_maximum, path)
    return replace(sheet, **_codes_of(sheet, path))


def checked_variant_changes(changes: VariantChanges) -> VariantChanges:
    """The changes as they will be stored; quantities are checked once the others are known. Raises BadInput."""
    return replace(changes, **_codes_of(changes, ()))


def checked_option_changes(changes: OptionChanges) -> OptionChanges:
    """The changes as they will be stored. Raises BadInput."""
    return replace(
        changes,
        name=line(changes.name, field=("name",), required=True) if changes.name is not None else None,
        values=tuple(_value_changes(value, ("values", str(index))) for index, value in enumerate(changes.values)),
        texts=checked_texts(changes.texts, "ProductOption"),
    )


def checked_quantities(minimum: int, increment: int, maximum: int | None, path: Path = ()) -> None:
    """A variant is sold from `minimum` in steps of `increment` up to `maximum`. Raises BadInput."""
    for name, number in (("quantity_minimum", minimum), ("quantity_increment", increment)):
        if not 1 <= number <= LARGEST_QUANTITY:
            raise BadInput(
                field=(*path, name),
                problem=f"A quantity is between 1 and {LARGEST_QUANTITY}.",
                reason="range",
                least=1,
                most=LARGEST_QUANTITY,
            )
    if maximum is not None and not minimum <= maximum <= LARGEST_QUANTITY:
        raise BadInput(
            field=(*path, "quantity_maximum"),
            problem=f"The most is between the least and {LARGEST_QUANTITY}.",
            reason="range",
            least=minimum,
            most=LARGEST_QUANTITY,
        )


def checked_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Each tag once, however it is capitalised, in the order given; empty ones fall away. Raises BadInput."""
    if len(tags) > MOST_TAGS:
        raise BadInput(
            field=("tags",), problem=f"A product has at most {MOST_TAGS} tags.", reason="many", most=MOST_TAGS
        )
    lines = [line(tag, field=("tags", str(index))) for index, tag in enumerate(tags)]
    unique = {tag.casefold(): tag for tag in reversed(lines) if tag}
    return tuple(reversed(unique.values()))


def checked_images(images: Sequence[ImageSheet]) -> tuple[ImageSheet, ...]:
    """Each address once, in the order given. Raises BadInput."""
    if len(images) > MOST_IMAGES:
        raise BadInput(
            field=("images",), problem=f"A product has at most {MOST_IMAGES} pictures.", reason="many", most=MOST_IMAGES
        )
    found = [_image(image, ("images", str(index))) for index, image in enumerate(images)]
    return tuple({image.url: image for image in reversed(found)}.values())[::-1]


def checked_texts(texts: Sequence[Text], owner_type: str, path: Path = ("texts",)) -> tuple[Text, ...]:
    """Translations of one owner, HTML cleaned. Raises BadInput for a field it has not, or one given twice."""
    found: dict[tuple[str, str], Text] = {}
    for index, one in enumerate(texts):
        at = (*path, str(index))
        if not _LANGUAGE.fullmatch(one.language):
            raise BadInput(
                field=(*at, "language"), problem="A language is its ISO 639 code, such as it.", reason="language"
            )
        if one.field not in OWNER_FIELDS[owner_type]:
            known = ", ".join(OWNER_FIELDS[owner_type])
            raise BadInput(field=(*at, "field"), problem=f"What can be translated here is {known}.", reason="choice")
        if (one.language, one.field) in found:
            raise BadInput(
                field=at, problem=f"The {one.field} is translated twice into {one.language}.", reason="twice"
            )
        found[one.language, one.field] = replace(one, value=_translated(one, (*at, "value")))
    return tuple(found.values())


def _translated(one: Text, path: Path) -> str:
    if one.field == "description_html":
        return clean_html(text(one.value, field=path, limit=HTML_LIMIT))
    if one.field == "handle":
        return check_handle(one.value) if one.value else ""
    return line(one.value, field=path, limit=LONG_TEXT if one.field == "seo_description" else 255)


def _texts_of(sheet: ProductSheet | ProductChanges | CollectionSheet | CollectionChanges) -> dict[str, Any]:
    """The texts a sheet gives, each checked by its own rule."""
    given: dict[str, Any] = {}
    for name in sheet.__struct_fields__:
        value = getattr(sheet, name)
        if value is None or value is UNSET:
            continue
        if name == "title":
            given[name] = line(value, field=(name,), required=True)
        elif name == "handle":
            given[name] = check_handle(value)
        elif name == "description_html":
            given[name] = clean_html(text(value, field=(name,), limit=HTML_LIMIT))
        elif name in ("vendor", "product_type"):
            given[name] = line(value, field=(name,))
        elif name in ("seo_title", "seo_description"):
            given[name] = line(value, field=(name,), limit=LONG_TEXT if name == "seo_description" else 255) or None
    return given


def _codes_of(sheet: VariantSheet | VariantChanges, path: Path) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name in ("sku", "barcode", "image", "tax_class"):
        value = getattr(sheet, name)
        if isinstance(value, str):
            limit = URL_LIMIT if name == "image" else 255
            given[name] = line(value, field=(*path, name), limit=limit, required=name == "tax_class") or None
    for name in ("weight", "length", "width", "height"):
        value = getattr(sheet, name)
        if isinstance(value, int) and not 0 <= value <= LARGEST_MEASURE:
            raise BadInput(
                field=(*path, name),
                problem=f"The {name} is between 0 and {LARGEST_MEASURE}.",
                reason="range",
                least=0,
                most=LARGEST_MEASURE,
            )
    if isinstance(sheet.measure, UnitMeasure):
        checked_measure(sheet.measure, (*path, "measure"))
    return given


def _image(image: ImageSheet, path: Path) -> ImageSheet:
    url = line(image.url, field=(*path, "url"), limit=URL_LIMIT, required=True)
    if (_SCHEME.match(url) and not _WEB.fullmatch(url)) or url.startswith("//"):
        raise BadInput(
            field=(*path, "url"),
            problem="A picture is at a web address (https) or a file of the shop.",
            reason="picture_url",
        )
    for name in ("width", "height"):
        size = getattr(image, name)
        if size is not None and not 0 < size <= 100_000:
            raise BadInput(
                field=(*path, name),
                problem=f"The {name} is in pixels, up to 100000.",
                reason="range",
                least=1,
                most=100_000,
            )
    return replace(image, url=url, alt=_optional_line(image.alt, (*path, "alt"), LONG_TEXT))


def _with_variant_images(images: tuple[ImageSheet, ...], variants: Sequence[VariantSheet]) -> tuple[ImageSheet, ...]:
    """A variant's picture is one of the product's; one that was not listed comes last."""
    known = {image.url for image in images}
    missing = dict.fromkeys(variant.image for variant in variants if variant.image and variant.image not in known)
    return images + tuple(_image(ImageSheet(url=url), ("variants", "image")) for url in missing if url)


def _value_changes(value: ValueChanges, path: Path) -> ValueChanges:
    if value.swatch and not is_swatch(value.swatch):
        raise BadInput(field=(*path, "swatch"), problem="A swatch is a colour such as #C0392B.", reason="color")
    return replace(
        value,
        name=line(value.name, field=(*path, "name"), required=True) if value.name is not None else None,
        texts=checked_texts(value.texts, "ProductOptionValue", (*path, "texts")),
    )


def _option_texts(option: OptionSheet, index: int) -> tuple[Text, ...]:
    return checked_texts(option.texts, "ProductOption", ("options", str(index), "texts"))


def _values(option: OptionSheet, index: int) -> tuple[Any, ...]:
    path = ("options", str(index), "values", "texts")
    return tuple(
        replace(value, texts=checked_texts(value.texts, "ProductOptionValue", path)) for value in option.values
    )


def _optional_line(value: str | None, path: Path, limit: int) -> str | None:
    return (line(value, field=path, limit=limit) or None) if value is not None else None
