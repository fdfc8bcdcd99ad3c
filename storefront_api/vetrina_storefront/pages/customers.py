"""Behind mailed links: confirm an account, choose a new password, confirm another address."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath

from vetrina.flows import customers
from vetrina.flows.customers import CustomerRefused, Purpose
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal, TooManyTries
from vetrina.plugin.pages.forms import form_token, read_form
from vetrina_storefront.pages.answers import Page, answer
from vetrina_storefront.pages.visits import Asked, Here, Visit, visit_plain

LONGEST_NUMBER = 18
"""Digits; the database counts in 64 bits."""
PATHS = [f"/account/{purpose.value}/{{number:str}}/{{secret:str}}" for purpose in Purpose]
FIELD = "password"
LINK, URL = "link", "url"
"""How flows call what one comes with."""

Choose = Callable[[Context, int, str, str], Awaitable[Any]]


async def _activate(ctx: Context, customer_id: int, secret: str, password: str) -> Any:
    return await customers.activate(ctx, customer_id, secret, password, LINK)


async def _reset(ctx: Context, customer_id: int, secret: str, password: str) -> Any:
    return await customers.reset(ctx, customer_id, secret, password, LINK)


async def _confirm(ctx: Context, customer_id: int, secret: str, _: str) -> Any:
    return await customers.confirm_address(ctx, customer_id, secret)


_FLOWS: dict[Purpose, Choose] = {Purpose.ACTIVATE: _activate, Purpose.RESET: _reset, Purpose.EMAIL: _confirm}


@get(PATHS)
async def link_page(request: Asked, site: Here, number: FromPath[str], secret: FromPath[str]) -> Page:
    """What a link is for, and the form that does it: looking at it uses nothing up, as mail scanners do."""
    visit, meant, key = await _visit(site, request, number)
    if meant is None or not await customers.link_stands(visit.ctx, meant, key, secret):
        return _ended(visit)
    return _form(visit, meant, secret)


@post(PATHS)
async def follow_link(request: Asked, site: Here, number: FromPath[str], secret: FromPath[str]) -> Page:
    """Do what the link is for; once."""
    visit, meant, key = await _visit(site, request, number)
    if meant is None:
        return _ended(visit)
    form = await read_form(request, site.shop, secret)
    try:
        await _FLOWS[meant](visit.ctx, key, secret, form.get(FIELD))
    except TooManyTries as refusal:
        wait = -(-int(str(refusal.facts["seconds"])) // 60)
        return _form(visit, meant, secret, visit.say("customer.too_many", count=wait), status=429)
    except CustomerRefused as refusal:
        if (refusal.field or ("",))[-1] in (LINK, URL):
            return _ended(visit)
        return _form(visit, meant, secret, _told(visit, refusal), status=422)
    title, text = visit.say(f"customer.done_{meant.value}"), visit.say(f"customer.done_text_{meant.value}")
    return answer(visit, "customer_done.html", title=title, text=text)


async def _visit(site: Any, request: Asked, number: str) -> tuple[Visit, Purpose | None, int]:
    """The visit, from where it comes; what the address is for, None where it is for nothing."""
    visit = await visit_plain(site, request)
    visit.ctx = msgspec.structs.replace(visit.ctx, client=request.client.host if request.client else "")
    meant = next((one for one in Purpose if request.url.path.startswith(f"/account/{one.value}/")), None)
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
    return visit, meant if is_number else None, int(number) if is_number else 0


def _form(visit: Visit, purpose: Purpose, secret: str, wrong: str = "", *, status: int = 200) -> Page:
    return answer(
        visit,
        "customer_link.html",
        status=status,
        title=visit.say(f"customer.title_{purpose.value}"),
        text=visit.say(f"customer.text_{purpose.value}"),
        button=visit.say(f"customer.do_{purpose.value}"),
        has_password=purpose is not Purpose.EMAIL,
        form=form_token(visit.site.shop, secret),
        wrong=wrong,
    )


def _ended(visit: Visit) -> Page:
    return answer(visit, "customer_ended.html", status=404)


def _told(visit: Visit, refusal: Refusal) -> str:
    """What is wrong with the password, in the reader's words."""
    assert isinstance(refusal, CustomerRefused)
    key = f"customer.wrong_{refusal.problems[0].code.lower()}"
    return visit.say(key if visit.say.knows(key) else "customer.wrong_invalid")
