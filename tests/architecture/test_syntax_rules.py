"""What imports cannot say: who may commit, read the clock, read the environment, and swallow exceptions."""

import ast
from collections.abc import Callable, Iterator

import pytest
from tests.support.sources import Source, calls, dotted, enclosing, functions, nodes, planted, shipped

Rule = Callable[[Source], Iterator[str]]

TRANSACTIONS = ("core/vetrina/kernel/db/", "core/vetrina/kernel/context.py", "core/vetrina/kernel/backups/")
CLOCK = "core/vetrina/kernel/clock.py"
SETTINGS = "core/vetrina/kernel/settings.py"
TIME_READERS = {"time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime"}
SWALLOWERS = {
    "admin/vetrina_admin/pages/guarded.py": {"asked"},  # a plugin may fail in any way; its card says so
    "admin/vetrina_admin/pages/orders/moving.py": {"_moved", "_is_done"},  # logged; what was done before it is told
    "admin/vetrina_admin/pages/serving.py": {"answer"},  # logged; the page says so inside the frame, with its trail
    "core/vetrina/kernel/crew.py": {"attempt"},  # a reaction or job may fail in any way; it is recorded
    "core/vetrina/kernel/registry.py": {"ask"},  # a plugin behind a port may fail in any way; it is named
    "core/vetrina/kernel/meters.py": {"run", "call", "__await__", "_leave"},  # counted, or thrown into it
    "core/vetrina/kernel/migrate.py": {
        "upgrade_plugin",
        "load",
    },  # a plugin's revisions may fail in any way; it is named
    "plugins/vetrina_carriers/lines/library_calls.py": {"_run"},  # the library trusts carriers' answers: told apart
    "core/vetrina/testing/doctor/examining.py": {"_run"},  # whatever a plugin does under examination is a finding
    "core/vetrina/plugin/loader.py": {"load", "run"},  # a plugin may fail in any way; it is left out and named
    "core/vetrina/plugin/desk/figures.py": {"_computed"},  # a plugin's figure is missing, and why
    "core/vetrina/plugin/desk/health.py": {"_asked"},  # what a check met is what it found
    "core/vetrina/plugin/desk/ledgers.py": {"_asked"},  # what a look met is what it found
    "core/vetrina/plugin/desk/persons.py": {
        "_held",
        "_erase",
    },  # who failed is named in the answer, the job tries again
    "core/vetrina/boot.py": {"_routes"},  # the same, while its routes are built
    "core/vetrina/web/held.py": {"held_open"},  # the same, while it opens and closes what it holds
    "core/vetrina/cli/demo.py": {"_enliven"},  # said on the console
    "core/vetrina/cli/work.py": {"follow"},  # the old Runtime goes on
    "core/vetrina/graphql/fields.py": {"_resolve"},  # every parent of the batch is handed the error
    "core/vetrina/graphql/variables.py": {"read"},  # a value that does not fit: graphql-core says what is wrong
    "core/vetrina/graphql/operations.py": {
        "warm",
        "run",
        "unfold",
    },  # a plan's own fault is logged; the reference answers, or the last part says so
    "core/vetrina/graphql/watching.py": {"_look_on"},  # logged; what is watched is looked at again
    "core/vetrina/graphql/plan/arguments.py": {"_settle"},  # each run raises it again, where the field can tell it
    "core/vetrina/graphql/plan/leaves.py": {"__call__"},  # what a scalar does not take is its field's error
    "core/vetrina/graphql/plan/selection.py": {"complete", "_read"},  # a property may raise anything: its field fails
    "core/vetrina/graphql/plan/shapes.py": {"_listed", "_refusal", "_of"},  # so may iterators and is_type_of
    "core/vetrina/graphql/plan/sources.py": {"read", "_one"},  # a resolver's exception is its field's error
    "core/vetrina/web/serving.py": {"_watch", "_keep"},  # the old one serves on; who waits is told
    "core/vetrina/worker.py": {"_work"},  # an outage is waited out
}
"""Where a broad except may end an exception: file and functions. Each logs or records what it ended."""


def commits_elsewhere(source: Source) -> Iterator[str]:
    """Only the kernel's database and context end transactions."""
    if source.path.startswith(TRANSACTIONS):
        return
    for node, name in calls(source):
        if name.rsplit(".", 1)[-1] in {"commit", "rollback"}:
            yield source.where(node)
    for node in nodes(source):
        if isinstance(node, ast.Constant) and node.value in {"COMMIT", "ROLLBACK"}:
            yield source.where(node)


def reads_the_time(source: Source) -> Iterator[str]:
    """Only the clock reads the time; everybody else is given it."""
    if source.path == CLOCK:
        return
    for node, name in calls(source):
        last = name.rsplit(".", 2)[-2:]
        if name in TIME_READERS or last in (["datetime", "now"], ["datetime", "utcnow"], ["datetime", "today"]):
            yield source.where(node)
        if last == ["date", "today"]:
            yield source.where(node)


