"""A plugin's list as CSV: its lines gathered within bounds, made safe, and answered as a file."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from litestar import Response

from vetrina.kernel.errors import NotAllowed, NotFound, NotSignedIn, Refusal
from vetrina.kernel.meters import Work
from vetrina.plugin import WrongAnswer
from vetrina.plugin.admin import LARGEST_DOWNLOAD, MOST_EXPORTED, AdminPage, Asked, Export
from vetrina.plugin.sheets import csv_file
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_admin.pages.answers import HEADERS, Answer, see_other
from vetrina_admin.pages.guarded import ACTION, Failed, asked, title_of
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Visit

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


async def exported(visit: Visit, owner: str, page: AdminPage, export: Export, wish: Asked) -> Answer:
    """The file; the page again, with what went wrong, where the plugin did not do its part."""
    work = Work(owner, "page", f"{page.path or '/'} csv")
    page_again = visit.link(**{"as": None})
    try:
        done = await asked(visit, work, partial(_gathered, visit, export, wish), ACTION, partial(_file, visit, export))
    except (NotFound, NotAllowed, NotSignedIn):
        raise
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
        return see_other(visit, page_again)
    if isinstance(done, Failed):
        key = "blocks.kept_out" if done.is_kept_out else "blocks.failed_action"
        visit.tell_text(visit.say(key, plugin=title_of(visit, owner), trail=visit.ctx.trail), "bad")
        return see_other(visit, page_again)
    return done


async def _gathered(visit: Visit, export: Export, wish: Asked) -> list[Sequence[Any]]:
    """One line too many, where there are more than a file holds."""
    lines: list[Sequence[Any]] = []
    async for batch in export.rows(visit.ctx, wish):
        lines += batch
        if len(lines) > MOST_EXPORTED:
            break
    return lines[: MOST_EXPORTED + 1]


def _file(visit: Visit, export: Export, lines: Sequence[Sequence[Any]]) -> Answer:
    """Raises WrongAnswer for lines that do not fit the titles, for cells that are none, for a name that is none."""
    if not _NAME.fullmatch(export.name):
        raise WrongAnswer(f"{export.name!r} is no name of a file: small letters, digits and dashes")
    for line in lines:
        if len(line) != len(export.titles):
            raise WrongAnswer(f"a line of {len(line)} cells under {len(export.titles)} titles")
        wrong = next((cell for cell in line if not isinstance(cell, str | int | datetime | None)), None)
        if wrong is not None:
            raise WrongAnswer(f"{type(wrong).__name__} is nothing that a cell of CSV can hold")
    content = csv_file(export.titles, lines[:MOST_EXPORTED]).encode()
    if len(content) > LARGEST_DOWNLOAD:
        raise WrongAnswer(f"a file of {len(content)} bytes: at most {LARGEST_DOWNLOAD} can be downloaded")
    today = visit.ctx.now().astimezone(REPORTS_ZONE).strftime("%Y-%m-%d")
    part = f"-first-{MOST_EXPORTED}" if len(lines) > MOST_EXPORTED else ""
    name = f'attachment; filename="{export.name}-{today}{part}.csv"'
    headers = {**HEADERS, "content-disposition": name}
    return Response(content, media_type="text/csv", headers=headers, cookies=visit.cookies)
