"""Mail by SMTP, against a server in this process: encrypted, signed in, refused, never to a place of somebody's own."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr, ValidationError

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.outgoing import Outgoing
from vetrina.ports import Attachment, MailProvider, MailRefused
from vetrina.testing.mail import MailProviderContract
from vetrina_smtp import health
from vetrina_smtp.connecting import Security, ServerRefuses
from vetrina_smtp.provider import SmtpMail
from vetrina_smtp.settings import SmtpSettings

LETTER = MailProviderContract.letter
PASSWORD = "a-password-of-the-server"


class Server:
    """A mail server on loopback; `answers` are given instead of taking a recipient, `data` instead of a mail."""

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.answers: dict[str, str] = {}
        self.data = "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.data.startswith("250"):
            message = message_from_bytes(cast(bytes, envelope.content), policy=default)
            self.taken.append(([str(to) for to in envelope.rcpt_tos], message))
        return self.data

    def settings(self, security: Security = "none", **more: Any) -> SmtpSettings:
        return SmtpSettings(host="localhost", port=self.port, security=security, sender="shop@bottega.example", **more)


def signed_in(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    return AuthResult(success=given.password == PASSWORD.encode(), handled=False)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A certificate for localhost, and the authority that would vouch for it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    since = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, since, since + timedelta(days=36_500))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    path = tmp_path_factory.mktemp("papers") / "mail.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + certificate)
    return path, certificate


async def listening(server: Server, **more: Any) -> AsyncIterator[Server]:
    loop, is_tls = asyncio.get_running_loop(), more.pop("ssl", None)
    listener = await loop.create_server(lambda: SMTP(server, loop=loop, **more), "127.0.0.1", 0, ssl=is_tls)
    server.port = listener.sockets[0].getsockname()[1]
    yield server
    listener.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async for opened in listening(Server(), enable_SMTPUTF8=False):
        yield opened


@pytest.fixture
async def safe(papers: tuple[Path, bytes]) -> AsyncIterator[Server]:
    """The same with STARTTLS, and a password that is asked for."""
    async for opened in listening(
        Server(), tls_context=_of(papers), require_starttls=True, auth_required=True, authenticator=signed_in
    ):
        yield opened


def _of(papers: tuple[Path, bytes]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(papers[0])
    return context


def near(ctx: Context, server: Server, papers: tuple[Path, bytes] | None = None) -> Context:
    """A context whose operator has named the server, and trusts its certificate."""
    trust = ssl.create_default_context(cadata=papers[1].decode()) if papers is not None else None
    outgoing = Outgoing([f"localhost:{server.port}"], trust=trust)
    return msgspec.structs.replace(ctx, shop=msgspec.structs.replace(ctx.shop, outgoing=outgoing))


@pytest.mark.embedded
class TestSmtp(MailProviderContract):
    @pytest.fixture
    def ctx(self, ctx: Context, server: Server) -> Context:
        self._server = server
        return near(ctx, server)

    def provider(self) -> MailProvider:
        return SmtpMail(self._server.settings())

    async def arrived(self, ctx: Context, provider: MailProvider) -> Sequence[tuple[str, str]]:
        return [(to[0], str(message["subject"])) for to, message in self._server.taken]


@pytest.mark.embedded
async def test_a_mail_travels_encrypted_by_who_signed_in(
    ctx: Context, safe: Server, papers: tuple[Path, bytes]
) -> None:
    ctx = near(ctx, safe, papers)
    settings = safe.settings("starttls", username="shop", password=SecretStr(PASSWORD))
    await settings.check(ctx)
    await health.check(settings)(ctx)
    pdf = Attachment("invoice-12-2026.pdf", "application/pdf", b"%PDF-1.7 \x00\xff\r\n.\r\n")
    await SmtpMail(settings).send(ctx, msgspec.structs.replace(LETTER, attachments=(pdf,)))
    [(to, message)] = safe.taken
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in message.iter_parts()] == ["multipart/alternative", "application/pdf"]
    [file] = message.iter_attachments()
    assert (file.get_filename(), file.get_content_disposition(), file.get_content()) == (
        pdf.name, "attachment", pdf.content,
    )  # fmt: skip
    assert to == ["buyer@example.org"]
    assert str(message["From"]) == '"Bottega, di prova" <shop@bottega.example>'
    assert (message["Message-ID"], message["Reply-To"]) == (LETTER.message_id, "shop@example.org")
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "it")
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert (text.get_content().splitlines(), html.get_content().strip()) == (LETTER.text.splitlines(), LETTER.html)

    wrong = safe.settings("starttls", username="shop", password=SecretStr("another"))
    with pytest.raises(ServerRefuses, match="535") as refused:
        await wrong.check(ctx)
    assert "another" not in str(refused.value)
    with pytest.raises(Unavailable):
        await SmtpMail(wrong).send(ctx, LETTER)
    with pytest.raises(ServerRefuses, match=r"(?i)certificate"):
        await settings.check(near(ctx, safe))


@pytest.mark.embedded
async def test_answers_for_good_are_told_from_those_for_now(ctx: Context, server: Server) -> None:
    ctx, provider = near(ctx, server), SmtpMail(server.settings())
    server.answers = {"gone@example.org": "550 no such user", "busy@example.org": "450 come back"}
    for to, expected in (("gone@example.org", MailRefused), ("busy@example.org", Unavailable)):
        with pytest.raises(expected, match=server.answers[to][:3]):
            await provider.send(ctx, msgspec.structs.replace(LETTER, to=to))
    with pytest.raises(MailRefused, match="ASCII"):
        await provider.send(ctx, msgspec.structs.replace(LETTER, to="perché@example.org"))
    await provider.send(ctx, msgspec.structs.replace(LETTER, to="a@città.example"))
    assert [to for to, _ in server.taken] == [["a@xn--citt-3na.example"]]
    server.data = "451 try later"
    with pytest.raises(Unavailable, match="451"):
        await provider.send(ctx, LETTER)
    with pytest.raises(MailRefused, match="header"):
        await provider.send(ctx, msgspec.structs.replace(LETTER, subject="x\r\nBcc: two@example.org"))


@pytest.mark.embedded
async def test_no_place_of_somebodys_own_is_connected_to(ctx: Context, server: Server) -> None:
    with pytest.raises(ServerRefuses, match="open internet"):
        await server.settings().check(ctx)  # nobody has named it in VETRINA_PRIVATE_ADDRESSES
    assert not server.taken
    with pytest.raises(health.NoServer):
        await health.check(SmtpSettings())(ctx)
    with pytest.raises(ServerRefuses, match="ConnectionRefused"):
        nobody = Server()
        nobody.port = 1
        await nobody.settings().check(near(ctx, nobody))


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "mail.example"},
        {"host": "mail.example", "sender": "a@b.example", "security": "none", "password": "x"},
        {"host": "mail.example\r\nQUIT", "sender": "a@b.example"},
        {"host": "mail.example", "sender": "a@b.example", "port": 70_000},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SmtpSettings.model_validate(wrong)
