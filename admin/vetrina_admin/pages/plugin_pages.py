"""Plugins' own pages: /admin/<plugin>/<path>, drawn from blocks, with actions sent to the same address."""

import re
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any, TypeVar, get_args

import msgspec
from litestar import Response
from markupsafe import Markup
from pydantic import BaseModel, ValidationError

from vetrina.kernel.errors import NotAllowed, NotFound, NotSignedIn, Refusal
from vetrina.kernel.meters import Work
from vetrina.plugin import Site, WrongAnswer
from vetrina.plugin.admin import LARGEST_DOWNLOAD, SECTIONS, Action, AdminPage, Asked, Done, Download, MediaType
from vetrina.plugin.collected import LeaveOut
from vetrina.plugin.words import said
from vetrina_admin.pages.answers import HEADERS, Answer, render, see_other
from vetrina_admin.pages.blocks import Typed, draw
from vetrina_admin.pages.blocks.cells import address_of, words_of
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.guarded import ACTION, PAGE, Failed, apology, asked, title_of
from vetrina_admin.pages.model_forms import changed, opened, placed, read_draft, shape_of, values_of, wrong_with
from vetrina_admin.pages.plugin_exports import exported
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.screens import Screen
from vetrina_admin.pages.visits import Entry, Told, Visit

T = TypeVar("T")

_PART = re.compile(r"[a-z0-9][a-z0-9._~-]*|\{[a-z][a-z0-9_]*\}")
ICONS = {
    "sales": "percentage",
    "catalogue": "tags",
    "customers": "users",
    "content": "news",
    "delivery": "truck",
    "money": "receipt",
    "settings": "plug",
    "plugins": "plug",
}
"""Pictures of the sections' entries."""
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LONGEST_VALUE = 2_000
"""Characters of a button's value."""


class Outcome(msgspec.Struct, frozen=True):
    """What an action came to, in the reader's language, where to go on, and what there is to see before that."""

    message: str
    onward: str
    content: Markup | None


def plugin_screens(site: Site, reserved: Collection[str]) -> list[Screen]:
    """A page and its actions, for each page of a plugin. `reserved` are first parts of addresses that are the admin's.

    Raises LeaveOut, naming the plugin, for an address that is none, is another page's, or belongs to the admin.
    """
    screens: list[Screen] = []
    known: dict[str, str] = {}
    for owner, item in _pages(site):
        if owner in reserved:
            raise LeaveOut(owner, f"/admin/{owner} is a room of the admin: a plugin with pages needs another name")
        path = _route(owner, item)
        if known.setdefault(re.sub(r"\{[^}]*\}", "{}", path), item.path) is not item.path:
            raise LeaveOut(owner, f"two of its pages have the address {item.path!r}")
        screens.append(Screen(path=path, can=item.permission, show=partial(_show, owner, item)))
        if item.actions:
            screens.append(Screen(path=path, can=item.permission, act=partial(_act, owner, item)))
    return screens


def plugin_entries(site: Site) -> tuple[Entry, ...]:
    """The menu of plugins' pages: those that want to stand there, and have no part of their address open."""
    return tuple(
        Entry(
            name=f"{owner}.{item.path}",
            title=partial(said, item.title),
            path=address_of(item.path, owner),
            icon=ICONS[section],
            group=section,
            can=item.permission,
        )
        for owner, item in _pages(site)
        if item.is_in_menu and "{" not in item.path
        for section in (item.section if item.section in SECTIONS else "plugins",)
    )


def _pages(site: Site) -> Iterator[tuple[str, AdminPage]]:
    for owner, item in site.collected.admin:
        if isinstance(item, AdminPage):
            yield owner, item


def _route(owner: str, page: AdminPage) -> str:
    parts = [part for part in page.path.split("/") if part]
    if not all(_PART.fullmatch(part) for part in parts):
        raise LeaveOut(owner, f"{page.path!r} is no address for a page: small letters, digits, dashes and {{parts}}")
    return "/".join(["", owner, *(part.replace("}", ":str}") for part in parts)])


