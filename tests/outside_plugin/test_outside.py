"""A plugin of somebody else, from its wheel to its last trace: installed, enabled, used, upgraded, removed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import create_engine, inspect, text
from tests.outside_plugin import workshop
from tests.outside_plugin.shopper import Caller, Person
from tests.support import shops
from tests.support.schemas import schema_of

SECRET = "mail_open-sesame"
MAIL = "mara@shop.test"
COUNT = "query ($id: ID!) { product(id: $id) { title wishesCount } }"
ADD = """mutation ($id: ID!, $email: String!) {
  wishesAdd(productId: $id, email: $email) { count userErrors { code field } } }"""
MOST_WANTED = "{ wishesMostWanted(first: 3) { productId count } }"
NOTES = "query ($id: ID!) { product(id: $id) { wishesCount wishesNotes } }"
EXPLAIN = 'mutation ($id: ID!) { wishesExplain(productId: $id, email: "Ada@x.test", note: "For the garden") }'
MISFITS = {
    "tomorrow": ('vetrina = ">=9"', "Tomorrow works with Vetrina >=9; this is 1.0.0"),
    "hungry": ('vetrina = ">=1.0,<2"\nneeds = ["no_such_sdk"]', "Hungry needs the module no_such_sdk"),
}
"""Plugins that cannot work here: what their manifests say, and the sentence that refuses them."""


TOLD_ON = {"staff_audit"}
"""What happened stays told."""


class Life(msgspec.Struct):
    """What the steps of a plugin's life share."""

    place: workshop.Environment
    wheels: dict[str, Path]
    url: str
    token: str = ""
    password: str = ""
    product: str = ""
    before: Any = None


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wheels")
    return {
        "vetrina": workshop.wheel_of_vetrina(folder),
        "1.0.0": workshop.wheel_of_wishes("1.0.0", folder),
        "1.1.0": workshop.wheel_of_wishes("1.1.0", folder),
        "misfits": workshop.wheel_of_misfits({name: manifest for name, (manifest, _) in MISFITS.items()}, folder),
    }


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.chaos)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'shop.sqlite3'}"
        return
    server: str = request.getfixturevalue("postgres_server")
    yield shops.postgres_url(server, "template0", "outside_plugin")
    shops.drop_database(server, "outside_plugin")


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def history(url: str) -> tuple[Any, ...]:
    """All that is declared in the database, and where each branch of its history stands."""
    books = [
        sorted(rows(url, f"SELECT version_num FROM {table}")) for table in ("alembic_version", "plugin_parked_head")
    ]
    return schema_of(url), *books


