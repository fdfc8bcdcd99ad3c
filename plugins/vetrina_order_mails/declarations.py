"""What the plugin declares: whether its mails arrive, and words of the demo's own. It holds nothing about people."""

from datetime import timedelta

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, DemoRows, HealthCheck, Say
from vetrina.plugin.declarations import Declaration
from vetrina.ports import MailProvider
from vetrina.views.mails import lost_mails
from vetrina_order_mails.demo import show_off
from vetrina_order_mails.flows.telling import PREFIX

LOOK_BACK = timedelta(days=7)


class MailsLost(Refusal):
    """People wait for mails in vain."""

    code = "ORDER_MAILS_LOST"
    text = "{count} mails of the last seven days reached nobody, the latest {names}: {error}"
    texts = {
        "it": "{count} mail degli ultimi sette giorni non sono arrivate a nessuno, le più recenti {names}: {error}"
    }


class NobodySends(Refusal):
    """Mails are written, and wait."""

    code = "NOBODY_SENDS"
    text = "No plugin sends mail: switch one on, such as smtp."
    texts = {"it": "Nessun plugin invia mail: attivane uno, per esempio smtp."}


def declarations() -> list[Declaration]:
    """A check, and rows for the demo."""
    return [
        HealthCheck("arriving", Say("Mails about orders are sent", it="Le mail sugli ordini partono"), arriving),
        DemoRows(show_off),
    ]


async def arriving(ctx: Context) -> None:
    """Raises NobodySends, or MailsLost for what was refused or tried in vain."""
    if not ctx.ports.all(MailProvider):
        raise NobodySends
    lost = await lost_mails(ctx.db, prefix=PREFIX, since=ctx.now() - LOOK_BACK)
    if lost:
        names = ", ".join(row.key.removeprefix(PREFIX) for row in lost[:3])
        raise MailsLost(count=len(lost), names=names, error=(lost[0].error or "parked")[:200])
