"""Shop: its name, its address, how one pays there."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import msgspec
import strawberry

from vetrina.graphql import Info, batch, ctx_of, read_from, root
from vetrina.graphql.scalars import URL, Color
from vetrina.views.brand import brand
from vetrina.views.markets import ProfileRow
from vetrina.views.media import MediaRow, media_by_id
from vetrina_storefront.enums import CountryCode, CurrencyCode
from vetrina_storefront.interfaces import Node, load_nothing
from vetrina_storefront.localization import markets_of
from vetrina_storefront.media import MediaImage
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.names import money_format
from vetrina_storefront.policies import ShopPolicy, ShopPolicyWithDefault, load_policy
from vetrina_storefront.versions import UNSTABLE, VERSIONS


@strawberry.enum(description="A brand of cards.")
class CardBrand(Enum):
    AMERICAN_EXPRESS = "AMERICAN_EXPRESS"
    DINERS_CLUB = "DINERS_CLUB"
    DISCOVER = "DISCOVER"
    JCB = "JCB"
    MASTERCARD = "MASTERCARD"
    VISA = "VISA"


@strawberry.enum(description="A wallet on a device.")
class DigitalWallet(Enum):
    ANDROID_PAY = "ANDROID_PAY"
    APPLE_PAY = "APPLE_PAY"
    GOOGLE_PAY = "GOOGLE_PAY"
    SHOPIFY_PAY = "SHOPIFY_PAY"


class DomainRow(msgspec.Struct, frozen=True):
    """The shop's address."""

    host: str
    ssl_enabled: bool
    url: str


class PaymentSettingsRow(msgspec.Struct, frozen=True):
    """How one pays: the ways themselves are the cart's to tell, for they depend on it."""

    country_code: str
    currency_code: str
    enabled_presentment_currencies: tuple[str, ...]
    card_vault_url: str
    accepted_card_brands: tuple[CardBrand, ...] = ()
    supported_digital_wallets: tuple[DigitalWallet, ...] = ()
    shopify_payments_account_id: str | None = None


class PairRow(msgspec.Struct, frozen=True):
    """Two colours that go together."""

    background: str | None
    foreground: str | None


class ColorsRow(msgspec.Struct, frozen=True):
    """The brand's colours."""

    primary: tuple[PairRow, ...]
    secondary: tuple[PairRow, ...]


class BrandShown(msgspec.Struct, frozen=True):
    """The brand with its pictures."""

    colors: ColorsRow
    cover_image: MediaRow | None
    logo: MediaRow | None
    short_description: str | None
    slogan: str | None
    square_logo: MediaRow | None


async def load_domains(rows: Sequence[ProfileRow], info: Info) -> list[DomainRow]:
    """The shop's public address, from its settings."""
    url = ctx_of(info).shop.base_url
    parts = urlsplit(url)
    return [DomainRow(parts.netloc, parts.scheme == "https", url)] * len(rows)


async def load_payment_settings(rows: Sequence[ProfileRow], info: Info) -> list[PaymentSettingsRow]:
    """The shop's country and currency, and the currencies of its markets."""
    world = await markets_of(info)
    currencies = tuple(dict.fromkeys(market.currency for market in world.markets))
    vault = ctx_of(info).shop.base_url
    return [PaymentSettingsRow(row.country, row.currency, currencies, vault) for row in rows]


async def load_money_formats(rows: Sequence[ProfileRow], info: Info) -> list[str]:
    """How an amount of the shop's own currency is written, with {{amount}} in its place."""
    return [money_format(row.currency, row.language) for row in rows]


async def load_countries(rows: Sequence[ProfileRow], info: Info) -> list[list[str]]:
    """Every country a market sells to."""
    world = await markets_of(info)
    return [sorted(country for country, _ in world.countries)] * len(rows)


async def load_no_list(rows: Sequence[object], info: Info) -> list[list[Any]]:
    """None."""
    return [[]] * len(rows)


