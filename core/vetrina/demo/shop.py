"""Bottega Vetrina: the demo shop's profile, its catalogue and its past, brought in through the public flows."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from vetrina.demo.catalogue import (
    CollectionDraft,
    OptionTranslation,
    bundles,
    collections,
    option_translations,
    products,
)
from vetrina.demo.definitions import define_metafields
from vetrina.demo.front_ends import register_front_end
from vetrina.demo.history import SOURCE, past_orders
from vetrina.demo.pictures import draw, names
from vetrina.flows.catalog import (
    CollectionSheet,
    Component,
    Entry,
    ImageSheet,
    NewPrice,
    NewProduct,
    NewVariant,
    OptionSheet,
    Text,
    ValueSheet,
    create_collection,
    create_product,
    put_in_collection,
    set_components,
)
from vetrina.flows.customers import enrol_customer
from vetrina.flows.history import Progress, import_orders
from vetrina.flows.opening import STARTER, NewShop
from vetrina.flows.plugins import keep_settings
from vetrina.flows.profile import Pair, Profile, edit_profile
from vetrina.kernel.context import Context
from vetrina.ports import PriceDraft, ProductDraft, TranslationDraft, VariantDraft
from vetrina.vocabulary import Address, UnitMeasure

PLUGINS = (
    "bell", "carriers", "checkout", "content", "invoices", "manual_payment", "importers", "mailbox", "metaobjects",
    "order_mails", "practice", "promotions", "seo", "shipping", "tax", "webhooks",
)  # fmt: skip
"""What the demo has switched on."""
_HELD = re.compile(r"(\d+(?:\.\d+)?) (g|kg|ml|cl|l)", re.IGNORECASE)
CUSTOMER = "matteo.deluca.2044@example.org"
"""Somebody who has ordered fifteen times in the demo's past, and has an account."""
SIDE = 1200
"""Pixels of every picture, both ways."""


SELLER = {
    "seller_name": "Bottega Vetrina srl",
    "seller_street": "Via Garibaldi 12",
    "seller_zip": "10122",
    "seller_city": "Torino",
    "seller_province": "TO",
    "seller_country": "IT",
    "seller_register": "REA TO-1234567, cap. soc. € 10.000 i.v.",
    "vat_id": "IT12345670017",
    "issue_to": "everybody",
}
"""Who invoices say has sold."""

FACE = Profile(
    name="Bottega Vetrina",
    description="Things to eat from small makers in Italy, and things to set a table with.",
    email="ciao@bottega.example",
    slogan="From small makers, for long tables",
    short_description="Oil, pasta, cheese and linen from small Italian makers.",
    primary=(Pair(background="#1F4D3D", foreground="#FFFFFF"),),
    secondary=(Pair(background="#F4EBDD", foreground="#1D2523"),),
)


def profile() -> NewShop:
    """The shop to open: the starter's markets under the name of a delicatessen."""
    return NewShop(
        name=FACE.name,
        description=FACE.description,
        email=FACE.email,
        country="IT",
        currency="EUR",
        language="en",
        location="Magazzino Torino",
        markets=STARTER.markets,
    )


def hang_pictures(media: Path) -> int:
    """Draw every picture into the shop's media folder; how many there are."""
    folder = media / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names():
        (folder / f"{name}.svg").write_text(draw(name), encoding="utf-8")
    return len(names())


async def configure(ctx: Context) -> None:
    """Give the demo's plugins what they need of the shop, and its extra values their names."""
    account = {
        "iban": "IT60X0542811101000000123456",
        "account_holder": "Bottega Vetrina srl",
        "bank": "Banca di Esempio",
    }
    await keep_settings(ctx, "manual_payment", account)
    await keep_settings(ctx, "tax", {"vat_id": "IT12345670017", "euro_rates": {"GBP": "1.17", "USD": "0.92"}})
    await keep_settings(ctx, "invoices", SELLER)
    await define_metafields(ctx)
    await edit_profile(ctx, FACE)
    await register_front_end(ctx)


async def fill(ctx: Context, advance: Callable[[], None] = lambda: None) -> int:
    """Bring in collections and products, each through its flow; how many products. `advance` is told of each."""
    homes = {draft.title: await _add_collection(ctx, draft) for draft in collections()}
    words = {words.name: words for words in option_translations()}
    members: dict[int, list[int]] = {collection_id: [] for collection_id in homes.values()}
    count, called = 0, dict[str, int]()
    for draft in products():
        created = await create_product(ctx, _sheet(draft, words))
        skus = (variant.sku or "" for variant in draft.variants)
        called.update(zip(skus, created.variant_ids, strict=True))
        for title in draft.collections:
            members[homes[title]].append(created.product_id)
        count += 1
        advance()
    for collection_id, product_ids in members.items():
        await put_in_collection(ctx, collection_id, product_ids)
    for sku, components in bundles().items():
        wanted = [Component(called[component], quantity) for component, quantity in components.items()]
        await set_components(ctx, called[sku], wanted)
    return count


