"""NodeSource, SearchSource, SitemapSource, ShopPolicies: where the API finds what a plugin keeps and publishes.

The first three are provided for each public type by itself, under its name: `Provide(NodeSource, "Page", ...)`.
"""

from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.registry import Policy

PolicyKind = Literal[
    "contact_information",
    "legal_notice",
    "privacy_policy",
    "refund_policy",
    "shipping_policy",
    "subscription_policy",
    "terms_of_sale",
    "terms_of_service",
]
"""What a shop may promise: fields of the API's Shop."""


class FoundRows(Protocol):
    """A dict of the plugin's own rows by the keys they were asked for."""

    def get(self, key: str, /) -> Any: ...


class RowList(Protocol):
    """A list of the plugin's own rows."""

    def index(self, row: Any, /) -> int: ...


class NodeSource(Protocol):
    """Finds rows of a public type by the keys its ids carry, in one statement, leaving out what a buyer may not see.

    A row has `id` and, of its class, `type_name`. Failure policy: optional; what cannot be found is null.
    """

    policy: ClassVar[Policy] = Policy("optional", 3.0)

    async def find(self, ctx: Context, keys: list[str]) -> FoundRows: ...


class SearchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody looks for, as it was typed; with `is_open` the last word may be the beginning of one."""

    query: str
    is_open: bool


class SearchSource(Protocol):
    """Finds rows of a public type that is a member of SearchResultItem, best first.

    Failure policy: optional; a search then answers with what others found.
    """

    policy: ClassVar[Policy] = Policy("optional", 3.0)

    async def count(self, ctx: Context, request: SearchRequest) -> int: ...

    async def rows(self, ctx: Context, request: SearchRequest, skip: int, size: int) -> RowList: ...


class SitemapEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the shop for search engines; `path` is below the shop's address, such as /pages/about."""

    handle: str
    path: str
    updated_at: datetime
    title: str | None = None
    image_url: str | None = None
    image_alt: str | None = None
    kind: str | None = None
    """The type of a metaobject."""


class SitemapSource(Protocol):
    """Lists what of a public type search engines may see, oldest first. Failure policy: optional; it is left out."""

    policy: ClassVar[Policy] = Policy("optional", 5.0)

    async def count(self, ctx: Context) -> int: ...

    async def entries(self, ctx: Context, skip: int, size: int) -> tuple[SitemapEntry, ...]: ...


class PolicyText(msgspec.Struct, frozen=True, kw_only=True):
    """A promise in force, in the buyer's language; the body is HTML. A NodeSource of ShopPolicy answers these too."""

    type_name: ClassVar[str] = "ShopPolicy"

    kind: PolicyKind
    id: int
    handle: str
    title: str
    body: str


class ShopPolicies(Protocol):
    """Says what the shop promises, each kind once. Failure policy: optional; the shop then promises nothing."""

    policy: ClassVar[Policy] = Policy("optional", 2.0)

    async def policies(self, ctx: Context) -> tuple[PolicyText, ...]: ...
