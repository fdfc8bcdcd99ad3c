"""make new-plugin: a folder under plugins/ that loads, with a test that passes."""

import keyword
import re
from pathlib import Path
from string import Template

from vetrina.kernel.errors import Fault

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 24
TAKEN = frozenset({"core", "storefront", "admin", "outbox", "inbox", "job", "plugin", "house", "kernel"})
"""Names whose tables, permissions or pages would be mistaken for the core's."""

MANIFEST = """\
name        = "$name"
title       = "$title"
description = "Says thank you in the log when an order is paid"
vetrina     = ">=1.0,<2"
"""

MODULE = '''\
"""$title: says thank you in the log when an order is paid."""

import structlog

from vetrina.events import OrderPaid
from vetrina.plugin import Context, React, hookimpl

log = structlog.get_logger(__name__)


async def say_thank_you(ctx: Context, event: OrderPaid) -> None:
    log.info("thank you", order=event.number, trail=ctx.trail)


@hookimpl
def register_reactions() -> list[React[OrderPaid]]:
    return [React(OrderPaid, say_thank_you)]
'''

README = """\
# $title

Says thank you in the log when an order is paid: a beginning, to be replaced by what the plugin is for.

    vetrina plugins on $name

It keeps nothing and asks for nothing. Switch it off with `vetrina plugins off $name`; nothing stays behind.
"""

TEST = '''\
"""$title loads by itself and hears that an order was paid."""

from structlog.testing import capture_logs

from vetrina.events import OrderPaid
from vetrina.kernel.context import Context
from vetrina.plugin.loader import load


async def test_${name}_says_thank_you_when_an_order_is_paid(ctx: Context) -> None:
    (owner, reaction), *others = load(["$name"], strict=True).reactions
    assert (owner, reaction.event, others) == ("$name", OrderPaid, [])
    with capture_logs() as lines:
        await reaction.run(ctx, OrderPaid(order_id=1, number=1001, total=2_500, currency="EUR"))
    assert [(line["event"], line["order"]) for line in lines] == [("thank you", 1001)]
'''


class BadName(Fault):
    """A plugin cannot be called that."""


def write_plugin(root: Path, name: str) -> list[Path]:
    """Write the plugin's files into a checkout; their paths. Raises BadName."""
    folder = root / "plugins" / f"vetrina_{name}"
    _check(root, name, folder)
    files = {
        folder / "plugin.toml": MANIFEST,
        folder / "__init__.py": MODULE,
        folder / "README.md": README,
        root / "tests" / "plugins" / f"test_{name}.py": TEST,
    }
    folder.mkdir()
    (root / "tests" / "plugins").mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(Template(text).substitute(name=name, title=name.replace("_", " ").capitalize()))
    return list(files)


def _check(root: Path, name: str, folder: Path) -> None:
    if not NAME.fullmatch(name) or len(name) > LONGEST or keyword.iskeyword(name):
        raise BadName(f"{name!r}: a plugin's name is a word of a to z, digits and _, at most {LONGEST} characters")
    if name in TAKEN or (root / "core" / "vetrina" / "shop" / name).exists():
        raise BadName(f"{name!r} is the core's own word")
    if folder.exists():
        raise BadName(f"{folder.relative_to(root)} is already there")
