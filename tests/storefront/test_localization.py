"""Where the buyer is: countries, currencies, languages; the shop; what nodes answer."""

from typing import Any

from tests.support.factories import make_product
from tests.support.storefront import ask, refusals

from vetrina.flows.catalog import NewProduct, create_collection, create_product, unpublish_product
from vetrina.kernel.context import Context
from vetrina.shop.catalog.rules import CollectionSheet, ImageSheet
from vetrina.shop.metafields.rules import Entry

LOCALIZATION = """query ($country: CountryCode, $language: LanguageCode)
@inContext(country: $country, language: $language) {
  localization {
    country { isoCode name unitSystem currency { isoCode name symbol } defaultLanguage { isoCode }
      availableLanguages { isoCode } market { handle } }
    language { isoCode name endonymName } market { handle } availableLanguages { isoCode }
    availableCountries { isoCode }
  } }"""


async def test_a_buyer_is_in_the_default_market_unless_she_says_otherwise(ctx: Context) -> None:
    found = (await ask(ctx, LOCALIZATION))["localization"]
    assert found["country"] == {
        "isoCode": "IT",
        "name": "Italy",
        "unitSystem": "METRIC_SYSTEM",
        "currency": {"isoCode": "EUR", "name": "Euro", "symbol": "€"},
        "defaultLanguage": {"isoCode": "EN"},
        "availableLanguages": [{"isoCode": "EN"}, {"isoCode": "IT"}],
        "market": {"handle": "europe"},
    }
    assert found["language"] == {"isoCode": "EN", "name": "English", "endonymName": "English"}
    assert len(found["availableCountries"]) == 29


async def test_names_are_in_the_language_of_the_context(ctx: Context) -> None:
    found = (await ask(ctx, LOCALIZATION, country="US", language="IT"))["localization"]
    assert found["country"]["name"] == "Stati Uniti"
    assert found["country"]["unitSystem"] == "IMPERIAL_SYSTEM"
    assert found["country"]["currency"] == {"isoCode": "USD", "name": "dollaro statunitense", "symbol": "USD"}
    assert found["language"] == {"isoCode": "IT", "name": "italiano", "endonymName": "italiano"}
    assert found["market"] == {"handle": "united-states"}


async def test_places_the_shop_does_not_sell_to_lead_to_the_default(ctx: Context) -> None:
    for asked, answered in (
        ({"country": "JP"}, ("IT", "EN")),
        ({"language": "DE"}, ("IT", "EN")),
        ({"country": "GB", "language": "IT"}, ("GB", "IT")),
        ({"country": "FR", "language": "PT_BR"}, ("FR", "EN")),
    ):
        found = (await ask(ctx, LOCALIZATION, **asked))["localization"]
        assert (found["country"]["isoCode"], found["language"]["isoCode"]) == answered, asked


async def test_the_shop_introduces_itself(ctx: Context) -> None:
    data = await ask(
        ctx,
        """{ shop { id name description moneyFormat primaryDomain { host url sslEnabled } shipsToCountries
          brand { slogan } privacyPolicy { title } subscriptionPolicy { title } socialLoginProviders { handle }
          customerAccountUrl metafields(identifiers: [{ key: "a" }]) { value }
          paymentSettings { countryCode currencyCode enabledPresentmentCurrencies acceptedCardBrands
            supportedDigitalWallets shopifyPaymentsAccountId cardVaultUrl } }
        paymentSettings { currencyCode } publicApiVersions { handle displayName supported }
        locations(first: 5) { nodes { id name address { country countryCode formatted city } } } }""",
    )
    shop = data["shop"]
    assert len(shop.pop("shipsToCountries")) == 29
    assert shop == {
        "id": "gid://vetrina/Shop/1",
        "name": "Vetrina",
        "description": "",
        "moneyFormat": "€{{amount}}",
        "primaryDomain": {"host": "shop.test", "url": "https://shop.test", "sslEnabled": True},
        "brand": None,
        "privacyPolicy": None,
        "subscriptionPolicy": None,
        "socialLoginProviders": [],
        "customerAccountUrl": None,
        "metafields": [None],
        "paymentSettings": {
            "countryCode": "IT",
            "currencyCode": "EUR",
            "enabledPresentmentCurrencies": ["EUR", "GBP", "USD"],
            "acceptedCardBrands": [],
            "supportedDigitalWallets": [],
            "shopifyPaymentsAccountId": None,
            "cardVaultUrl": "https://shop.test",
        },
    }
    assert data["paymentSettings"] == {"currencyCode": "EUR"}
    assert data["publicApiVersions"] == [
        {"handle": "2026-04", "displayName": "2026-04", "supported": True},
        {"handle": "unstable", "displayName": "unstable", "supported": False},
    ]
    assert data["locations"]["nodes"][0]["address"] == {
        "country": "Italy",
        "countryCode": "IT",
        "formatted": ["Italy"],
        "city": None,
    }


NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def test_everything_public_is_a_node(ctx: Context) -> None:
    made = await make_product(ctx, "Shirt", options={"Size": ("S",)}, images=(ImageSheet(url="a.png"),))
    collection = await create_collection(ctx, CollectionSheet(title="Wear"))
    ids = [
        f"gid://vetrina/Product/{made.product_id}",
        f"gid://shopify/ProductVariant/{made.variant_ids[0]}",
        f"gid://vetrina/Collection/{collection.collection_id}",
        "gid://vetrina/ProductOption/1",
        "gid://vetrina/ProductOptionValue/1",
        "gid://vetrina/MediaImage/1",
        "gid://vetrina/Location/1",
        "gid://vetrina/Market/1",
        "gid://vetrina/Shop/1",
    ]
    nodes = (await ask(ctx, NODES, ids=ids))["nodes"]
    assert [(node["__typename"], node["id"]) for node in nodes] == [
        (one.split("/")[3], one.replace("shopify", "vetrina")) for one in ids
    ]
    single = await ask(ctx, "query ($id: ID!) { node(id: $id) { ... on Product { title } } }", id=ids[0])
    assert single == {"node": {"title": "Shirt"}}


async def test_nodes_a_buyer_may_not_see_are_null(ctx: Context) -> None:
    made = await create_product(
        ctx,
        NewProduct(
            title="Secret", metafields=(Entry(namespace="a", key="b", type="single_line_text_field", value="hidden"),)
        ),
    )
    await unpublish_product(ctx, made.product_id)
    ids = [
        f"gid://vetrina/Product/{made.product_id}",
        f"gid://vetrina/ProductVariant/{made.variant_ids[0]}",
        f"gid://vetrina/ProductOption/-{made.product_id}",
        f"gid://vetrina/ProductOptionValue/-{made.product_id}",
        "gid://vetrina/Metafield/1",
        "gid://vetrina/Product/999999",
        "gid://vetrina/Product/007",
        "gid://vetrina/Product/abc",
        "gid://vetrina/Product/99999999999999999999",
        "gid://vetrina/Unicorn/1",
        "gid://vetrina/Shop/2",
        "gid://vetrina/Customer/1",
    ]
    assert (await ask(ctx, NODES, ids=ids))["nodes"] == [None] * len(ids)


async def test_what_is_no_id_is_refused_by_its_place(ctx: Context) -> None:
    for ids, field in (
        (["gid://vetrina/Product/1", "1"], ["ids", "1"]),
        ([""], ["ids", "0"]),
        (["gid://vetrina/Product/1"] * 251, ["ids"]),
    ):
        (refused,) = await refusals(ctx, NODES, ids=ids)
        assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", field)


async def test_metafields_lead_to_what_they_refer_to(ctx: Context) -> None:
    oil = await make_product(ctx, "Oil")
    wine = await make_product(ctx, "Wine")
    gone = await make_product(ctx, "Gone")
    await unpublish_product(ctx, gone.product_id)

    def gid(product_id: int) -> str:
        return f"gid://vetrina/Product/{product_id}"

    listed = "[" + ", ".join(f'"{gid(one.product_id)}"' for one in (wine, gone, oil)) + "]"
    entries = (
        Entry(namespace="custom", key="best", type="product_reference", value=gid(oil.product_id)),
        Entry(namespace="custom", key="with", type="list.product_reference", value=listed),
        Entry(namespace="care", key="note", type="single_line_text_field", value="Keep cool"),
    )
    await make_product(ctx, "Basket", metafields=entries)
    text = """query ($after: String) { product(handle: "basket") {
      best: metafield(key: "best") {
        reference { ... on Product { title } } references(first: 2) { nodes { __typename } } }
      dotted: metafield(key: "care.note") { value reference { __typename } }
      with: metafield(namespace: "custom", key: "with") {
        reference { __typename }
        references(first: 1, after: $after) {
          nodes { ... on Product { title } } pageInfo { hasNextPage endCursor } } }
      metafields(identifiers: [{ namespace: "care", key: "note" }, { key: "missing" }]) { value } } }"""
    product: Any = (await ask(ctx, text))["product"]
    assert product["best"] == {"reference": {"title": "Oil"}, "references": None}
    assert product["dotted"] == {"value": "Keep cool", "reference": None}
    assert product["with"]["reference"] is None
    assert product["with"]["references"]["nodes"] == [{"title": "Wine"}]
    assert product["metafields"] == [{"value": "Keep cool"}, None]
    after = product["with"]["references"]["pageInfo"]["endCursor"]
    assert (await ask(ctx, text, after=after))["product"]["with"]["references"]["nodes"] == [{"title": "Oil"}]
