"""What single pieces cost: one more plugin field, finding a plan again, an unseen document, plugins that do nothing."""

import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import strawberry
from benchmarks.support import questions
from benchmarks.support.client import Post
from benchmarks.support.contest import contest
from benchmarks.support.measured_shop import GRAPHQL, MeasuredShop
from benchmarks.support.meter import ROUNDS, Meter, Run, Stopwatch, compare
from benchmarks.support.recording import listening
from benchmarks.support.report import Report
from litestar import Litestar

from vetrina.boot import compose
from vetrina.flows.plugins import switch_off, switch_on
from vetrina.graphql import Info, batch
from vetrina.graphql.guarding import guarded
from vetrina.graphql.operations import Operations
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.context import BUYER
from vetrina.plugin import GraphQLFields
from vetrina.views.catalog.products import ProductRow
from vetrina.web.app import build_app
from vetrina_storefront.door import routes
from vetrina_storefront.schema import compose_storefront

FIELDS = 10
CROWDS = (10, 50)
"""How many idle plugins."""
LIST = "query Bare($first: Int!) {{ products(first: $first) {{ nodes {{ id {fields} }} }} }}"
IDLE = '''
"""A plugin that is switched on and never asked."""

import strawberry

from vetrina.events import OrderPlaced
from vetrina.plugin import Context, GraphQLFields, HealthCheck, Job, React, hookimpl
from vetrina.plugin.admin import AdminPage, AdminPanel, Asked
from vetrina.graphql import Info, batch


async def hear(ctx: Context, event: OrderPlaced) -> None: ...


async def work(ctx: Context, payload: dict[str, object]) -> None: ...


async def check(ctx: Context) -> None: ...


async def page(ctx: Context, asked: Asked) -> list[object]:
    return []


async def panel(ctx: Context, subject: int | None) -> list[object]:
    return []


async def load_note(rows: list[object], info: Info) -> list[str]:
    return [""] * len(rows)


@strawberry.type
class Fields:
    {name}_note: str | None = batch(load_note)


@hookimpl
def register_reactions():
    return [React(OrderPlaced, hear)]


@hookimpl
def register_graphql():
    return [GraphQLFields("storefront", "Product", Fields)]


@hookimpl
def register_jobs():
    return [Job(name="{name}.work", run=work)]


@hookimpl
def register_declarations():
    return [HealthCheck("check", "Check", check)]


@hookimpl
def register_admin():
    return [AdminPage("", "Idle", "shop.read", page), AdminPanel("product.side", "Idle", "shop.read", panel)]
'''
MANIFEST = 'name = "{name}"\ntitle = "Idle"\nvetrina = ">=1.0,<2"\nslots = ["product.side"]\n'


def test_an_answer_that_is_kept(shop: MeasuredShop, meter: Meter, run: Run, report: Report) -> None:
    site = shop.runtime.site
    settings = shop.settings.model_copy(update={"response_cache": 32})
    app = Litestar(routes(msgspec.structs.replace(site, settings=settings)), openapi_config=None)
    kept = Post(app, GRAPHQL, questions.body(questions.document("list"), questions.variables("list")))
    found = run(contest(shop, "list"))
    assert run(kept()) == found.answer
    with listening(shop.runtime.shop.db) as sent:
        run(kept())
    assert sent == []
    costs = compare(meter, run, {"kept": kept, "prebuilt": found.contestants["prebuilt"]})
    report.cost("list", shop.engine, "kept", costs["kept"].least)
    report.add("kept_against_prebuilt", costs["prebuilt"].over(costs["kept"]), shop.engine)


def test_one_more_plugin_field(shop: MeasuredShop, run: Run, report: Report) -> None:
    names = [f"bench{number}" for number in range(FIELDS)]
    site, meters = shop.runtime.site, shop.runtime.shop.ports.meters
    more = tuple(
        ("bench", guarded("bench", GraphQLFields("storefront", "Product", _holder(name)), meters)) for name in names
    )
    app = Litestar(routes(msgspec.structs.replace(site, graphql=site.graphql + more)), openapi_config=None)
    given = questions.variables("list")
    contestants = {
        "without": Post(app, GRAPHQL, questions.body(LIST.format(fields=""), given)),
        "with": Post(app, GRAPHQL, questions.body(LIST.format(fields=" ".join(names)), given)),
    }
    costs = compare(Stopwatch(), run, contestants)
    report.add("plugin_field", costs["with"].beyond(costs["without"]) / FIELDS, shop.engine)


async def _load_number(rows: Sequence[ProductRow], info: Info) -> list[int]:
    return [row.id for row in rows]


def _holder(name: str) -> type[Any]:
    return strawberry.type(type(name.title(), (), {"__annotations__": {name: int | None}, name: batch(_load_number)}))


@pytest.mark.parametrize("question", ["list"])
def test_known_and_unseen_documents(question: str, shop: MeasuredShop, run: Run, report: Report) -> None:
    operations = Operations(compose_storefront(shop.runtime.site.graphql))
    text, given = questions.document(question), questions.variables(question)
    number = itertools.count()
    ctx = run(shop.runtime.site.context(BUYER))
    run(operations.prepare(text, None).run(given, ctx))

    async def known() -> None:
        for _ in range(100):
            operation = operations.prepare(text, None)
            operation.cost(given)
            operation._plans.of(_coerced(operation.coerce(given)))

    async def unseen() -> None:
        operation = operations.prepare(f"{text}#{next(number)}", None)
        operation._plans.of(_coerced(operation.coerce(given)))

    costs = compare(Stopwatch(), run, {"known": known, "unseen": unseen})
    report.add("known_document", costs["known"].least / 100, f"{question}, {shop.engine}")
    report.add("unseen_document", costs["unseen"].least / 1_000, f"{question}, {shop.engine}")


def _coerced(variables: Any) -> Any:
    assert not isinstance(variables, list), variables
    return variables


def test_idle_plugins(
    shop: MeasuredShop, meter: Meter, run: Run, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"idle{number:02}" for number in range(max(CROWDS))]
    for name in names:
        package = tmp_path / f"vetrina_{name}"
        package.mkdir()
        (package / "__init__.py").write_text(IDLE.format(name=name))
        (package / "plugin.toml").write_text(MANIFEST.format(name=name))
    monkeypatch.syspath_prepend(tmp_path)  # pyright: ignore[reportUnknownMemberType]
    apps = {count: _crowded(shop, run, names[:count]) for count in CROWDS}
    for question in ("list", "product", "search"):
        body = questions.body(questions.document(question), questions.variables(question))
        contestants = {f"{count} idle": Post(app, GRAPHQL, body) for count, app in apps.items()}
        costs = compare(meter, run, {"alone": Post(shop.app, GRAPHQL, body), **contestants}, rounds=2 * ROUNDS)
        for crowd in contestants:
            report.add("idle_plugins", costs[crowd].over(costs["alone"]), f"{crowd}, {question}, {shop.engine}")
    for name in names:
        sys.modules.pop(f"vetrina_{name}", None)


def _crowded(shop: MeasuredShop, run: Run, names: Sequence[str]) -> Litestar:
    """The same shop with those plugins switched on as well."""
    ctx = shop.runtime.context()
    run(switch_on(ctx, names))
    try:
        crowded = run(compose(shop.settings, shop.runtime.shop.db, SystemClock()))
    finally:
        run(switch_off(ctx, names))
    assert len(crowded.collected.loaded) >= len(names), crowded.collected.left_out
    return build_app(crowded)
