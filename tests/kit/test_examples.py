"""plugins/EXAMPLES.md: every example is loaded, asked, and held to the contract of the port it serves."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable, DropTable
from tests.support.shelves import Shelf
from tests.support.sources import ROOT

from vetrina.events import CustomerJoined
from vetrina.kernel.context import Context
from vetrina.kernel.db import Model
from vetrina.kernel.errors import BadInput
from vetrina.plugin.admin import AdminPage, Asked, Done, Form
from vetrina.plugin.loader import load
from vetrina.ports import MailProvider, MediaStorage, Redeemable
from vetrina.shop.mail.models import QueuedMail
from vetrina.testing import Workshop, a_shop
from vetrina.testing.doctor.serving import READY
from vetrina.testing.mail import MailProviderContract
from vetrina.testing.media import MediaStorageContract
from vetrina.testing.pricing import RedeemableContract


def read(name: str) -> str:
    """A document with its plugin called otherwise: another test of this process makes one that is called gift."""
    return (ROOT / "plugins" / name).read_text().replace("gift", "present").replace("Gift", "Present")


EXAMPLES, README = read("EXAMPLES.md"), read("README.md")
MANIFEST: str = re.findall(r"^```toml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[0]
BLOCKS: list[str] = re.findall(r"^```python\n(.*?)^```$", EXAMPLES, re.MULTILINE | re.DOTALL)
MODULES = [block for block in BLOCKS if "@hookimpl" in block]
SIDES = ("ports", "reactions", "jobs", "graphql", "admin", "declarations", "commands")

pytestmark = pytest.mark.embedded


@pytest.fixture(autouse=True)
def no_trace() -> Iterator[None]:
    """What an example has mapped to tables is forgotten with it."""
    yield
    for mapper in [mapper for mapper in Model.registry.mappers if mapper.class_.__module__ == "vetrina_present"]:
        Model.metadata.remove(mapper.local_table)  # pyright: ignore[reportArgumentType]
        Model.registry._dispose_cls(mapper.class_)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]


def titled(block: str) -> str:
    """The heading above an example."""
    return re.findall(r"^## (.+)$", EXAMPLES.partition(block)[0], re.MULTILINE)[-1]


def install(shelf: Shelf, block: str) -> Any:
    package = shelf.write("present", "", block)
    (package / "plugin.toml").write_text(MANIFEST)
    return load(["present"], strict=True)


@pytest.mark.parametrize("block", MODULES, ids=titled)
def test_every_example_is_a_plugin(block: str, shelf: Shelf) -> None:
    collected = install(shelf, block)
    mine = {side for side in SIDES if any(owner == "present" for owner, _ in getattr(collected, side))}
    assert mine == set(re.findall(r"def register_(\w+)", block)) or "build_routes" in block


async def _field(shop: Workshop) -> None:
    found = await shop.ask("{ products(first: 1) { nodes { presentPaper } } }")
    assert found["products"]["nodes"] == [{"presentPaper": "paper for lamp"}]


async def _roots(shop: Workshop) -> None:
    assert await shop.ask("{ presentPapers }") == {"presentPapers": ["red", "blue"]}
    assert await shop.ask_admin("mutation { presentWrap(orderId: 7) }") == {"presentWrap": False}


async def _contract(shop: Workshop) -> None:
    """Under the contract's names, by id, by a search, among the shop's policies, and with a metafield of its own."""
    present: Any = sys.modules["vetrina_present"]
    await present.describe(shop.ctx, present.PAPERS[1], 90)
    found = await shop.ask("""{
      presentwrap {
        id name image { url } metafield(namespace: "present", key: "grams") { value parentResource { __typename } }
      }
      node(id: "gid://vetrina/PresentPaper/1") { ... on PresentPaper { name } }
      search(query: "blue", first: 5) { totalCount nodes { ... on PresentPaper { name } } }
      shop { refundPolicy { title } }
    }""")
    grams = {"value": "90", "parentResource": {"__typename": "PresentPaper"}}
    blue = {"id": "gid://vetrina/PresentPaper/2", "name": "blue", "image": None, "metafield": grams}
    assert found["presentwrap"] == [
        {**blue, "id": "gid://vetrina/PresentPaper/1", "name": "red", "metafield": None},
        blue,
    ]
    assert found["node"] == {"name": "red"}
    assert found["search"] == {"totalCount": 1, "nodes": [{"name": "blue"}]}
    assert found["shop"] == {"refundPolicy": {"title": "Refunds"}}


async def _form(shop: Workshop) -> None:
    """The page draws the fields of its shape, and no others; what was typed comes to the action as its model."""
    [page] = [
        page for owner, page in shop.runtime.collected.admin if owner == "present" and isinstance(page, AdminPage)
    ]
    [action] = page.actions
    assert action.form_of is not None
    for shape, sides in (("box", ["width", "depth", "height"]), ("roll", ["length"])):
        asked = Asked(parts={"shape": shape})
        [form] = await page.show(shop.ctx, asked)
        model = await action.form_of(shop.ctx, asked)
        assert isinstance(form, Form)
        assert [*form.fields.model_fields] == [*model.model_fields] == sides
    done = await action.run(shop.ctx, asked, model(length=3))
    assert isinstance(done, Done) and str(done.message) == "{'length': 3} cm"


async def _routes(shop: Workshop) -> None:
    assert (await shop.client.get("/present/papers")).json() == ["red", "blue"]


async def _script(shop: Workshop) -> None:
    card = sys.modules["vetrina_present"].CARD
    module = await shop.client.get(card.script.module)
    assert (module.status_code, module.headers["content-type"].partition(";")[0]) == (200, "text/javascript")
    assert re.findall(r"export async function (\w+)", module.text) == ["mount", "step"]


async def _welcome(shop: Workshop) -> None:
    """The same occasion again is the same mail."""
    present: Any = sys.modules["vetrina_present"]
    for _ in range(2):
        await present.welcome(shop.ctx, CustomerJoined(customer_id=7))
    rows = await shop.ctx.db.fetch(select(QueuedMail.recipient, QueuedMail.key))
    assert [tuple(row) for row in rows] == [("anna@example.org", "present-welcome-7")]


ASKED: Mapping[str, Callable[[Workshop], Any]] = {
    "A GraphQL field": _field,
    "A query or a mutation": _roots,
    "Speak the contract": _contract,
    "A form that depends on the page": _form,
    "A way to pay in the page": _script,
    "Routes": _routes,
    "Write to people": _welcome,
}


@pytest.mark.parametrize("title", ASKED)
async def test_what_an_example_adds_answers(title: str, shelf: Shelf) -> None:
    [block] = [block for block in MODULES if titled(block) == title]
    install(shelf, block)
    async with a_shop(["present"], beside=()) as shop:
        await shop.product("Lamp")
        await ASKED[title](shop)


@pytest.mark.parametrize("block", [block for block in MODULES if "register_ports" in block], ids=titled)
async def test_every_port_is_served_as_its_contract_says(block: str, shelf: Shelf) -> None:
    collected = install(shelf, block)
    served = [item for owner, item in collected.ports if owner == "present"]
    assert served
    async with a_shop(["present"], beside=()) as shop:
        outside = Outside()
        shop.outside(outside)
        for item in served:
            await _hold(shop, _suite(item.port, item.implementation, outside))


async def test_a_wrong_answer_is_noticed(shelf: Shelf) -> None:
    [block] = [block for block in MODULES if titled(block) == "Prices"]
    wrong = block.replace("amount=quote.subtotal // 10, percentage", "amount=quote.subtotal // 10, fixed=1, percentage")
    assert wrong != block
    item = install(shelf, wrong).ports[-1][1]
    async with a_shop(["present"], beside=()) as shop:
        with pytest.raises(AssertionError):
            await _hold(shop, _suite(item.port, item.implementation, Outside()))


async def test_the_settings_ask_the_vendor(shelf: Shelf) -> None:
    [block] = [block for block in BLOCKS if "(PluginSettings)" in block]
    shelf.write("present", 'settings = "vetrina_present:Settings"\n', block)
    async with a_shop(["present"], {"present": {"key": "k"}}, beside=()) as shop:
        asked = list[str]()

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(f"{request.headers['host']}{request.url.path}")
            return httpx.Response(200, text="red, green")

        shop.outside(answer)
        plugin = shop.runtime.collected.find("present")
        assert plugin is not None
        await plugin.settings.check(shop.ctx)
        with pytest.raises(BadInput, match="no such paper"):
            await type(plugin.settings)(paper="blue").check(shop.ctx)
        assert asked == ["paper.example/papers"] * 2


def test_the_table_in_it_is_one() -> None:
    [block] = [block for block in BLOCKS if titled(block) == "A table"]
    imports = "\n".join(line for line in block.splitlines() if line.startswith("from "))
    exec(imports, {})
    compile(block, "EXAMPLES", "exec")


class Outside:
    """A mail service, a bucket and an index, as the examples expect them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.mails: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        host, path = request.headers["host"], request.url.path
        if host == "post.example":
            self.mails.append(msgspec.json.decode(request.content))
            return httpx.Response(200)
        if host == "search.example":
            sought = msgspec.json.decode(request.content)
            found = [] if "zz" in sought["words"] else [3, 1, 2]
            return httpx.Response(200, json=found[: sought["most"]])
        if request.method == "PUT":
            self.files[path] = request.content
        elif request.method == "DELETE":
            self.files.pop(path, None)
        elif path not in self.files:
            return httpx.Response(404)
        return httpx.Response(200, content=self.files.get(path, b""))


