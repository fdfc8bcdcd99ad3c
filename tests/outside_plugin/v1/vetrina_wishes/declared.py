"""What the plugin declares: its health, its key figure, what it holds about people."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete

from vetrina.kernel.db import Session
from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, HealthCheck, Kpi, Period, Person, PersonalData, Say
from vetrina.plugin.declarations import Declaration
from vetrina_wishes import views
from vetrina_wishes.models import WishesWish
from vetrina_wishes.settings import WishesSettings


class NobodySends(Refusal):
    """Wishes are written down, and nobody is told."""

    code = "NOBODY_SENDS"
    text = "There is no key of the mailing service in the settings."
    texts = {"it": "Nelle impostazioni manca la chiave del servizio di posta."}


def declarations(settings: WishesSettings) -> list[Declaration]:
    """One of each."""

    async def can_send(ctx: Context) -> None:
        if not settings.key.get_secret_value():
            raise NobodySends

    return [
        HealthCheck("mail", Say("Letters can be sent", it="Si possono spedire lettere"), can_send),
        Kpi(
            "wishes.made",
            Say("Wishes", it="Desideri"),
            Say("Wishes made in the period", it="Desideri espressi nel periodo"),
            "count",
            made,
        ),
        PersonalData("wishes", Say("What somebody wishes for", it="Che cosa desidera una persona"), export, erase),
    ]


async def made(ctx: Context, period: Period) -> int:
    """Wishes made in the period."""
    return await views.made_between(ctx.db, period.start, period.end)


async def export(ctx: Context, person: Person) -> Mapping[str, Any]:
    """Products and when they were wished for."""
    found = await views.wishes_of(ctx.db, [email.lower() for email in person.emails])
    return {"wishes": [{"product": row.product_id, "at": row.at.isoformat()} for row in found]}


async def erase(ctx: Context, session: Session, person: Person) -> int:
    """Forget them; the number of wishes."""
    emails = [email.lower() for email in person.emails]
    return await session.execute(delete(WishesWish).where(WishesWish.email.in_(emails)))
