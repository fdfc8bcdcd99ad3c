"""GET and POST /invoices/orders/{number}/{secret}: a form, and what is typed asked for by the buyer's own flow."""

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin import Say, Site
from vetrina.plugin.pages.forms import LARGEST_FORM, Form, NotOurForm, form_token, read_form
from vetrina.plugin.pages.voice import NAMES, Voice
from vetrina.plugin.words import LANGUAGES, accepted, said, spoken
from vetrina.views.brand import brand
from vetrina.views.markets import atlas
from vetrina.views.orders.placed import OrderView, order_by_secret, status_url
from vetrina.vocabulary import OrderState
from vetrina_invoices.flows.issuing import NothingToInvoice
from vetrina_invoices.flows.parties import LIMITS, Details
from vetrina_invoices.flows.wishing import InvoiceIsIssued, ask_for_invoice
from vetrina_invoices.settings import InvoicesSettings
from vetrina_invoices.views import documents_of

FILES = (("vetrina_invoices.asking", "words.toml"),)
LONGEST_NUMBER = 18
"""Digits; the database counts in 64 bits."""
ELSEWHERE = ("street", "zip", "city", "province", "country")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")

Asked = Request[Any, Any, Any]
Page = Response[str]


def routes(site: Site, settings: InvoicesSettings) -> list[Any]:
    """Two, for whoever has the order's link."""

    @get("/invoices/orders/{number:str}/{secret:str}", include_in_schema=False)
    async def show(request: Asked, number: FromPath[str], secret: FromPath[str]) -> Page:
        ctx, order = await _at_the_order(site, number, secret)
        return await _drawn(ctx, settings, request, order, Form({}), {})

    @post("/invoices/orders/{number:str}/{secret:str}", include_in_schema=False, request_max_body_size=LARGEST_FORM)
    async def ask(request: Asked, number: FromPath[str], secret: FromPath[str]) -> Page | Redirect:
        ctx, order = await _at_the_order(site, number, secret)
        try:
            form = await read_form(request, ctx.shop, order.key)
        except NotOurForm as error:
            raise PermissionDeniedException(str(error)) from error
        details = Details(**{name: form.get(name) for name in LIMITS})
        try:
            await ask_for_invoice(ctx, settings, order.key, details)
        except BadInput as refusal:
            return await _drawn(ctx, settings, request, order, form, _wrong(_voice(request, order), refusal))
        except (InvoiceIsIssued, NothingToInvoice):
            return await _drawn(ctx, settings, request, order, form, {})
        except NotFound as error:
            raise NotFoundException() from error
        return Redirect(_order_path(ctx, order), status_code=303, headers=_headers(""))

    return [show, ask]


async def _at_the_order(site: Site, number: str, secret: str) -> tuple[Context, OrderView]:
    """Raises NotFoundException where the address is not an order's own, or it was not sold here."""
    ctx = await site.context(BUYER)
    is_number = number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER
    order = await order_by_secret(ctx, int(number), secret) if is_number else None
    if order is None or order.source_name is not None:
        raise NotFoundException()
    return ctx, order


async def _drawn(
    ctx: Context, settings: InvoicesSettings, request: Asked, order: OrderView, typed: Form, wrong: Mapping[str, str]
) -> Page:
    closed = "closed" if order.state == OrderState.CANCELLED else ""
    if await documents_of(ctx.db, [order.id]):
        closed = "issued"
    style = await _style(ctx)
    address = order.billing_address or order.shipping_address or {}
    html = (
        _templates()
        .get_template("asking.html")
        .render(
            say=_voice(request, order),
            order=order,
            closed=closed,
            style=Markup(style),
            issue_on=settings.issue_on,
            limits=LIMITS,
            typed=typed,
            wrong=wrong,
            is_elsewhere=any(typed.get(name) for name in ELSEWHERE),
            asks_tax_code="IT" in (order.country, address.get("country")),
            action=f"{request.url.path}?lang={_voice(request, order).language}",
            token=form_token(ctx.shop, order.key),
            languages=[(code, NAMES[code]) for code in LANGUAGES],
            shop_name=(await atlas(ctx.db)).profile.name,
            order_path=_order_path(ctx, order),
        )
    )
    return Response(
        html, status_code=422 if wrong else 200, media_type="text/html; charset=utf-8", headers=_headers(style)
    )


def _voice(request: Asked, order: OrderView) -> Voice:
    wishes = (request.query_params.get("lang"), order.language, *accepted(request.headers.get("accept-language")))
    return Voice(spoken(*wishes), FILES)


def _wrong(say: Voice, refusal: BadInput) -> dict[str, str]:
    """A refusal beside its field, in the reader's language."""
    problem = refusal.facts.get("problem")
    name = (refusal.field or ("",))[-1]
    return {name: said(problem, say.language) if isinstance(problem, Say) else say("ask.long")}


def _order_path(ctx: Context, order: OrderView) -> str:
    return status_url(ctx, order.number, order.key).removeprefix(ctx.shop.base_url)


def _headers(style: str) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "content-security-policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        ),
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
    }


async def _style(ctx: Context) -> str:
    """The sheet in the colours of the brand, where there is one."""
    written = await brand(ctx.db)
    pair = written.primary[0] if written and written.primary else {}
    accent, ink = pair.get("background") or "", pair.get("foreground") or ""
    if not (_COLOUR.fullmatch(accent) and _COLOUR.fullmatch(ink)):
        return _sheet()
    return _sheet().replace("--accent: #1f2937; --on-accent: #fff", f"--accent: {accent}; --on-accent: {ink}")


@cache
def _sheet() -> str:
    return files("vetrina_invoices.asking").joinpath("style.css").read_text("utf-8")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("vetrina_invoices.asking"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
