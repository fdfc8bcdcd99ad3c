"""A mail server connected to, at the very address that was checked, encrypted and signed in to."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

import msgspec

from vetrina.kernel.errors import Refusal
from vetrina.kernel.outgoing import Unreachable
from vetrina.plugin import Context

if TYPE_CHECKING:
    from aiosmtplib import SMTP

Security = Literal["starttls", "tls", "none"]
PATIENCE = 8.0
"""Seconds that connecting, and each command, may take."""


class ServerRefuses(Refusal):
    """The mail server was tried and would not send. Facts: reason."""

    code = "MAIL_SERVER_REFUSES"
    text = "The mail server cannot be used: {reason}"
    texts = {"it": "Il server di posta non è utilizzabile: {reason}"}


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server is, and as whom it is spoken to."""

    host: str
    port: int
    security: Security
    username: str
    password: str

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"


@asynccontextmanager
async def connected(ctx: Context, server: Server) -> AsyncGenerator["SMTP"]:
    """A server that takes mails. Raises ServerRefuses until it does."""
    import aiosmtplib

    outgoing = ctx.shop.outgoing
    try:
        trust = None if server.security == "none" else await outgoing.trusted()
        client = aiosmtplib.SMTP(
            hostname=server.host,
            username=server.username or None,
            password=server.password or None,
            timeout=PATIENCE,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=trust,
            sock=await outgoing.connect(server.host, server.port, deadline=PATIENCE),
        )
        await client.connect()
    except Unreachable as error:
        raise ServerRefuses(reason=error.reason) from error
    except Refusal as refusal:
        raise ServerRefuses(reason=str(refusal)) from refusal
    except (aiosmtplib.SMTPException, OSError) as error:
        raise ServerRefuses(reason=_told(error)) from error
    try:
        yield client
    finally:
        client.close()


def _told(error: Exception) -> str:
    """What the server said; a password is in none of its answers."""
    said = str(error).strip()
    return f"{type(error).__name__}: {said}"[:300] if said else type(error).__name__