def _suite(port: type[Any], implementation: Any, outside: Outside) -> type[Any]:
    """A contract suite about an implementation; of three ports with what the Outside, or the example's tables, hold."""
    if port in READY:
        return type("Suite", (READY[port](implementation),), {"known_code": "paper"})

    class Mails(MailProviderContract):
        def provider(self) -> MailProvider:
            outside.mails.clear()
            return implementation

        async def arrived(self, ctx: Context, provider: MailProvider) -> list[tuple[str, str]]:
            return [(mail["to"], mail["subject"]) for mail in outside.mails]

    class Files(MediaStorageContract):
        def storage(self) -> MediaStorage:
            return implementation

    class Vouchers(RedeemableContract):
        async def source(self, ctx: Context) -> Redeemable:
            present: Any = sys.modules["vetrina_present"]
            card = {"code": self.code, "currency": self.currency, "balance": self.balance}
            async with ctx.tx() as session:
                for table in (present.PresentHold.__table__, present.PresentVoucher.__table__):
                    for order in (DropTable(table, if_exists=True), CreateTable(table)):
                        await session.execute(text(str(order.compile(dialect=sqlite.dialect()))))
                await session.execute(present.insert(present.PresentVoucher).values(**card))
            return implementation

    return {MailProvider: Mails, MediaStorage: Files, Redeemable: Vouchers}[port]


async def _hold(shop: Workshop, suite: type[Any]) -> None:
    """Run the tests of a suite, as pytest would."""
    for name, test in inspect.getmembers(suite, inspect.iscoroutinefunction):
        if name.startswith("test_"):
            given = {"ctx": shop.ctx} if "ctx" in inspect.signature(test).parameters else {}
            await test(suite(), **given)