def mentions(url: str, word: str) -> set[str]:
    """The tables some row of which holds the word."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    tables = inspect(engine).get_table_names()
    engine.dispose()
    return {table for table in tables if word in str(rows(url, f'SELECT * FROM "{table}"'))}


@pytest.mark.timeout(240)
async def test_a_plugin_of_somebody_else_comes_works_grows_and_goes(
    wheels: dict[str, Path], tmp_path: Path, empty_url: str
) -> None:
    life = Life(workshop.Environment(tmp_path), wheels, empty_url)
    opened(life)
    with life.place.serving(life.url) as server, Caller(server, life.token) as caller:
        life.place.install(wheels["1.0.0"])
        life.place.install(wheels["misfits"])
        refused(caller)
        enabled(life, caller)
        reacts(life, caller)
        answers_people(life, caller)
        keeps_its_secret(life, caller)
        async with Person(server, "it") as mara:
            await shows_pages(life, mara)
        life.place.install(wheels["1.1.0"])
        stands_to_be_confirmed(life, caller)
    safe(life)
    with life.place.serving(life.url) as server, Caller(server, life.token) as caller:
        confirmed(life, caller)
        goes_without_a_trace(life, caller)


@pytest.mark.chaos
@pytest.mark.timeout(240)
def test_a_plugin_of_somebody_else_is_graded_where_it_is_installed(wheels: dict[str, Path], tmp_path: Path) -> None:
    place = workshop.Environment(tmp_path)
    for wheel in (wheels["vetrina"], wheels["1.1.0"]):
        place.install(wheel)
    told = place.vetrina("doctor", "wishes", "--quick", "--at-least", "gold", url=f"sqlite:///{tmp_path / 'shop'}")
    assert "wishes: gold" in told and "✗" not in told


def opened(life: Life) -> None:
    """Vetrina from its wheel, and a shop opened by it."""
    life.place.install(life.wheels["vetrina"])
    found = json.loads(life.place.python(WHAT_IS_THERE))
    assert Path(found["file"]).is_relative_to(life.place.packages)
    assert found["distributions"] == ["vetrina"] and not any(str(workshop.ROOT) in place for place in found["path"])
    assert found["tools"] == []
    assert len(found["plugins"]) == len(set(found["plugins"])) > 5 and "webhooks" in found["plugins"]
    assert "The shop is open." in life.place.vetrina("setup", url=life.url)
    token, password = life.place.vetrinas(["token", "outside"], ["staff", "add", MAIL, "--name", "Mara"], url=life.url)
    life.token, life.password = token.strip(), password.strip()
    life.before = history(life.url)


def refused(caller: Caller) -> None:
    """Whose manifests say that they cannot work are not even imported."""
    for name, (_, sentence) in MISFITS.items():
        payload = caller.change("enable", name)
        assert payload["plugin"] is None
        assert [(error["code"], sentence.lower() in error["message"].lower()) for error in payload["userErrors"]] == [
            ("PLUGIN_REFUSED", True)
        ], payload
        card = caller.plugin(name)
        assert card is not None and card["state"] == "AVAILABLE"


def enabled(life: Life, caller: Caller) -> None:
    """What was installed while the shop serves is seen, and switched on, without a restart."""
    card = caller.plugin("wishes")
    assert card is not None
    assert (card["title"], card["version"], card["distribution"]) == ("Desideri", "1.0.0", "vetrina-wishes")
    assert (card["state"], card["contributions"], card["slots"]) == ("AVAILABLE", [], ["product.side"])
    assert card["permissions"][0] == {"code": "wishes.read", "description": "Vedere i desideri dei clienti"}
    assert caller.shop(MOST_WANTED) == ["Cannot query field 'wishesMostWanted' on type 'QueryRoot'."]
    assert history(life.url) == life.before
    assert caller.change("enable", "wishes")["plugin"]["state"] == "ON"
    caller.until({"wishesMostWanted": []}, lambda: caller.shop(MOST_WANTED))
    card = caller.plugin("wishes")
    assert card is not None
    assert {part["kind"]: part["names"] for part in card["contributions"]} == {
        "reaction": ["ProductCreated"], "job": ["wishes.forget-old"], "panel": ["product.side"], "page": [""],
        "graphql": ["storefront: Product", "storefront: WishesQuery, WishesMutation"],
        "check": ["mail"], "kpi": ["wishes.made"], "personal": ["wishes"],
    }  # fmt: skip
    assert {table for (table,) in rows(life.url, "SELECT version_num FROM alembic_version")} > {"wishes_0001"}


def reacts(life: Life, caller: Caller) -> None:
    """A product enters the catalogue: the plugin's reaction writes its row, and the product's field tells of it."""
    created = caller.admin(CREATE)["productCreate"]
    assert created["userErrors"] == []
    life.product = created["product"]["id"]
    expected = {"product": {"title": "Deck chair", "wishesCount": 0}}
    caller.until(expected, lambda: caller.shop(COUNT, id=life.product))


def answers_people(life: Life, caller: Caller) -> None:
    """Its mutation and its query answer, its job has run, its figure is computed, what it holds is told."""
    assert caller.shop(ADD, id=life.product, email="ada@x.test")["wishesAdd"] == {"count": 1, "userErrors": []}
    wrong = caller.shop(ADD, id=life.product, email="ada")["wishesAdd"]
    assert wrong == {"count": None, "userErrors": [{"code": "BAD_USER_INPUT", "field": ["email"]}]}
    assert caller.shop(COUNT, id=life.product)["product"]["wishesCount"] == 1
    assert caller.shop(MOST_WANTED) == {"wishesMostWanted": [{"productId": life.product, "count": 1}]}
    job = "SELECT attempts, error, lease_token FROM job_run WHERE name = 'wishes.forget-old' AND due_at > '{}'"
    tomorrow = (datetime.now(UTC) + timedelta(hours=12)).isoformat()
    caller.until([(0, None, None)], lambda: rows(life.url, job.format(tomorrow)))
    told = caller.admin(TOLD, since=(datetime.now(UTC) - timedelta(days=1)).isoformat(), until=tomorrow)
    assert {"plugin": "wishes", "title": "Desideri", "number": "1"} in told["kpis"]
    checks = told["pluginHealth"][0]["checks"]
    assert [(check["title"], check["isOk"]) for check in checks] == [("Si possono spedire lettere", False)]
    held = next(part for part in told["personExport"]["plugins"] if part["plugin"] == "wishes")
    assert held["holds"] == "Che cosa desidera una persona" and len(held["values"]["wishes"]) == 1


def keeps_its_secret(life: Life, caller: Caller) -> None:
    """Settings have a schema; they are tried, then kept, their secret sealed; the running plugin has them."""
    known = caller.admin('{ pluginSettings(name: "wishes") { schema values } }')["pluginSettings"]
    assert known["values"] == {"keep_days": 365, "key": {"isSet": False}}
    assert known["schema"]["properties"]["keep_days"]["it"] == {"title": "Dimentica i desideri dopo giorni"}
    (problem,) = caller.change("configure", "wishes", settings={"key": "sesame"})["userErrors"]
    assert problem["field"][-1] == "key" and "does not know this key" in problem["message"]
    kept = caller.change("configure", "wishes", settings={"key": SECRET, "keep_days": 30})["settings"]
    assert kept["values"] == {"keep_days": 30, "key": {"isSet": True}}
    column = str(rows(life.url, "SELECT settings FROM plugins_plugin WHERE name = 'wishes'"))
    assert "keep_days" in column and "sesame" not in column and "sesame" not in caller.server.log
    health = '{ pluginHealth(name: "wishes") { checks { isOk } } }'
    caller.until([{"checks": [{"isOk": True}]}], lambda: caller.admin(health)["pluginHealth"])


async def shows_pages(life: Life, mara: Person) -> None:
    """Its page stands in the menu of who may see it, its form writes down a wish, a product has its card."""
    await mara.sign_in(MAIL, life.password)
    page = await mara.open("/admin/wishes")
    assert "/admin/wishes" in page.links and "ada@x.test" in page.words and "Un desiderio al telefono" in page.words
    number = life.product.rpartition("/")[2]
    typed = next(form.fields for form in page.forms if form.fields.get("action") == "add") | {"f.product": number}
    assert "E-mail" in page.words and "Annota" in page.words
    page = await mara.post("/admin/wishes", typed | {"f.email": "nobody"})
    assert mara.answer.status_code == 422 and page.wrong == ["f.email"]
    page = await mara.post("/admin/wishes", typed | {"f.email": "carla@x.test"})
    assert "Il desiderio è annotato." in page.words and "carla@x.test" in page.words
    assert "Desiderato da 2" in (await mara.open(f"/admin/products/{number}")).words
    page = await mara.open("/admin/plugins/wishes")
    assert "Dimentica i desideri dopo giorni" in page.words and SECRET not in page.html


def stands_to_be_confirmed(life: Life, caller: Caller) -> None:
    """The next version is installed over the first, which goes on in memory; its tables are brought on meanwhile."""
    card = caller.plugin("wishes")
    assert card is not None and (card["state"], card["version"]) == ("CHANGED", "1.1.0")
    assert "confirm the change" in card["reason"]
    assert "up to date" in life.place.vetrina("migrate", url=life.url)
    assert caller.shop(ADD, id=life.product, email="bea@x.test")["wishesAdd"]["count"] == 3
    assert rows(life.url, "SELECT note FROM wishes_wish") == [(None,)] * 3


def safe(life: Life) -> None:
    """In safe mode nothing but the doors is there, whatever should be on."""
    with life.place.serving(life.url, "--safe") as server, Caller(server, life.token) as caller:
        assert "Cannot query field 'wishesCount'" in caller.shop(COUNT, id=life.product)[0]
        assert caller.shop("{ shop { name } }") == {"shop": {"name": "Vetrina"}}
        states = {each["name"]: each["state"] for each in caller.admin("{ plugins { name state } }")["plugins"]}
        assert {name for name, state in states.items() if state == "ON"} == {"admin", "storefront"}


def confirmed(life: Life, caller: Caller) -> None:
    """A restarted shop waits for somebody to confirm the new files; then they work, with the rows of the old."""
    assert "Cannot query field 'wishesCount'" in caller.shop(COUNT, id=life.product)[0]
    payload = caller.change("confirm", "wishes")
    assert payload["userErrors"] == [] and payload["plugin"]["version"] == "1.1.0"
    caller.until({"wishesExplain": True}, lambda: caller.shop(EXPLAIN, id=life.product))
    found = caller.shop(NOTES, id=life.product)
    assert found == {"product": {"wishesCount": 3, "wishesNotes": ["For the garden"]}}
    known = caller.admin('{ plugin(name: "wishes") { state } pluginSettings(name: "wishes") { values } }')
    values = {"keep_days": 30, "key": {"isSet": True}}
    assert known == {"plugin": {"state": "ON"}, "pluginSettings": {"values": values}}


def goes_without_a_trace(life: Life, caller: Caller) -> None:
    """Off, its field is gone and its tables stand; removed, the database is as if it had never been there."""
    assert caller.change("disable", "wishes")["plugin"]["state"] == "OFF"
    gone = ["Cannot query field 'wishesCount' on type 'Product'."]
    caller.until(gone, lambda: caller.shop(COUNT, id=life.product))
    assert len(rows(life.url, "SELECT note FROM wishes_wish")) == 3
    removed = caller.change("remove", "wishes")
    assert removed["userErrors"] == [] and removed["removal"]["stays"] is None
    assert removed["removal"]["tables"] == [{"name": "wishes_list", "rows": 1}, {"name": "wishes_wish", "rows": 3}]
    assert history(life.url) == life.before
    caller.until(TOLD_ON, lambda: mentions(life.url, "wishes"))
    life.place.uninstall("vetrina-wishes")
    assert caller.plugin("wishes") is None
    created = caller.admin(CREATE.replace("Deck chair", "Hammock"))["productCreate"]["product"]
    found = caller.shop("query ($id: ID!) { product(id: $id) { title } }", id=created["id"])
    assert found == {"product": {"title": "Hammock"}}
    assert "Traceback" not in caller.server.log, caller.server.log


WHAT_IS_THERE = """
import json, sys, vetrina
from importlib.metadata import distributions, entry_points
from importlib.util import find_spec
own = [each.name for each in distributions() if each.name.lower().startswith("vetrina")]
plugins = [entry.name for entry in entry_points(group="vetrina.plugins")]
print(json.dumps({"file": vetrina.__file__, "distributions": own, "plugins": plugins, "path": sys.path,
                  "tools": [name for name in ("pytest", "hatchling", "uv") if find_spec(name)]}))
"""
CREATE = """mutation {
  productCreate(input: { title: "Deck chair", status: ACTIVE, variants: [{ prices: [{ amount: "90" }] }] }) {
    product { id } userErrors { code message } } }"""
TOLD = """query ($since: DateTime!, $until: DateTime!) {
  kpis(from: $since, to: $until, language: "it") { plugin title number }
  pluginHealth(name: "wishes", language: "it") { checks { title isOk } }
  personExport(email: "ada@x.test", language: "it") { plugins { plugin holds values } } }"""
