"""The last look at a whole product: it goes on complete, or stays out with every reason named."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from vetrina.ports import MetafieldDraft, ProductDraft, RowProblem, VariantDraft
from vetrina_importers.quantities import shown

TEXT_LIMIT = 255
LONG_TEXT_LIMIT = 5_000
HTML_LIMIT = 512 << 10
URL_LIMIT = 2_048
OPTION_LIMIT = 3
VARIANT_LIMIT = 2_048

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WEB = re.compile(r"https?://[^/]", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2}")


def settled(
    draft: ProductDraft, variant_rows: Sequence[int], problems: list[RowProblem]
) -> Iterator[ProductDraft | RowProblem]:
    """Yield the draft, or all its problems in the order of their rows. Variant_rows runs beside draft.variants."""
    found = [
        *problems,
        *_title_problems(draft),
        *_length_problems(draft, variant_rows),
        *_option_problems(draft, variant_rows),
        *_image_problems(draft),
        *_language_problems(draft),
    ]
    if found:
        yield from sorted(dict.fromkeys(found), key=lambda one: one.row)
    else:
        yield draft


def is_priced(variants: Sequence[VariantDraft]) -> bool:
    """Whether anything of it can be sold: a product without any price is imported unpublished."""
    return any(variant.prices for variant in variants)


def metafield(namespace: str, key: str, value: str) -> MetafieldDraft:
    """A plain text from a source that says no type."""
    kind = "multi_line_text_field" if "\n" in value else "single_line_text_field"
    return MetafieldDraft(namespace=namespace, key=key, type=kind, value=value)


def listed(text: str, delimiter: str) -> tuple[str, ...]:
    """The words of a list in a cell, each once, in their order."""
    return tuple(dict.fromkeys(word for part in text.split(delimiter) if (word := part.strip())))


def _title_problems(draft: ProductDraft) -> Iterator[RowProblem]:
    if not draft.title:
        message = "The product has no title; give it one."
        yield RowProblem(row=draft.first_row, field="title", code="TITLE_MISSING", message=message)


def _length_problems(draft: ProductDraft, variant_rows: Sequence[int]) -> Iterator[RowProblem]:
    for field, limit, value in _texts(draft):
        if len(value) > limit:
            yield _too_long(draft.first_row, field, value, limit)
    for row, variant in zip(variant_rows, draft.variants, strict=True):
        short = (("sku", variant.sku or ""), ("barcode", variant.barcode or ""))
        for field, value in (*short, *(("option", part) for option in variant.options for part in option)):
            if len(value) > TEXT_LIMIT:
                yield _too_long(row, field, value, TEXT_LIMIT)


def _texts(draft: ProductDraft) -> Iterator[tuple[str, int, str]]:
    yield "title", TEXT_LIMIT, draft.title
    yield "handle", TEXT_LIMIT, draft.handle or draft.source_key
    yield "vendor", TEXT_LIMIT, draft.vendor
    yield "product_type", TEXT_LIMIT, draft.product_type
    yield "description_html", HTML_LIMIT, draft.description_html
    yield "seo_title", TEXT_LIMIT, draft.seo_title or ""
    yield "seo_description", LONG_TEXT_LIMIT, draft.seo_description or ""
    yield from (("tags", TEXT_LIMIT, tag) for tag in draft.tags)
    yield from (("collections", TEXT_LIMIT, title) for title in draft.collections)
    for image in draft.images:
        yield "image", URL_LIMIT, image.url
        yield "image alt", LONG_TEXT_LIMIT, image.alt or ""
    for one in draft.metafields:
        yield "metafield", TEXT_LIMIT, f"{one.namespace}.{one.key}"
    limits = {"title": TEXT_LIMIT, "seo_title": TEXT_LIMIT, "seo_description": LONG_TEXT_LIMIT}
    for translation in draft.translations:
        limit = limits.get(translation.field, HTML_LIMIT)
        yield f"{translation.field} ({translation.language[:9]})", limit, translation.value


def _too_long(row: int, field: str, value: str, limit: int) -> RowProblem:
    message = f"The text {shown(value)} has {len(value)} characters; at most {limit} are possible."
    return RowProblem(row=row, field=field, code="TEXT_TOO_LONG", message=message)


def _option_problems(draft: ProductDraft, variant_rows: Sequence[int]) -> Iterator[RowProblem]:
    if not draft.variants:
        message = "The product has no variant; it needs at least one."
        yield RowProblem(row=draft.first_row, field=None, code="VARIANT_MISSING", message=message)
        return
    if len(draft.variants) > VARIANT_LIMIT:
        message = f"The product has {len(draft.variants)} variants; at most {VARIANT_LIMIT} are possible."
        yield RowProblem(row=draft.first_row, field=None, code="VARIANTS_TOO_MANY", message=message)
        return
    names = [name for name, _ in max((variant.options for variant in draft.variants), key=len)]
    if len(names) > OPTION_LIMIT:
        message = f"The product has {len(names)} options; at most {OPTION_LIMIT} are possible."
        yield RowProblem(row=draft.first_row, field="option", code="OPTIONS_TOO_MANY", message=message)
    for name, times in Counter(names).items():
        if times > 1:
            message = f"Two options are called {shown(name)}; give each its own name."
            yield RowProblem(row=draft.first_row, field="option", code="OPTION_REPEATED", message=message)
    yield from _variant_problems(draft, variant_rows, names)


def _variant_problems(draft: ProductDraft, variant_rows: Sequence[int], names: list[str]) -> Iterator[RowProblem]:
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for row, variant in zip(variant_rows, draft.variants, strict=True):
        if [name for name, _ in variant.options] != names or not all(value for _, value in variant.options):
            message = f"The variant needs a value for each option of its product: {', '.join(names)[:200]}."
            yield RowProblem(row=row, field="option", code="OPTION_VALUE_MISSING", message=message)
        elif variant.options in seen:
            chosen = ", ".join(value for _, value in variant.options)[:200] or "no options"
            message = f"The variant ({chosen}) is the same as the one in row {seen[variant.options]}."
            yield RowProblem(row=row, field="option", code="VARIANT_REPEATED", message=message)
        else:
            seen[variant.options] = row


def _image_problems(draft: ProductDraft) -> Iterator[RowProblem]:
    for image in draft.images:
        if _SCHEME.match(image.url) and not _WEB.match(image.url):
            message = f"The picture {shown(image.url)} needs a web address (https) or a file name."
            yield RowProblem(row=draft.first_row, field="image", code="IMAGE_URL_INVALID", message=message)


def _language_problems(draft: ProductDraft) -> Iterator[RowProblem]:
    times = Counter((translation.language, translation.field) for translation in draft.translations)
    for (language, _), count in times.items():
        if not _LANGUAGE.fullmatch(language):
            message = f"The language {shown(language)} is not known; write its two letters, as in de."
            yield RowProblem(row=draft.first_row, field="locale", code="LANGUAGE_INVALID", message=message)
        elif count > 1:
            message = f"The product has two translations into {language}; keep one."
            yield RowProblem(row=draft.first_row, field="locale", code="TRANSLATION_REPEATED", message=message)
