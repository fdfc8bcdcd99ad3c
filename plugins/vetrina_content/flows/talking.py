"""Authors, and what readers say: sent in by anybody where a blog allows it, shown at once or after a look."""

from datetime import timedelta

from sqlalchemy import bindparam, delete, func, select, update

from vetrina.flows.auditing import audited
from vetrina.flows.counting import Limit, count_here
from vetrina.flows.wording import clean_html
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import table_of
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.plugin.words import Say
from vetrina_content.flows.sheets import WRITE
from vetrina_content.models import ContentAuthor, ContentComment, ContentEntry
from vetrina_content.rules import LONGEST_COMMENT, Comments, CommentState, Kind
from vetrina_content.views import entries_by_id

MODERATE = "content.moderate"
MOST_WAITING = 500
"""Comments to one article that wait for a look; more are not taken."""
MOST_PER_HOUR = 20
"""Comments to one article: what is sent faster is no conversation."""
SENT_HERE = Limit(5, timedelta(hours=1))
"""Comments to one article from one network, well below MOST_PER_HOUR: one sender closes it for himself alone."""
SENT_BY_NETWORK = Limit(30, timedelta(days=1))
"""From one network to all articles."""
LONGEST_EMAIL = 254


class CommentsClosed(Refusal):
    """The blog takes no comments, or no more for now."""

    code = "COMMENTS_CLOSED"
    text = "No comments are taken here at the moment."
    texts = {"it": "Qui al momento non si accettano commenti."}


@once
async def keep_author(
    ctx: Context, *, author_id: int | None = None, first_name: str, last_name: str, email: str = "", bio: str = ""
) -> int:
    """Add an author, or write one anew; the id. Needs content.write. Raises NotFound, BadInput."""
    ctx.require(WRITE)
    columns = {
        "first_name": texts.line(first_name, field=("first_name",), limit=120, required=True),
        "last_name": texts.line(last_name, field=("last_name",), limit=120),
        "email": texts.line(email, field=("email",), limit=LONGEST_EMAIL),
        "bio": texts.text(bio, field=("bio",), limit=LONGEST_COMMENT) or None,
    }
    async with ctx.tx() as session:
        if author_id is None:
            author_id = await session.insert(ContentAuthor, **columns)
        elif not await session.execute(_EDIT_AUTHOR, {"key": author_id} | {f"{k}_": v for k, v in columns.items()}):
            raise NotFound(field=("id",), what="The author")
        await audited(ctx, session, "content_author.kept", f"content_author:{author_id}", after=columns)
        session.outcome = author_id
    return author_id


@once
async def remove_author(ctx: Context, author_id: int) -> None:
    """Remove an author; the articles stay, nobody's. Needs content.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        await session.execute(_DISOWN, {"key": author_id})
        if not await session.execute(_FORGET_AUTHOR, {"key": author_id}):
            raise NotFound(field=("id",), what="The author")
        await audited(ctx, session, "content_author.removed", f"content_author:{author_id}")


@once
async def send_comment(ctx: Context, article_id: int, *, name: str, email: str, body: str) -> bool:
    """What a reader says to an article, as plain text; whether others see it at once. Anybody may.

    Raises NotFound, CommentsClosed, BadInput, TooManyTries.
    """
    said = texts.text(body, field=("body",), limit=LONGEST_COMMENT, required=True)
    person = texts.line(name, field=("name",), limit=120, required=True)
    address = texts.line(email, field=("email",), limit=LONGEST_EMAIL, required=True)
    if "@" not in address[1:-1]:
        raise BadInput(
            field=("email",),
            problem=Say(
                "An address such as anna@example.com is needed.", it="Serve un indirizzo come anna@example.com."
            ),
        )
    article = (await entries_by_id(ctx, Kind.ARTICLE, [article_id])).get(article_id)
    if article is None:
        raise NotFound(field=("article_id",), what="The article")
    await count_here(ctx, {f"comment-{article_id}": SENT_HERE, "comment": SENT_BY_NETWORK})
    async with ctx.tx() as session:
        rule = await session.value(_RULE, {"key": article.scope})
        waiting = await session.value(_WAITING, {"key": article_id})
        lately = await session.value(_LATELY, {"key": article_id, "since": ctx.now() - timedelta(hours=1)})
        if rule == Comments.CLOSED.value or waiting >= MOST_WAITING or lately >= MOST_PER_HOUR:
            raise CommentsClosed()
        is_shown = rule == Comments.OPEN.value
        await session.add(
            ContentComment,
            article_id=article_id,
            name=person,
            email=address,
            body_html="".join(f"<p>{clean_html(part.replace('<', '&lt;'))}</p>" for part in said.split("\n\n")),
            state=(CommentState.SHOWN if is_shown else CommentState.WAITING).value,
            created_at=ctx.now(),
        )
        session.outcome = is_shown
    return is_shown


@once
async def judge_comment(ctx: Context, comment_id: int, state: CommentState) -> None:
    """Show a comment or refuse it. Needs content.moderate. Raises NotFound."""
    ctx.require(MODERATE)
    async with ctx.tx() as session:
        if not await session.execute(_JUDGE, {"key": comment_id, "state_": state.value}):
            raise NotFound(field=("id",), what="The comment")
        await audited(ctx, session, f"content_comment.{state.value}", f"content_comment:{comment_id}")


@once
async def remove_comment(ctx: Context, comment_id: int) -> None:
    """Remove a comment for good. Needs content.moderate. Raises NotFound."""
    ctx.require(MODERATE)
    async with ctx.tx() as session:
        if not await session.execute(_FORGET_COMMENT, {"key": comment_id}):
            raise NotFound(field=("id",), what="The comment")
        await audited(ctx, session, "content_comment.removed", f"content_comment:{comment_id}")


_AUTHORS, _ENTRIES, _COMMENTS = table_of(ContentAuthor), table_of(ContentEntry), table_of(ContentComment)
_EDIT_AUTHOR = (
    update(_AUTHORS)
    .where(_AUTHORS.c.id == bindparam("key"))
    .values({name: bindparam(f"{name}_") for name in ("first_name", "last_name", "email", "bio")})
)
_DISOWN = update(_ENTRIES).where(_ENTRIES.c.author_id == bindparam("key")).values(author_id=None)
_FORGET_AUTHOR = delete(_AUTHORS).where(_AUTHORS.c.id == bindparam("key"))
_RULE = select(_ENTRIES.c.comments).where(_ENTRIES.c.id == bindparam("key"))
_WAITING = (
    select(func.count())
    .select_from(_COMMENTS)
    .where(_COMMENTS.c.article_id == bindparam("key"), _COMMENTS.c.state == CommentState.WAITING.value)
)
_LATELY = (
    select(func.count())
    .select_from(_COMMENTS)
    .where(_COMMENTS.c.article_id == bindparam("key"), _COMMENTS.c.created_at > bindparam("since"))
)
_JUDGE = update(_COMMENTS).where(_COMMENTS.c.id == bindparam("key")).values(state=bindparam("state_"))
_FORGET_COMMENT = delete(_COMMENTS).where(_COMMENTS.c.id == bindparam("key"))
