"""How plugins fare, and the shop's key figures."""

from datetime import datetime
from decimal import Decimal as Exact
from typing import Annotated, Any

import msgspec
import strawberry

from vetrina.graphql import Info, ctx_of, root
from vetrina.graphql.scalars import DateTime, Decimal
from vetrina.kernel.money import Money as Amount
from vetrina.plugin import Period, desk
from vetrina.plugin.desk import CheckResult, KpiResult, Wellbeing
from vetrina.plugin.words import said
from vetrina.views.measurements import Measured
from vetrina_admin.api.desk import site_of
from vetrina_admin.api.money import Money, MoneyRow, money
from vetrina_admin.api.plugin_types import language_of

From = Annotated[DateTime, strawberry.argument(name="from", description="The first moment of the period.")]
To = Annotated[DateTime, strawberry.argument(description="The moment it ends before.")]


@strawberry.type(description="What one health check found just now.")
class HealthCheck:
    name: str
    title: str
    is_ok: bool
    detail: str
    seconds: float


@strawberry.type(description="One piece of a plugin's work in all processes. Durations in seconds.")
class PluginMeasurement:
    kind: str
    name: str
    processes: int
    calls: int
    failures: int
    refusals: int = strawberry.field(description="Calls not tried because the breaker was open.")
    blocks: int = strawberry.field(description="How often it held the event loop.")
    leaks: int = strawberry.field(description="How often something it kept was taken back.")
    seconds: float
    slowest: float
    usual: float = strawberry.field(description="95th percentile of the latest calls.")
    longest_block: float
    open_breakers: int = strawberry.field(description="In how many processes its breaker is open.")
    last_error: str | None
    last_error_at: DateTime | None


@strawberry.type(description="How a plugin fares.")
class PluginHealth:
    name: str
    checks: list[HealthCheck]
    measurements: list[PluginMeasurement]
    table_bytes: Decimal | None = strawberry.field(description="Of its tables with their indexes.")
    parked_deliveries: int
    lag: int = strawberry.field(description="Events its reactions have not come to yet.")


@strawberry.type(description="A key figure over a period: an amount, a number, or the reason why there is none.")
class Kpi:
    plugin: str = strawberry.field(description="Whose figure it is; core for the shop's own.")
    code: str
    title: str
    formula: str
    unit: str = strawberry.field(description="money, count, ratio (a fraction of 1) or days.")
    better: str = strawberry.field(description="Whether up or down is better.")
    amount: Money | None
    number: Decimal | None
    problem: str


class CheckRow(msgspec.Struct, frozen=True):
    name: str
    title: str
    is_ok: bool
    detail: str
    seconds: float


class HealthRow(msgspec.Struct, frozen=True):
    name: str
    checks: tuple[CheckRow, ...]
    measurements: tuple[Measured, ...]
    table_bytes: str | None
    parked_deliveries: int
    lag: int


class KpiRow(msgspec.Struct, frozen=True):
    plugin: str
    code: str
    title: str
    formula: str
    unit: str
    better: str
    amount: MoneyRow | None
    number: str | None
    problem: str


@strawberry.type
class HealthQuery:
    @root(permission="plugins.read", description="How plugins that are in fare; their checks are run now.")
    async def plugin_health(
        self, info: Info, name: str | None = None, language: str | None = None
    ) -> list[PluginHealth]:
        spoken = language_of(language)
        found: Any = [_health(entry, spoken) for entry in await desk.wellbeing(site_of(info), ctx_of(info), name)]
        return found

    @root(permission="shop.read", description="Key figures of the shop and its plugins that the asker may see.")
    async def kpis(self, info: Info, start: From, to: To, language: str | None = None) -> list[Kpi]:
        period = Period(_moment(start), _moment(to))
        results = await desk.kpis(site_of(info), ctx_of(info), period)
        found: Any = [_kpi(result, language_of(language)) for result in results]
        return found


def _moment(value: Any) -> datetime:
    return value


def _health(entry: Wellbeing, language: str) -> HealthRow:
    return HealthRow(
        name=entry.name,
        checks=tuple(_check(check, language) for check in entry.checks),
        measurements=entry.measured,
        table_bytes=None if entry.table_bytes is None else str(entry.table_bytes),
        parked_deliveries=entry.parked,
        lag=entry.lag,
    )


def _check(check: CheckResult, language: str) -> CheckRow:
    return CheckRow(check.name, said(check.title, language), check.is_ok, str(check.detail), check.seconds)


def _kpi(result: KpiResult, language: str) -> KpiRow:
    kpi, value = result.kpi, result.value
    is_money = isinstance(value, Amount)
    return KpiRow(
        plugin=result.owner,
        code=kpi.code,
        title=said(kpi.title, language),
        formula=said(kpi.formula, language),
        unit=kpi.unit,
        better=kpi.better,
        amount=money(value.amount, value.currency) if is_money else None,
        number=None if is_money or value is None else f"{Exact(value):f}",
        problem=result.problem,
    )
