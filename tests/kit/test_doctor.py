"""The doctor finds what is planted, and finds nothing in what ships with Vetrina."""

import asyncio
import json
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner
from tests.support.shelves import Shelf

from vetrina.cli.doctor import doctor
from vetrina.testing.doctor import CHECKS, Grade, Report, examine

FIRST_PARTY = ("bell", "checkout", "flat_rate", "importers", "manual_payment", "webhooks")
README = """# Patient

Stands about and does nothing much of interest.

    vetrina plugins on patient
    vetrina plugins off patient

When a delivery is parked, skip it.
"""
WORDS = '\n[words.it]\ntitle = "Paziente"\n'
TABLE = """
from sqlalchemy.orm import Mapped, mapped_column
from vetrina.kernel.db import Model

class Row{name}(Model):
    __tablename__ = "{table}"
    id: Mapped[int] = mapped_column(primary_key=True)
    {column}: Mapped[str]
"""
REVISION = """
import sqlalchemy as sa
from alembic import op
from vetrina.kernel.db import BigInt

revision = "{name}_0001"
down_revision = None
branch_labels = ("{name}",)

def upgrade():
    op.create_table("{name}_row", sa.Column("id", BigInt, nullable=False),
                    sa.Column("{column}", sa.Text(), nullable=False),
                    sa.PrimaryKeyConstraint("id", name=op.f("pk_{name}_row")))

def downgrade():
    {down}
"""
FIELDS = """
import strawberry
from sqlalchemy import text
from vetrina.graphql import Info, batch, ctx_of
from vetrina.plugin import GraphQLFields, hookimpl

async def load(parents, info: Info) -> list:
    return [await ctx_of(info).db.value(text("SELECT 1")) for _ in parents]

@strawberry.type
class Greed:
    {name}_count: int | None = batch(load)

@hookimpl
def register_graphql():
    return [GraphQLFields("storefront", on="Product", fields=Greed)]
"""
SETTINGS = """
from pydantic import Field, SecretStr
from vetrina.plugin import PluginSettings

class Keys(PluginSettings):
    key: SecretStr = Field(default=SecretStr(""), json_schema_extra={{"it": {{"title": "Chiave"}}}})
"""
TAX = """
from vetrina.plugin import Provide, hookimpl
from vetrina.ports import TaxAnswer, TaxedLine, TaxProvider

class Whim(TaxProvider):
    async def tax(self, ctx, request):
        whims = [TaxedLine(key=one.key, title="Whim", rate=220_000, amount=one.amount + 7) for one in request.lines]
        return TaxAnswer(lines=tuple(whims))

@hookimpl
def register_ports():
    return [Provide(TaxProvider, "{name}", Whim())]
"""
CREDULOUS = """
from vetrina.plugin import Provide, hookimpl
from vetrina.ports import PaymentProvider, ProviderMessage
from vetrina.testing.payments import FakeProvider
from vetrina.testing import StillClock

class Credulous(FakeProvider):
    def verify(self, headers, body):
        return ProviderMessage(key="1", body={{}})

@hookimpl
def register_ports():
    return [Provide(PaymentProvider, "{name}", Credulous(StillClock()))]
"""
MUMBLES = """
from datetime import timedelta
from vetrina.plugin import HealthCheck, hookimpl

async def look(ctx):
    pass

@hookimpl
def register_declarations():
    return [HealthCheck("ok", "Only in English", look)]
"""
UNNAMED = """
from vetrina.flows.auditing import audited

async def act(ctx, session, verb, code):
    await audited(ctx, session, "gift.sent", "gift:1")
    await audited(ctx, session, f"gift.{{verb}}-off", "gift:1")
    await audited(ctx, session, f"gift.{{verb}}-{{code}}", "gift:1")
    await audited(ctx, session, code, "gift:1")
"""
REFUSES = """
from vetrina.kernel.errors import BadInput, NotFound, Refusal

class Bare(BadInput):
    text = "{{problem}}"

class Gone(NotFound):
    pass

class NoInk(Refusal):
    text = "There is no ink for {{pages}} pages."
    texts = {{"it": "{told}"}}

class Drier(NoInk):
    {drier}
"""
DEEDS = """+
[deeds]
"gift.taken-off" = "Took a gift off"
"""
SILENT = """
from vetrina.events import OrderPaid
from vetrina.plugin import React, hookimpl

async def hear(ctx, event: OrderPaid):
    pass

@hookimpl
def register_reactions():
    return [React(OrderPaid, hear)]
"""
STAYS = """
from vetrina.plugin import hookimpl
from vetrina.plugin.admin import AdminPage

async def show(ctx, asked):
    raise RuntimeError("no page")

@hookimpl
def register_admin():
    return [AdminPage("", "Page", "shop.read", show)]
"""
FORGETFUL = """
from vetrina.plugin import PersonalData, Say, hookimpl
from {package}.models import Row{name}

async def export(ctx, person):
    return {{}}

async def erase(ctx, session, person):
    return 0

@hookimpl
def register_declarations():
    return [PersonalData("rows", Say(en="Rows", it="Righe"), export, erase)]
"""


