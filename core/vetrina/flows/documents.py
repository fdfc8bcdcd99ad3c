"""Register documents of front ends, and forget them; each change asks for a new Runtime."""

from collections.abc import Callable, Sequence

import msgspec

from vetrina.kernel import documents, texts
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session
from vetrina.kernel.documents import hash_of
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.shop.plugins.service import next_generation
from vetrina.shop.staff.service import audit

LONGEST = 100_000
"""Characters of a document."""
MOST = 5_000
"""Documents a shop knows: each is compiled when a process starts."""


class NewDocument(msgspec.Struct, frozen=True):
    """A document as a front end's tools wrote it; `hash` is what they say it is, if they say so."""

    name: str
    text: str
    hash: str | None = None


class DocumentProblem(msgspec.Struct, frozen=True):
    """Why a document is not taken."""

    name: str
    problem: str


class Registered(msgspec.Struct, frozen=True):
    """What registering came to: with problems nothing was written."""

    added: int
    known: int
    problems: tuple[DocumentProblem, ...] = ()


async def register_documents(
    ctx: Context, given: Sequence[NewDocument], check: Callable[[str], Sequence[str]]
) -> Registered:
    """Register documents, all or none; `check` says what is wrong with a text for the storefront.

    Needs documents.write. Raises BadInput for more than a shop can know.
    """
    ctx.require("documents.write")
    problems = [DocumentProblem(document.name, problem) for document in given for problem in _problems(document, check)]
    if problems:
        return Registered(0, 0, tuple(problems))
    async with ctx.tx() as session:
        pairs = [(document.name, document.text) for document in given]
        added = await documents.register(session, pairs, ctx.now())
        if await documents.count(session) > MOST:
            raise BadInput(
                field=("documents",), problem=f"A shop knows at most {MOST} documents.", reason="full", most=MOST
            )
        if added:
            await _tell(ctx, session, "documents.registered", "documents", {"added": added})
    return Registered(added, len(given) - added)


async def forget_document(ctx: Context, key: str) -> None:
    """Forget a document by its hash. Raises NotFound. Needs documents.write."""
    ctx.require("documents.write")
    async with ctx.tx() as session:
        if not await documents.forget(session, key):
            raise NotFound(what=f"The document {key}")
        await _tell(ctx, session, "documents.forgotten", f"document:{key}", None)


def _problems(document: NewDocument, check: Callable[[str], Sequence[str]]) -> list[str]:
    try:
        texts.text(document.text, field=("document",), limit=LONGEST, required=True)
        texts.line(document.name, field=("name",), required=True)
    except BadInput as refusal:
        return [refusal.message]
    found = hash_of(document.text)
    if document.hash is not None and document.hash.removeprefix("sha256:") != found:
        return [f"It is listed under {document.hash}, and its SHA-256 is {found}."]
    return list(check(document.text))


async def _tell(ctx: Context, session: Session, action: str, subject: str, after: dict[str, int] | None) -> None:
    await next_generation(session)
    await audit(
        session,
        at=ctx.now(),
        actor=ctx.actor.name,
        action=action,
        subject=subject,
        before=None,
        after=after,
        trail=ctx.trail,
    )
