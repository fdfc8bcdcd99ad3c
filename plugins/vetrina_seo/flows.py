"""Redirects: made, brought in, removed; and made by themselves where something moved."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from vetrina.events import AddressChanged
from vetrina.flows.auditing import audited
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session, id_in, table_of
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.plugin.words import Say
from vetrina_seo.models import SeoRedirect
from vetrina_seo.rules import Pair, checked, closes_a_circle, read_csv

WRITE = "seo.write"
MOST_REDIRECTS = 100_000
MOST_STEPS = 20
"""How far a redirect is followed; what goes further counts as a circle."""


class RedirectLoop(Refusal):
    """Whoever follows it comes back to where he was."""

    code = "REDIRECT_LOOP"
    text = "From {path} one would come back to {path}: let it lead somewhere else."
    texts = {"it": "Da {path} si tornerebbe a {path}: fallo portare altrove."}


class PathTaken(Refusal):
    """There is a redirect from this path."""

    code = "PATH_TAKEN"
    text = "From {path} there is a redirect already."
    texts = {"it": "Da {path} c'è già un reindirizzamento."}


class Imported(msgspec.Struct, frozen=True):
    """What came of a list: how many redirects were made or changed, and why lines were passed over."""

    count: int
    problems: tuple[str, ...]


@once
async def create_redirect(ctx: Context, path: str, target: str) -> int:
    """Send whoever asks for a path to another, or to another site; the redirect's id. Needs seo.write.

    Raises BadInput, PathTaken, RedirectLoop.
    """
    ctx.require(WRITE)
    pair = checked(path, target, ctx.shop.base_url)
    async with ctx.tx() as session:
        if await session.value(_TARGET, {"path": pair.path}) is not None:
            raise PathTaken(field=("path",), path=pair.path)
        await _room(session, 1)
        if closes_a_circle(pair, await _onward(session, pair.target)):
            raise RedirectLoop(field=("target",), path=pair.path)
        redirect_id = await session.insert(
            SeoRedirect, path=pair.path, target=pair.target, is_automatic=False, created_at=ctx.now()
        )
        after = {"path": pair.path, "target": pair.target}
        await audited(ctx, session, "seo_redirect.created", f"seo_redirect:{redirect_id}", after=after)
        session.outcome = redirect_id
    return redirect_id


@once
async def import_redirects(ctx: Context, content: str) -> Imported:
    """Make redirects of a list: a path and a target on each line. A path that is known is led anew.

    Lines that are wrong or would close a circle are passed over and told. Needs seo.write. Raises BadInput.
    """
    ctx.require(WRITE)
    lines, problems, count = read_csv(content), list[str](), 0
    async with ctx.tx() as session:
        await _room(session, len(lines))
        for number, path, target in lines:
            try:
                pair = checked(path, target, ctx.shop.base_url)
            except BadInput as refusal:
                problems.append(f"{number}: {refusal.message}")
                continue
            if closes_a_circle(pair, await _onward(session, pair.target)):
                problems.append(f"{number}: {RedirectLoop(path=pair.path).message}")
                continue
            await _put(ctx, session, pair, is_automatic=False)
            count += 1
        after = {"made": count, "passed_over": len(problems)}
        await audited(ctx, session, "seo_redirect.imported", "seo_redirect:all", after=after)
        session.outcome = Imported(count, tuple(problems[:50]))
    return Imported(count, tuple(problems[:50]))


@once
async def remove_redirects(ctx: Context, redirect_ids: Sequence[int]) -> int:
    """Remove redirects; how many there were. Needs seo.write. Raises NotFound when there was none."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        gone = await session.execute(_FORGET, {"ids": list(redirect_ids)})
        if not gone:
            raise NotFound(field=("id",), what="The redirect")
        await audited(ctx, session, "seo_redirect.removed", "seo_redirect:some", before={"ids": list(redirect_ids)})
        session.outcome = gone
    return gone


async def follow(ctx: Context, event: AddressChanged) -> None:
    """Lead on from where something was to where it is; who was led to the old place is led to the new one at once."""
    async with ctx.tx() as session:
        await session.execute(_FORGET_PATH, {"path_": event.after})
        await session.execute(_LEAD_ON, {"before": event.before, "after": event.after})
        await _put(ctx, session, Pair(event.before, event.after), is_automatic=True)


async def _put(ctx: Context, session: Session, pair: Pair, *, is_automatic: bool) -> None:
    await session.put(
        SeoRedirect,
        ("path",),
        path=pair.path,
        target=pair.target,
        is_automatic=is_automatic,
        created_at=ctx.now(),
    )


async def _onward(session: Session, target: str) -> Mapping[str, str]:
    """The redirects one meets from a place on."""
    known: dict[str, str] = {}
    at: str | None = target
    while at is not None and at not in known and len(known) < MOST_STEPS:
        onward = await session.value(_TARGET, {"path": at})
        if onward is None:
            break
        known[at] = onward
        at = onward
    return known


async def _room(session: Session, more: int) -> None:
    if await session.value(_COUNT) + more > MOST_REDIRECTS:
        raise BadInput(
            problem=Say(
                f"A shop has at most {MOST_REDIRECTS:,} redirects: remove old ones first.",
                it=f"Un negozio ha al massimo {MOST_REDIRECTS} reindirizzamenti: prima rimuovi i vecchi.",
            )
        )


_TABLE = table_of(SeoRedirect)
_TARGET = select(_TABLE.c.target).where(_TABLE.c.path == bindparam("path"))
_COUNT = select(func.count()).select_from(_TABLE)
_FORGET = delete(_TABLE).where(id_in(_TABLE.c.id, "ids"))
_FORGET_PATH = delete(_TABLE).where(_TABLE.c.path == bindparam("path_"))
_LEAD_ON = update(_TABLE).where(_TABLE.c.target == bindparam("before")).values(target=bindparam("after"))