async def load_brands(rows: Sequence[ProfileRow], info: Info) -> list[BrandShown | None]:
    """How the shop looks, once somebody has said so; its pictures in one statement."""
    row = await brand(ctx_of(info).db)
    if row is None:
        return [None] * len(rows)
    ids = row.logo_id, row.square_logo_id, row.cover_id
    wanted = [media_id for media_id in ids if media_id is not None]
    found = await media_by_id(ctx_of(info), wanted) if wanted else {}
    logo, square, cover = (found.get(media_id) if media_id is not None else None for media_id in ids)
    colors = ColorsRow(_pairs(row.primary), _pairs(row.secondary))
    return [BrandShown(colors, cover, logo, row.short_description or None, row.slogan or None, square)] * len(rows)


def _pairs(kept: Sequence[Mapping[str, str]]) -> tuple[PairRow, ...]:
    return tuple(PairRow(pair.get("background"), pair.get("foreground")) for pair in kept)


@strawberry.type(description="An address on the web.")
class Domain:
    host: str
    ssl_enabled: bool
    url: URL


@strawberry.type(description="How one pays.")
class PaymentSettings:
    accepted_card_brands: list[CardBrand]
    card_vault_url: URL
    country_code: CountryCode
    currency_code: CurrencyCode
    enabled_presentment_currencies: list[CurrencyCode]
    shopify_payments_account_id: str | None
    supported_digital_wallets: list[DigitalWallet]


@strawberry.type(description="Two colours that go together.")
class BrandColorGroup:
    background: Color | None
    foreground: Color | None


@strawberry.type(description="A brand's colours.")
class BrandColors:
    primary: list[BrandColorGroup]
    secondary: list[BrandColorGroup]


@strawberry.type(description="How a shop looks.")
class Brand:
    colors: BrandColors
    cover_image: MediaImage | None
    logo: MediaImage | None
    short_description: str | None
    slogan: str | None
    square_logo: MediaImage | None


@strawberry.type(description="Somebody else who knows the customers.")
class SocialLoginProvider:
    handle: str


@strawberry.type(description="A text of the customers' pages.")
class Translation:
    key: str
    value: str


@strawberry.type(description="The shop.")
class Shop(HasMetafields, Node):
    brand: Brand | None = batch(load_brands)
    contact_information: ShopPolicy | None = batch(load_policy("contact_information"))
    customer_account_translations: list[Translation] | None = batch(load_nothing)
    customer_account_url: str | None = batch(load_nothing)
    description: str | None
    legal_notice: ShopPolicy | None = batch(load_policy("legal_notice"))
    money_format: str = batch(load_money_formats)
    name: str
    payment_settings: PaymentSettings = batch(load_payment_settings)
    primary_domain: Domain = batch(load_domains)
    privacy_policy: ShopPolicy | None = batch(load_policy("privacy_policy"))
    refund_policy: ShopPolicy | None = batch(load_policy("refund_policy"))
    shipping_policy: ShopPolicy | None = batch(load_policy("shipping_policy"))
    ships_to_countries: list[CountryCode] = batch(load_countries)
    social_login_providers: list[SocialLoginProvider] = batch(load_no_list)
    subscription_policy: ShopPolicyWithDefault | None = batch(load_policy("subscription_policy"))
    terms_of_sale: ShopPolicy | None = batch(load_policy("terms_of_sale"))
    terms_of_service: ShopPolicy | None = batch(load_policy("terms_of_service"))

    is_type_of = read_from(ProfileRow)


class VersionRow(msgspec.Struct, frozen=True):
    """A version of the public API."""

    handle: str
    display_name: str
    supported: bool


@strawberry.type(description="A version of the public API.")
class ApiVersion:
    display_name: str
    handle: str
    supported: bool


@strawberry.type
class ShopQuery:
    @root(shared=True, description="How one pays.")
    async def payment_settings(self, info: Info) -> PaymentSettings:
        row: Any = (await load_payment_settings([(await markets_of(info)).profile], info))[0]
        return row

    @root(shared=True, description="The versions of the public API this shop answers.")
    async def public_api_versions(self, info: Info) -> list[ApiVersion]:
        stable = [VersionRow(version, version, supported=True) for version in VERSIONS]
        rows: Any = [*stable, VersionRow(UNSTABLE, UNSTABLE, supported=False)]
        return rows

    @root(shared=True, description="The shop.")
    async def shop(self, info: Info) -> Shop:
        row: Any = (await markets_of(info)).profile
        return row