async def _show(owner: str, page: AdminPage, visit: Visit) -> Answer:
    if page.export is not None and visit.query.get("as") == "csv":
        return await exported(visit, owner, page, page.export, _asked(visit))
    return await _shown(visit, owner, page)


async def _shown(visit: Visit, owner: str, page: AdminPage, typed: Typed | None = None, *, status: int = 200) -> Answer:
    """The page, with a form as it was typed if one was sent. Raises the Refusals a page answers with."""

    ask, use = partial(page.show, visit.ctx, _asked(visit)), partial(draw, visit, owner, acts=True, typed=typed)
    try:
        content = await asked(visit, Work(owner, "page", page.path or "/"), ask, PAGE, use)
    except (NotFound, NotAllowed, NotSignedIn):
        raise
    except Refusal as refusal:
        visit.told.append(Told(told(visit.say, refusal), "warning"))
        content = ""
    if isinstance(content, Failed):
        content, status = apology(visit, content), 503
    crumbs = [] if page.is_in_menu and "{" not in page.path else _crumbs(visit, owner)
    title = words_of(page.title, visit.language)
    file = visit.link(**{"as": "csv", "after": None, "before": None}) if page.export is not None else ""
    return render(visit, "blocks/page.html", status=status, name=title, content=content, crumbs=crumbs, file=file)


async def _act(owner: str, page: AdminPage, visit: Visit, form: Form) -> Answer:
    """Do one of the page's actions, for somebody who may, with a form that is right; say what came of it."""
    action = next((action for action in page.actions if action.name == form.get("action")), None)
    if action is None:
        visit.tell("blocks.page_gone", "warning")
        return see_other(visit, visit.here)
    visit.ctx.require(action.permission)
    model = await _model_of(owner, page, visit, action)
    if isinstance(model, Failed):
        visit.tell_text(_failure(visit, model), "bad")
        return see_other(visit, visit.here)
    if model is not None:
        return await _act_on_form(owner, page, visit, form, action, model)
    sent = {name[2:]: values[-1][:LONGEST_VALUE] for name, values in form.fields.items() if name.startswith("v.")}
    try:
        done = await _done(visit, owner, page, action, sent)
    except (NotAllowed, NotSignedIn):
        raise
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
        return see_other(visit, visit.here)
    if isinstance(done, Failed):
        visit.tell_text(_failure(visit, done), "bad")
        return see_other(visit, visit.here)
    return _went_well(visit, owner, page, done)


async def _model_of(owner: str, page: AdminPage, visit: Visit, action: Action) -> type[BaseModel] | Failed | None:
    """The fields an action takes; None for one of a button. Raises the Refusals a page answers with."""
    if action.form_of is None:
        return action.form

    def checked(model: Any) -> type[BaseModel]:
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise WrongAnswer(f"{model!r} is not what a form is made of: form_of answers a pydantic model")
        return model

    return await asked(
        visit, _work(owner, page, action), partial(action.form_of, visit.ctx, _asked(visit)), ACTION, checked
    )


async def _act_on_form(
    owner: str, page: AdminPage, visit: Visit, form: Form, action: Action, model: type[BaseModel]
) -> Answer:
    shape = shape_of(model)
    draft = read_draft(shape, form.fields)
    wish = form.get("do")
    if wish:
        draft = changed(shape, draft, wish)
        typed = Typed(form.get("form"), draft, open=opened(shape, draft, wish))
        return await _shown(visit, owner, page, typed)
    values, unread = values_of(shape, draft, visit.language)
    sent = await asked(visit, _work(owner, page, action), partial(_validated, model, values), ACTION, _as_it_is)
    if isinstance(sent, ValidationError) or unread:
        details = sent.errors(include_url=False) if isinstance(sent, ValidationError) else ()
        wrong = wrong_with(visit.say, visit.language, shape, draft, details, unread)
        return await _shown(visit, owner, page, Typed(form.get("form"), draft, wrong), status=422)
    try:
        done = sent if isinstance(sent, Failed) else await _done(visit, owner, page, action, sent)
    except (NotAllowed, NotSignedIn):
        raise
    except Refusal as refusal:
        wrong = {placed(shape, draft, refusal.field or ())[0]: told(visit.say, refusal)}
        return await _shown(visit, owner, page, Typed(form.get("form"), draft, wrong), status=422)
    if isinstance(done, Failed):
        visit.told.append(Told(_failure(visit, done), "bad"))
        return await _shown(visit, owner, page, Typed(form.get("form"), draft), status=503)
    return _went_well(visit, owner, page, done)