async def remember(ctx: Context, progress: Progress = lambda report: None) -> int:
    """Bring in eighteen months of orders up to now, through the flow every history takes; how many orders."""
    report = await import_orders(ctx, past_orders(ctx.now()), source=SOURCE, progress=progress)
    return report.orders


async def welcome_back(ctx: Context, password: str) -> None:
    """Give a faithful customer an account, with all his orders of the past."""
    first_name, last_name = "Matteo", "De Luca"
    home = Address(
        first_name=first_name,
        last_name=last_name,
        address1="Via Garibaldi 12",
        city="Torino",
        zip="10121",
        province="TO",
        country="IT",
    )
    await enrol_customer(ctx, CUSTOMER, password, first_name=first_name, last_name=last_name, address=home)


async def _add_collection(ctx: Context, draft: CollectionDraft) -> int:
    created = await create_collection(
        ctx,
        CollectionSheet(
            title=draft.title,
            handle=draft.handle,
            description_html=draft.description_html,
            image=ImageSheet(url=draft.picture, alt=draft.title, width=SIDE, height=SIDE),
            texts=_texts(draft.translations),
        ),
    )
    return created.collection_id


def _sheet(draft: ProductDraft, words: Mapping[str, OptionTranslation]) -> NewProduct:
    return NewProduct(
        title=draft.title,
        handle=draft.handle,
        description_html=draft.description_html,
        vendor=draft.vendor,
        product_type=draft.product_type,
        tags=draft.tags,
        seo_title=draft.seo_title,
        seo_description=draft.seo_description,
        options=_options(draft, words),
        images=tuple(ImageSheet(url=image.url, alt=image.alt, width=SIDE, height=SIDE) for image in draft.images),
        texts=_texts(draft.translations),
        variants=tuple(_variant(variant) for variant in draft.variants),
        metafields=tuple(
            Entry(namespace=field.namespace, key=field.key, type=field.type, value=field.value)
            for field in draft.metafields
        ),
        source_key=draft.source_key,
    )


def _options(draft: ProductDraft, words: Mapping[str, OptionTranslation]) -> tuple[OptionSheet, ...]:
    """The options its variants use, in their order, with their words in Italian."""
    values: dict[str, list[str]] = {}
    for variant in draft.variants:
        for name, value in variant.options:
            known = values.setdefault(name, [])
            if value not in known:
                known.append(value)
    return tuple(_option(name, chosen, words[name]) for name, chosen in values.items())


def _option(name: str, values: list[str], words: OptionTranslation) -> OptionSheet:
    translated = dict(words.values)
    return OptionSheet(
        name=name,
        texts=(Text(words.language, "name", words.translated_name),),
        values=tuple(
            ValueSheet(name=value, texts=(Text(words.language, "name", translated[value]),)) for value in values
        ),
    )


def _variant(draft: VariantDraft) -> NewVariant:
    return NewVariant(
        options=draft.options,
        sku=draft.sku,
        barcode=draft.barcode,
        image=draft.image,
        weight=draft.weight,
        measure=_measure(draft.options),
        prices=tuple(_price(price) for price in draft.prices),
        stock=draft.stock,
        backorder_limit=100 if draft.backorder else 0,
    )


def _measure(options: tuple[tuple[str, str], ...]) -> UnitMeasure | None:
    """How much a piece holds, where one of its options says so: 250 g, told by the kilogram; 750 ml, by the litre."""
    for _, value in options:
        found = _HELD.fullmatch(value)
        if found:
            unit = found[2].upper()
            reference = "KG" if unit in ("G", "KG") else "L"
            return UnitMeasure(quantity=int(Decimal(found[1]) * 1000), unit=unit, reference=1, reference_unit=reference)
    return None


def _price(draft: PriceDraft) -> NewPrice:
    compare_at = str(draft.compare_at) if draft.compare_at is not None else None
    return NewPrice(amount=str(draft.amount), compare_at=compare_at, currency=draft.currency)


def _texts(drafts: tuple[TranslationDraft, ...]) -> tuple[Text, ...]:
    return tuple(Text(draft.language, draft.field, draft.value) for draft in drafts)
