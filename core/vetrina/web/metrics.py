"""GET /metrics: what plugins cost and how they fare, as Prometheus reads it, for whoever has plugins.read."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from vetrina.boot import Runtime
from vetrina.flows.staff.tokens import authenticate
from vetrina.kernel.context import Context
from vetrina.kernel.db.sizes import table_sizes, tables_owned
from vetrina.kernel.errors import NotSignedIn
from vetrina.views.deliveries import subscribers
from vetrina.views.jobs import JobCount, job_counts
from vetrina.views.measurements import MeterRow, process_meters
from vetrina.views.payments.queues import LAPSES_WITHIN, STUCK_AFTER, money_queues

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_HEADERS = {"cache-control": "no-store"}

Sample = tuple[Mapping[str, str], float]
Family = tuple[str, str, str, Sequence[Sample]]
"""Name, type, help and samples of one metric."""

_OF_METERS: tuple[tuple[str, str, str, Callable[[MeterRow], float]], ...] = (
    ("calls_total", "counter", "Times a plugin's work was tried", lambda row: row.calls),
    ("failures_total", "counter", "Times it failed or took too long", lambda row: row.failures),
    ("refusals_total", "counter", "Times it was not tried, its breaker being open", lambda row: row.refusals),
    ("blocks_total", "counter", "Times it held the event loop", lambda row: row.blocks),
    ("leaks_total", "counter", "Times something it kept was taken back", lambda row: row.leaks),
    ("seconds_total", "counter", "Time it took", lambda row: row.spent / 1e6),
    ("usual_seconds", "gauge", "95th percentile of its latest calls", lambda row: row.usual / 1e6),
    ("slowest_seconds", "gauge", "Its slowest call", lambda row: row.slowest / 1e6),
    ("breaker_open", "gauge", "1 while its breaker is open", lambda row: int(row.opened_at is not None)),
)


def metrics(runtime: Runtime) -> HTTPRouteHandler:
    """The route. A bearer token with plugins.read is asked for before anything is read."""

    @get("/metrics", media_type=CONTENT_TYPE)
    async def answer(request: Request[Any, Any, Any]) -> Response[str]:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        actor = await authenticate(runtime.shop, token.strip()) if scheme.lower() == "bearer" else None
        if actor is None:
            raise NotSignedIn
        ctx = await runtime.site.context(actor)
        ctx.require("plugins.read")
        return Response(render(await _families(runtime, ctx)), media_type=CONTENT_TYPE, headers=_HEADERS)

    return answer


def render(families: Iterable[Family]) -> str:
    """The text format of Prometheus, version 0.0.4."""
    lines: list[str] = []
    for name, kind, told, samples in families:
        lines += [f"# HELP {name} {told}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_labels(labels)} {_number(value)}" for labels, value in samples]
    return "\n".join(lines) + "\n"


async def _families(runtime: Runtime, ctx: Context) -> list[Family]:
    rows = await process_meters(ctx.db, ctx.now())
    found: list[Family] = [
        (f"vetrina_plugin_{name}", kind, told, [(_of(row), value(row)) for row in rows])
        for name, kind, told, value in _OF_METERS
    ]
    standing = await subscribers(ctx.db)
    names = [plugin.name for plugin in runtime.collected.loaded]
    owned = await tables_owned(ctx.db, names)
    sizes = await table_sizes(ctx.db, [table for tables in owned.values() for table in tables])
    bytes_ = [
        ({"plugin": name, "table": table}, float(sizes[table]))
        for name, tables in owned.items()
        for table in tables
        if table in sizes
    ]
    lags = [({"subscriber": row.subscriber}, float(row.lag)) for row in standing]
    parked = [({"subscriber": row.subscriber}, float(row.parked)) for row in standing]
    now = ctx.now()
    waiting = await money_queues(ctx.db, stuck_since=now - STUCK_AFTER, expires_before=now + LAPSES_WITHIN)
    money = [({"queue": name}, float(getattr(waiting, name))) for name in waiting.__struct_fields__]
    return [
        *found,
        *jobs_told(await job_counts(ctx.db, ctx.now()), ctx.now()),
        ("vetrina_generation", "gauge", "The number of the Runtime", [({}, float(runtime.generation))]),
        ("vetrina_plugins_loaded", "gauge", "Plugins that are in", [({}, float(len(names)))]),
        ("vetrina_plugins_left_out", "gauge", "Plugins left out", [({}, float(len(runtime.collected.left_out)))]),
        ("vetrina_subscriber_lag", "gauge", "Events a reaction has not come to yet", lags),
        ("vetrina_subscriber_parked", "gauge", "Deliveries a reaction could not digest", parked),
        ("vetrina_money_waiting", "gauge", "Money that waits for somebody; all zero when all is well", money),
        ("vetrina_plugin_table_bytes", "gauge", "A plugin's table with its indexes", bytes_),
    ]


def jobs_told(counts: Sequence[JobCount], now: datetime) -> list[Family]:
    """The queue by owner and state, and for how long the job has been due that is so for longest."""
    depth, ages = Counter[tuple[str, str]](), dict[str, float]()
    for one in counts:
        depth[one.owner, one.state] += one.jobs
        if one.state in ("waiting", "retrying"):
            ages[one.owner] = max(ages.get(one.owner, 0.0), (now - one.due_at).total_seconds())
    jobs = [({"owner": owner, "state": state}, float(count)) for (owner, state), count in depth.items()]
    oldest = [({"owner": owner}, age) for owner, age in ages.items()]
    return [
        ("vetrina_jobs", "gauge", "Jobs by what they wait for; their runs are among the calls of plugins", jobs),
        ("vetrina_jobs_oldest_seconds", "gauge", "For how long the longest waiting job has been due", oldest),
    ]


def _of(row: MeterRow) -> dict[str, str]:
    return {"plugin": row.owner, "kind": row.kind, "name": row.name, "process": row.process}


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
