"""What content is and may be: kinds, states, addresses, limits, and the words it is found by. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from vetrina.flows.wording import words
from vetrina.views.catalog.descriptions import plain

LONGEST_BODY = 200_000
LONGEST_EXCERPT = 5_000
LONGEST_COMMENT = 5_000
MOST_TAGS = 50
LONGEST_TAG = 60
MOST_ITEMS = 200
"""Of one menu."""
DEEPEST = 3
"""Levels of a menu."""


class Kind(StrEnum):
    """What an entry is; its public type is called the same, with a capital."""

    PAGE = "page"
    BLOG = "blog"
    ARTICLE = "article"

    @property
    def type_name(self) -> str:
        """The public type."""
        return self.value.capitalize()


class Comments(StrEnum):
    """Whether readers of a blog may comment."""

    CLOSED = "closed"
    MODERATED = "moderated"
    OPEN = "open"


class CommentState(StrEnum):
    """Whether others see a comment."""

    WAITING = "waiting"
    SHOWN = "shown"
    REFUSED = "refused"


class ItemType(StrEnum):
    """Where a menu's entry leads; the names are the public API's."""

    ARTICLE = "ARTICLE"
    BLOG = "BLOG"
    CATALOG = "CATALOG"
    COLLECTION = "COLLECTION"
    COLLECTIONS = "COLLECTIONS"
    CUSTOMER_ACCOUNT_PAGE = "CUSTOMER_ACCOUNT_PAGE"
    FRONTPAGE = "FRONTPAGE"
    HTTP = "HTTP"
    METAOBJECT = "METAOBJECT"
    PAGE = "PAGE"
    PRODUCT = "PRODUCT"
    SEARCH = "SEARCH"
    SHOP_POLICY = "SHOP_POLICY"


RESOURCES: Mapping[ItemType, str] = {
    ItemType.ARTICLE: "Article",
    ItemType.BLOG: "Blog",
    ItemType.COLLECTION: "Collection",
    ItemType.METAOBJECT: "Metaobject",
    ItemType.PAGE: "Page",
    ItemType.PRODUCT: "Product",
    ItemType.SHOP_POLICY: "ShopPolicy",
}
"""The public type of what an item of each type shows."""
PLACES: Mapping[ItemType, str] = {
    ItemType.CATALOG: "/collections/all",
    ItemType.COLLECTIONS: "/collections",
    ItemType.CUSTOMER_ACCOUNT_PAGE: "/account",
    ItemType.FRONTPAGE: "/",
    ItemType.SEARCH: "/search",
}
"""Where the shop's own places are."""
POLICIES = (
    "contact_information",
    "legal_notice",
    "privacy_policy",
    "refund_policy",
    "shipping_policy",
    "subscription_policy",
    "terms_of_sale",
    "terms_of_service",
)


def path_of(type_name: str, handle: str, blog: str = "") -> str:
    """Where something stands below the shop's address; an article below its blog."""
    match type_name:
        case "Article":
            return f"/blogs/{blog}/{handle}"
        case "ShopPolicy":
            return f"/policies/{handle}"
        case _:
            return f"/{type_name.lower()}s/{handle}"


def found_by(title: str, *html: str | None, tags: tuple[str, ...] = ()) -> str:
    """All words of an entry, folded, each once, between blanks."""
    texts = [title, *(plain(part) for part in html if part), *tags]
    return " " + " ".join(dict.fromkeys(word for text in texts for word in words(text))) + " "