def with_table(column: str, revised: str = "", down: str = 'op.drop_table("{name}_row")') -> dict[str, str]:
    return {
        "plugin.toml": "+tables = true",
        "models.py": TABLE.replace("{column}", column).replace("{table}", "{name}_row"),
        "migrations/0001.py": REVISION.replace("{column}", revised or column).replace("{down}", down),
    }


DEFECTS: dict[str, tuple[str, Grade, dict[str, str]]] = {
    "no manifest": ("manifest", Grade.NONE, {"plugin.toml": "name = "}),
    "promised tables": ("manifest", Grade.NONE, {"plugin.toml": "+tables = true"}),
    "typo": ("boots alone", Grade.NONE, {"__init__.py": "import nothing_of_the_kind"}),
    "taken field": (
        "boots with all", Grade.NONE, {"__init__.py": FIELDS.replace("{name}_count", "title")},
    ),
    "no readme": ("README", Grade.NONE, {"README.md": "# Patient\n\nIt says nothing at all of what to do.\n"}),
    "no page": ("life", Grade.NONE, {"__init__.py": STAYS}),
    "whim": ("contracts", Grade.BRONZE, {"__init__.py": TAX}),
    "untried key": (
        "settings", Grade.BRONZE, {"plugin.toml": '+settings = "{package}.keys:Keys"', "keys.py": SETTINGS},
    ),
    "credulous": ("webhooks", Grade.BRONZE, {"__init__.py": CREDULOUS}),
    "undeclared": ("personal data", Grade.BRONZE, with_table("email")),
    "forgetful": ("forgetting", Grade.BRONZE, {**with_table("email"), "__init__.py": FORGETFUL}),
    "one way": ("migrations", Grade.BRONZE, with_table("word", down="pass")),
    "never gone": ("life", Grade.NONE, with_table("word", down="pass")),
    "differing": ("migrations", Grade.BRONZE, with_table("word", revised="other")),
    "greedy": ("statements", Grade.SILVER, {"__init__.py": FIELDS}),
    "mumbles": ("translations", Grade.SILVER, {"__init__.py": MUMBLES}),
    "english alone": ("refusals", Grade.SILVER, {
        "room/no.py": REFUSES.replace("{told}", "Per {{pages}} pagine non basta.").replace("{drier}", "text = 'Dry.'"),
    }),
    "other facts": ("refusals", Grade.SILVER, {
        "no.py": REFUSES.replace("{told}", "Per {{sheets}} pagine non basta.").replace("{drier}", "pass"),
    }),
    "unnamed": ("deeds", Grade.SILVER, {"plugin.toml": DEEDS, "flows.py": UNNAMED}),
    "no runbook": ("runbook", Grade.SILVER, {
        "__init__.py": SILENT, "README.md": README.replace("When a delivery is parked, skip it.", ""),
    }),
}  # fmt: skip
"""By what is planted: the check that must fail, the grade that is left, the files that differ from a healthy one."""

pytestmark = pytest.mark.embedded


