"""Whether mails can be sent now."""

from collections.abc import Awaitable, Callable

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, Say
from vetrina_smtp.settings import SmtpSettings

TITLE = Say("The mail server takes mails", it="Il server di posta accetta le mail")


class NoServer(Refusal):
    """Nothing is sent while no server is named."""

    code = "NO_MAIL_SERVER"
    text = "No mail server is named: mails wait. Name one in the settings of this plugin."
    texts = {
        "it": "Non è indicato alcun server di posta: le mail attendono. Indicane uno nelle impostazioni di questo "
        "plugin.",
    }


def check(settings: SmtpSettings) -> Callable[[Context], Awaitable[None]]:
    """How it is found out: by connecting and signing in, as for a mail."""

    async def reach(ctx: Context) -> None:
        if not settings.host:
            raise NoServer
        await settings.check(ctx)

    return reach
