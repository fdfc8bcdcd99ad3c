"""Policies: what is promised now, what was and what will be; a new version, and what it says in other languages."""

from collections.abc import Sequence

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Column, Done, Facts, Form, Link, Row, Section, Table, Text
from vetrina.views.catalog.descriptions import plain
from vetrina_content.admin.forms import PolicyForm, TextForm
from vetrina_content.admin.shown import aware, key_in, may, other_languages
from vetrina_content.desk import wordings
from vetrina_content.flows import promising, translating
from vetrina_content.flows.sheets import TextSheet
from vetrina_content.policies import VersionRow, policy_versions
from vetrina_content.rules import POLICIES

NAMES = {
    "contact_information": Say("Contact information", "Contatti"),
    "legal_notice": Say("Legal notice", "Note legali"),
    "privacy_policy": Say("Privacy policy", "Informativa sulla privacy"),
    "refund_policy": Say("Refund policy", "Resi e rimborsi"),
    "shipping_policy": Say("Shipping policy", "Spedizioni"),
    "subscription_policy": Say("Subscription policy", "Abbonamenti"),
    "terms_of_sale": Say("Terms of sale", "Condizioni di vendita"),
    "terms_of_service": Say("Terms of service", "Condizioni d'uso"),
}
COLUMNS = (Column(Say("Policy", "Condizione")), Column(Say("State", "Stato")), Column(Say("Since", "Da quando")))
VERSIONS = (
    Column(Say("In force from", "In vigore dal")),
    Column(Say("Title", "Titolo")),
    Column(Say("State", "Stato")),
    Column(Say("Written", "Scritta")),
    Column(Say("By", "Da")),
)
LANGUAGES = (Column(Say("Language", "Lingua")), Column(Say("Title", "Titolo")))


async def show_all(ctx: Context, asked: Asked) -> Sequence[Block]:
    """Every kind of policy, with what is in force."""
    versions = await policy_versions(ctx, POLICIES, most=400)
    rows: list[Row] = []
    for kind in POLICIES:
        current = _current(ctx, [row for row in versions if row.kind == kind])
        is_there = current is not None and bool(current.body_html)
        state = Badge(Say("In force", "In vigore"), "good") if is_there else Badge(Say("Not written", "Non scritta"))
        rows.append(Row((NAMES[kind], state, current.begins_at if current else None), to=f"policies/{_slug(kind)}"))
    return [Table(COLUMNS, tuple(rows), "")]


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """One policy with its versions, and the form for the next."""
    kind = _kind(asked)
    versions = await policy_versions(ctx, [kind])
    current = _current(ctx, versions)
    rows = tuple(
        Row((row.begins_at, row.title, _state(ctx, row, current), row.created_at, row.created_by), f"versions/{row.id}")
        for row in versions
    )
    empty = Say("Nothing is promised yet.", "Non è ancora promesso nulla.")
    blocks: list[Block] = [Section(NAMES[kind], (Table(VERSIONS, rows, empty),))]
    if may(ctx):
        values = {"title": current.title, "body_html": current.body_html} if current else {}
        form = Form("write", PolicyForm, Say("Put in force", "Metti in vigore"), values)
        blocks.append(Section(Say("A new version", "Una nuova versione"), (form,)))
    return blocks


async def write(ctx: Context, asked: Asked, sent: PolicyForm) -> Done:
    """Write the next version."""
    begins = aware(sent.begins_at)
    await promising.write_policy(ctx, _kind(asked), title=sent.title, body_html=sent.body_html, begins_at=begins)
    return Done(Say("The new version is kept beside the old ones.", "La nuova versione sta accanto alle vecchie."))


async def show_version(ctx: Context, asked: Asked) -> Sequence[Block]:
    """One version as it was promised, with its translations."""
    row = await _version(ctx, asked)
    known = await wordings(ctx.db, "policy", [row.id])
    rows = tuple(
        Row((language, known[row.id, language].title if (row.id, language) in known else None),
            to=f"versions/{row.id}/in/{language}")
        for language in await other_languages(ctx)
    )  # fmt: skip
    facts = Facts(
        (
            (Say("Policy", "Condizione"), Link(NAMES[row.kind], f"policies/{_slug(row.kind)}")),
            (Say("In force from", "In vigore dal"), row.begins_at),
        )
    )
    return [
        facts,
        Section(row.title, (Text(plain(row.body_html)),)),
        Section(Say("Translations", "Traduzioni"), (Table(LANGUAGES, rows, ""),)),
    ]


async def show_text(ctx: Context, asked: Asked) -> Sequence[Block]:
    """What a version says in another language."""
    row, language = await _version(ctx, asked), asked.parts.get("language", "")
    text = (await wordings(ctx.db, "policy", [row.id])).get((row.id, language))
    values = {"title": text.title or "", "body_html": text.body_html or ""} if text else {}
    facts = Facts(((Say("Language", "Lingua"), language), (Say("Version", "Versione"), _way(row))))
    form = Form("translate", TextForm, Say("Save the translation", "Salva la traduzione"), values)
    return [facts, form] if may(ctx) else [facts]


async def translate(ctx: Context, asked: Asked, sent: TextForm) -> Done:
    """Keep it in another language."""
    row = await _version(ctx, asked)
    sheet = TextSheet(title=sent.title, body_html=sent.body_html)
    await translating.translate_other(ctx, "policy", row.id, asked.parts.get("language", ""), sheet)
    return Done(Say("The translation is saved.", "La traduzione è stata salvata."), to=f"versions/{row.id}")


def _current(ctx: Context, versions: Sequence[VersionRow]) -> VersionRow | None:
    """The one in force: versions come the latest first."""
    return next((row for row in versions if row.begins_at <= ctx.now()), None)


def _state(ctx: Context, row: VersionRow, current: VersionRow | None) -> Badge:
    if row is current:
        return Badge(Say("In force", "In vigore"), "good")
    if row.begins_at > ctx.now():
        return Badge(Say("To come", "A venire"), "warning")
    return Badge(Say("Past", "Passata"))


def _kind(asked: Asked) -> str:
    kind = asked.parts.get("kind", "").replace("-", "_")
    if kind not in POLICIES:
        raise NotFound(what="The policy")
    return kind


def _slug(kind: str) -> str:
    return kind.replace("_", "-")


async def _version(ctx: Context, asked: Asked) -> VersionRow:
    key = key_in(asked, "The version")
    found = next((row for row in await policy_versions(ctx, POLICIES, most=400) if row.id == key), None)
    if found is None:
        raise NotFound(what="The version")
    return found


def _way(row: VersionRow) -> Link:
    return Link(row.title, f"versions/{row.id}")
