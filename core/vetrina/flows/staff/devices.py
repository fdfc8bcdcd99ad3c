"""Know a browser that somebody has signed in with before: signed marks that it keeps, one for each person."""

from datetime import UTC, datetime

from vetrina.kernel.context import Context
from vetrina.kernel.crypto import draw_key, same
from vetrina.shop.staff.rules import DEVICE_FOR

MOST_PEOPLE = 5
"""Who share one browser; of more the latest are known."""
LONGEST_MARKS = 600
"""Characters."""
_PURPOSE = "staff-device"


def marked(ctx: Context, member_id: int, marks: str) -> str:
    """What the browser is to keep now that this member has signed in with it; `marks` is what it has kept so far."""
    until = int((ctx.now() + DEVICE_FOR).timestamp())
    text = f"{member_id}.{until}.{draw_key()}"
    others = [mark for mark in _split(marks) if _read(ctx, mark) not in (None, member_id)]
    return "~".join([f"{text}.{ctx.shop.vault.sign(_PURPOSE, text)}", *others[: MOST_PEOPLE - 1]])


def device_of(ctx: Context, member_id: int, marks: str) -> str | None:
    """The mark by which the browser is known as one this member has signed in with; None when it is not known."""
    return next((mark for mark in _split(marks) if _read(ctx, mark) == member_id), None)


def _split(marks: str) -> list[str]:
    return marks.split("~") if marks.isascii() and len(marks) <= LONGEST_MARKS else []


def _read(ctx: Context, mark: str) -> int | None:
    """Whom a mark names; None for one that is not ours or too old."""
    text, _, signature = mark.rpartition(".")
    if not same(signature, ctx.shop.vault.sign(_PURPOSE, text)):
        return None
    member_id, until, _ = text.split(".")
    return int(member_id) if ctx.now() < datetime.fromtimestamp(int(until), UTC) else None