def reads_the_environment(source: Source) -> Iterator[str]:
    """Only the settings read the environment."""
    if source.path == SETTINGS:
        return
    for node in nodes(source):
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.environb"}:
            yield source.where(node)
        if isinstance(node, ast.Call) and dotted(node.func) in {"os.getenv", "os.getenvb", "getenv"}:
            yield source.where(node)
        if isinstance(node, ast.ClassDef) and "BaseSettings" in {dotted(parent) for parent in node.bases}:
            yield source.where(node)


def swallows_everything(source: Source) -> Iterator[str]:
    """A broad except ends an exception in the named places only; elsewhere it must raise again."""
    for node in nodes(source):
        if not isinstance(node, ast.ExceptHandler) or not _is_broad(node) or isinstance(node.body[-1], ast.Raise):
            continue
        if enclosing(source, node) not in SWALLOWERS.get(source.path, ()):
            yield source.where(node)


def writes_sql_from_values(source: Source) -> Iterator[str]:
    """Text that becomes SQL is written out; values travel as parameters."""
    for node, name in calls(source):
        if name.rsplit(".", 1)[-1] != "text" or not node.args:
            continue
        given = node.args[0]
        if isinstance(given, ast.JoinedStr) or (isinstance(given, ast.Call) and dotted(given.func).endswith("format")):
            yield source.where(node)
        if isinstance(given, ast.BinOp) and not isinstance(given.op, ast.Add | ast.BitOr):
            yield source.where(node)


def loads_lazily(source: Source) -> Iterator[str]:
    """A relationship raises rather than ask the database behind one's back."""
    for node, name in calls(source):
        if name.rsplit(".", 1)[-1] == "relationship":
            lazy = [keyword.value for keyword in node.keywords if keyword.arg == "lazy"]
            if not (lazy and isinstance(lazy[0], ast.Constant) and lazy[0].value == "raise"):
                yield source.where(node)


def keeps_state_in_a_module(source: Source) -> Iterator[str]:
    """No function changes a module's own variable: what lives on is handed around."""
    for node in nodes(source):
        if isinstance(node, ast.Global):
            yield source.where(node)


RULES: tuple[Rule, ...] = (
    commits_elsewhere,
    reads_the_time,
    reads_the_environment,
    swallows_everything,
    writes_sql_from_values,
    loads_lazily,
    keeps_state_in_a_module,
)


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return bool({dotted(each) for each in caught} & {"Exception", "BaseException"})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    found = [f"{where}: {rule.__doc__}" for source in shipped() for where in rule(source)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (commits_elsewhere, "async def f(session): await session.commit()"),
        (commits_elsewhere, "def f(connection): connection.rollback()"),
        (commits_elsewhere, "def f(connection): connection.execute('COMMIT')"),
        (reads_the_time, "from datetime import datetime\nat = datetime.now()"),
        (reads_the_time, "import datetime\nat = datetime.datetime.utcnow()"),
        (reads_the_time, "import datetime as dt\nat = dt.date.today()"),
        (reads_the_time, "import time\nat = time.time()"),
        (reads_the_environment, "import os\nkey = os.environ['KEY']"),
        (reads_the_environment, "import os\nkey = os.getenv('KEY')"),
        (reads_the_environment, "class Mine(BaseSettings): ..."),
        (swallows_everything, "try: f()\nexcept Exception: pass"),
        (swallows_everything, "try: f()\nexcept: pass"),
        (swallows_everything, "try: f()\nexcept (KeyError, BaseException) as error: print(error)"),
        (writes_sql_from_values, "text(f'SELECT {name}')"),
        (writes_sql_from_values, "sa.text('SELECT %s' % name)"),
        (writes_sql_from_values, "text('SELECT {}'.format(name))"),
        (loads_lazily, "lines = relationship('Line')"),
        (loads_lazily, "lines = relationship('Line', lazy='select')"),
        (keeps_state_in_a_module, "def f():\n    global count\n    count += 1"),
    ],
)
def test_the_rule_bites(rule: Rule, text: str) -> None:
    assert len(list(rule(planted(text)))) == 1


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (reads_the_time, "import time\nstarted = time.perf_counter()\nnow = ctx.now()"),
        (swallows_everything, "try: f()\nexcept Exception:\n    undo()\n    raise"),
        (swallows_everything, "try: f()\nexcept KeyError: pass"),
        (writes_sql_from_values, "text('SELECT 1')"),
        (loads_lazily, "lines = relationship('Line', lazy='raise')"),
    ],
)
def test_the_rule_lets_honest_code_pass(rule: Rule, text: str) -> None:
    assert list(rule(planted(text))) == []


def test_the_named_places_still_exist() -> None:
    paths = {source.path: source for source in shipped()}
    for path, named in SWALLOWERS.items():
        assert named <= {function.name for function in functions(paths[path])}