def plant(shelf: Shelf, name: str, files: dict[str, str]) -> Path:
    """Install a healthy plugin with some files of its own; "+" adds lines to its manifest."""
    manifest = files.get("plugin.toml", "+")
    words = {"name": name, "package": f"vetrina_{name}"}
    package = shelf.write(name, manifest[1:].format(**words) + WORDS if manifest[0] == "+" else "")
    (package / "README.md").write_text(README.replace("patient", name))
    for path, text in files.items():
        if path != "plugin.toml" or text[0] != "+":
            (package / path).parent.mkdir(exist_ok=True)
            (package / path).write_text(dedent(text.format(**words)).replace("Patient\n\nIt", f"{name}\n\nIt"))
    return package


def failures(report: Report) -> list[str]:
    return [finding.check.name for finding in report.failed]


@pytest.mark.parametrize("name", FIRST_PARTY)
async def test_what_ships_with_vetrina_is_gold(name: str) -> None:
    """Its tests and its types are `make test`'s and `make check`'s."""
    report = await examine(name, quick=True)
    assert failures(report) == []
    assert report.grade is Grade.GOLD
    assert [finding.check for finding in report.findings] == list(CHECKS)


async def test_a_healthy_plugin_is_gold(shelf: Shelf) -> None:
    speaks = REFUSES.replace("{told}", "Per {{pages}} pagine non basta.").replace("{drier}", "pass")
    plant(shelf, "healthy", {"__init__.py": SILENT, "no.py": speaks})
    assert failures(await examine("healthy", quick=True)) == []


@pytest.mark.parametrize(("planted", "number"), [(planted, number) for number, planted in enumerate(DEFECTS)])
async def test_a_planted_defect_lowers_the_grade(shelf: Shelf, planted: str, number: int) -> None:
    check, grade, files = DEFECTS[planted]
    name = f"defect{number}x"
    plant(shelf, name, files)
    report = await examine(name, quick=True, checks=[each for each in CHECKS if each.name == check])
    assert failures(report) == [check]
    assert report.grade is grade
    assert all(finding.outcome.way_out for finding in report.failed)


def test_every_check_has_a_planted_defect() -> None:
    looked_at = {check for check, _, _ in DEFECTS.values()}
    left = {check.name for check in CHECKS} - looked_at
    assert left == {"names", "tests", "types", "start"}  # names: refused by loader and schema; the rest: see below


def test_the_command_says_what_and_why_and_fails_below_a_grade(shelf: Shelf) -> None:
    plant(shelf, "halting", {"__init__.py": MUMBLES})
    ran = CliRunner().invoke(doctor, ["halting", "--quick", "--at-least", "gold"])
    assert ran.exit_code == 1
    assert "✗ translations" in ran.output
    assert "'Only in English'" in ran.output
    assert "halting: silver, less than gold" in ran.output
    assert "there is no package vetrina_nobody" in CliRunner().invoke(doctor, ["nobody"]).output


async def test_its_tests_types_and_start_are_looked_at(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    from vetrina.testing.doctor import beside, gold, silver
    from vetrina.testing.doctor.patient import Patient

    patient = Patient("bell")
    answers = iter([(1, "E   assert 1 == 2\n1 failed"), (0, "3 passed")])

    async def ran(*command: str, cwd: Path) -> tuple[int, str]:
        await asyncio.sleep(0)
        return next(answers)

    monkeypatch.setattr(beside, "run", ran)
    monkeypatch.setattr(Patient, "tests", (Path(__file__),))
    assert (await silver.tests(patient)).state == "failed"
    assert (await silver.tests(patient)).reason == "3 passed"
    answers = iter([(0, "0.5\n")] * 2)
    assert (await gold.start(patient)).reason == "importing it takes 500.0 ms; the aim is 10, the limit 50"
    error = {"file": "/a/b.py", "range": {"start": {"line": 6}}, "message": "no", "severity": "error"}
    answers = iter([(1, json.dumps({"generalDiagnostics": [error]})), (0, '{"generalDiagnostics": []}')])
    assert (await gold.types(patient)).reason == "b.py:7 no"
    assert (await gold.types(patient)).state == "passed"
