"""What a plugin would publish: sayings, which have pictures and metafields, and are found like products."""

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
import strawberry

from vetrina.graphql import Info, batch, implements, optional, published, read_from, root, union_of
from vetrina.kernel.context import Context
from vetrina.plugin import GraphQLFields, GraphQLRoots, UnionMembers
from vetrina.ports import NodeSource, PolicyText, SearchRequest, SearchSource, ShopPolicies


class SayingRow(msgspec.Struct, frozen=True):
    """A saying; it stands in the almanac by its number."""

    type_name: ClassVar[str] = "Page"

    id: int
    title: str


SAYINGS = tuple(SayingRow(number, f"Olive saying {number}") for number in range(1, 6))


class Sayings(NodeSource, SearchSource):
    """Five sayings that answer every search; the port of whoever is told to be ill fails."""

    def __init__(self, *, is_ill: bool = False) -> None:
        self.is_ill = is_ill

    async def find(self, ctx: Context, keys: list[str]) -> dict[str, Any]:
        return {str(row.id): row for row in self._read() if str(row.id) in keys}

    async def count(self, ctx: Context, request: SearchRequest) -> int:
        return len(self._read())

    async def rows(self, ctx: Context, request: SearchRequest, skip: int, size: int) -> list[Any]:
        return list(self._read()[skip : skip + size])

    def _read(self) -> Sequence[SayingRow]:
        if self.is_ill:
            raise RuntimeError("the almanac is torn")
        return SAYINGS


class Promises(ShopPolicies):
    """One promise."""

    async def policies(self, ctx: Context) -> tuple[PolicyText, ...]:
        return (PolicyText(kind="refund_policy", id=7, handle="refunds", title="Refunds", body="<p>Gladly.</p>"),)


async def load_subject(rows: Sequence[SayingRow], info: Info) -> list[Any]:
    """The saying after this one."""
    return [SAYINGS[row.id % len(SAYINGS)] for row in rows]


async def load_pages(rows: Sequence[Any], info: Info) -> list[Any]:
    """What search has found of sayings."""
    return [row.pages for row in rows]


async def load_nothing(rows: Sequence[object], info: Info) -> list[None]:
    """No picture."""
    return [None] * len(rows)


MenuItemResource = union_of("MenuItemResource", published("Product"), published("Page"))


@implements("HasMetafields", "Node", "OnlineStorePublishable", "Trackable")
@strawberry.type(description="A saying.")
class Page:
    title: str
    image: object = batch(load_nothing, graphql_type=optional(published("Image")))
    subject: object = batch(load_subject, graphql_type=MenuItemResource)

    is_type_of = read_from(SayingRow)


@strawberry.type
class Suggested:
    pages: list[Page] = batch(load_pages)


@strawberry.type
class Roots:
    @root(description="A saying by its number; there are few.")
    async def page(self, info: Info, number: int) -> Page:
        row: Any = SAYINGS[number - 1]
        return row


CLAIMED = ("page", "pages", "Page", "MenuItemResource")
PARTS = (
    GraphQLRoots(
        "storefront",
        query=Roots,
        members=(
            UnionMembers("SearchResultItem", (Page,)),
            UnionMembers("MetafieldParentResource", (Page,)),
            UnionMembers("NobodysUnion", (Page,)),
        ),
    ),
    GraphQLFields("storefront", on="PredictiveSearchResult", fields=Suggested),
)