async def _validated(model: type[BaseModel], values: dict[str, Any]) -> BaseModel | ValidationError:
    """What is wrong with what people type is no fault of the plugin's."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        return error


async def _done(visit: Visit, owner: str, page: AdminPage, action: Action, sent: Any) -> Outcome | Answer | Failed:
    def checked(done: Any) -> Outcome | Answer:
        if isinstance(done, Download):
            return _file(visit, done)
        if not isinstance(done, Done):
            raise WrongAnswer(f"{type(done).__name__} is not what came of an action: it answers Done")
        message = words_of(done.message, visit.language)
        onward = visit.here if done.to is None else address_of(done.to, owner)
        return Outcome(message, onward, draw(visit, owner, done.blocks, acts=True, once=True) if done.blocks else None)

    ask = partial(action.run, visit.ctx, _asked(visit), sent)
    return await asked(visit, _work(owner, page, action), ask, ACTION, checked)


def _as_it_is(answer: T) -> T:
    return answer


def _failure(visit: Visit, failed: Failed) -> str:
    key = "blocks.kept_out" if failed.is_kept_out else "blocks.failed_action"
    return visit.say(key, plugin=title_of(visit, failed.work.owner), trail=visit.ctx.trail)


def _file(visit: Visit, file: Download) -> Answer:
    """A file to keep. Raises WrongAnswer for a name, a kind or a size that none has."""
    content = file.content.encode() if isinstance(file.content, str) else file.content
    if not _FILE_NAME.fullmatch(file.name) or file.media_type not in get_args(MediaType):
        raise WrongAnswer(f"{file.name!r}, {file.media_type!r} is no file that can be downloaded")
    if len(content) > LARGEST_DOWNLOAD:
        raise WrongAnswer(f"a file of {len(content)} bytes: at most {LARGEST_DOWNLOAD} can be downloaded")
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{file.name}"'}
    return Response(content, media_type=file.media_type, headers=headers, cookies=visit.cookies)


def _went_well(visit: Visit, owner: str, page: AdminPage, outcome: Outcome | Answer) -> Answer:
    if isinstance(outcome, Response):
        return outcome
    if outcome.content is None:
        visit.tell_text(outcome.message)
        return see_other(visit, outcome.onward)
    # What may be secret is in this answer and nowhere else: in no cookie, and at no address that is loaded again.
    visit.told.append(Told(outcome.message, "good"))
    return render(
        visit,
        "blocks/done.html",
        name=words_of(page.title, visit.language),
        content=outcome.content,
        onward=outcome.onward,
        crumbs=_crumbs(visit, owner),
    )


def _work(owner: str, page: AdminPage, action: Action) -> Work:
    return Work(owner, "page", f"{page.path or '/'} {action.name}")


def _asked(visit: Visit) -> Asked:
    parts = {name: str(value) for name, value in visit.request.path_params.items()}
    return Asked(parts=parts, query=visit.query)


def _crumbs(visit: Visit, owner: str) -> list[tuple[str, str]]:
    """The plugin's page in the menu that this one stands below, else its first."""
    own = [entry for entry in visit.menu if entry.name.startswith(f"{owner}.")]
    above = next((entry for entry in own if entry.path == visit.way), own[0]) if own else None
    return [(above.title(visit.language), above.path)] if above else []
