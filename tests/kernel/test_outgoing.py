"""Calls go where they may: hostile addresses, rebinding names and redirects end before a byte is sent."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Fault
from vetrina.kernel.outgoing import ForbiddenAddress, Outgoing, Unreachable, calling, is_public
from vetrina.kernel.settings import Settings

PUBLIC = "93.184.216.34"
OPEN = (
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
)
CLOSED = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "169.254.169.254", "192.0.0.8", "198.18.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "203.0.113.9", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1",
    "fc00::1", "fd00:ec2::254", "ff02::1", "2002:7f00:1::", "2002:808:808::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "2001::1", "2001:db8::1", "100::1", "fec0::1", "4000::1",
)  # fmt: skip
HOSTILE = (
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/",
    "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.0x1/", "http://127.0.0.1./", "http://0/",
    "http://0.0.0.0/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/",
    "http://169.254.169.254/latest/meta-data/", "http://user@127.0.0.1/", "http://shop.example@127.0.0.1/",
    "http://127.0.0.1@shop.example/", "http://shop.example:80@127.0.0.1/", "http://shop.example\\@127.0.0.1/",
    "http://127.0.0.1\\.shop.example/", "http://127.0.0.1%2f.shop.example/", "http://127.0.0.1%00.shop.example/",
    "http://127.0.0.1\t.shop.example/", "http://shop.example\r\nhost: x/", "http:// 127.0.0.1/", " http://shop.example",
    "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/", "http://127\u30020\u30020\u30021/", "http://shop.example:99999/",
    "http://[127.0.0.1]/", "http://[::1/", "http://", "http:///x", "//shop.example/", "shop.example", "",
    "ftp://shop.example/", "file:///etc/passwd", "gopher://shop.example/", "javascript:alert(1)",
    "http://localhost/", "http://LOCALHOST./", "http://inside.example/", "http://both.example/",
    "http://a..b/", "http://-a.example/", "http://shop.example/" + "x" * 2_048,
)  # fmt: skip


class Names:
    """A resolver that answers what it is told; several answers are given one after the other."""

    def __init__(self, **more: Sequence[Sequence[str]]) -> None:
        self.asked: list[str] = []
        self.known: dict[str, Sequence[Sequence[str]]] = {
            "shop.example": [[PUBLIC]], "localhost": [["127.0.0.1", "::1"]], "inside.example": [["10.0.0.7"]],
            "both.example": [[PUBLIC, "127.0.0.1"]], "rebinding.example": [[PUBLIC], ["127.0.0.1"]],
            "nowhere.example": [[]],
        } | {name.replace("_", "."): answers for name, answers in more.items()}  # fmt: skip

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        answers = self.known[host]
        answer = answers[min(self.asked.count(host), len(answers) - 1)]
        self.asked.append(host)
        return answer


class World:
    """What stands behind every address: writes down who was called, and answers what it is told."""

    def __init__(self) -> None:
        self.calls: list[httpx.Request] = []
        self.redirects: dict[str, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        target = self.redirects.get(f"{request.headers['host']}{request.url.path}")
        return httpx.Response(302, headers={"location": target}) if target else httpx.Response(200, content=b"hello")


@pytest.fixture
def world() -> World:
    return World()


def outgoing(world: World, names: Names | None = None, exceptions: Sequence[str] = ()) -> Outgoing:
    return Outgoing(exceptions, resolve=names or Names(), transport=httpx.MockTransport(world))


def test_addresses_of_the_open_internet_are_told_from_all_others() -> None:
    assert [text for text in OPEN if not is_public(ip_address(text))] == []
    assert [text for text in CLOSED if is_public(ip_address(text))] == []


async def test_a_hostile_url_is_refused_and_nobody_called(world: World) -> None:
    careful, passed = outgoing(world), list[str]()
    for url in HOSTILE:
        for asking in (careful.check(url), careful.call("GET", url, deadline=1)):
            try:
                await asking
            except ForbiddenAddress as refusal:
                assert refusal.code == "FORBIDDEN_ADDRESS"
                assert "127.0.0.1" not in refusal.message
            else:
                passed.append(url)
    assert (passed, world.calls) == ([], [])


async def test_without_the_guard_they_arrive(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: what the table is refused for is the check of the address, and no accident."""
    monkeypatch.setattr(calling, "is_public", bool)
    careless = outgoing(world)
    for url in ("http://127.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/", "http://localhost/"):
        await careless.call("GET", url, deadline=1)
    assert [call.url.host for call in world.calls] == ["127.0.0.1", "::ffff:7f00:1", "169.254.169.254", "127.0.0.1"]


async def test_the_address_that_was_checked_is_the_one_connected_to(world: World) -> None:
    names = Names()
    careful = outgoing(world, names)
    await careful.call("POST", "https://rebinding.example:8443/hook?a=b", deadline=1, content=b"{}")
    (call,) = world.calls
    assert str(call.url) == f"https://{PUBLIC}:8443/hook?a=b"
    assert call.headers["host"] == "rebinding.example:8443"
    assert call.extensions["sni_hostname"] == "rebinding.example"
    assert names.asked == ["rebinding.example"], "a second look-up could have been answered otherwise"
    with pytest.raises(ForbiddenAddress):
        await careful.call("GET", "https://rebinding.example:8443/", deadline=1)
    assert len(world.calls) == 1


async def test_an_exception_holds_for_one_place_alone(world: World) -> None:
    permissive = outgoing(world, exceptions=["localhost:8080", "[::1]:90", "inside.example:443"])
    for url in ("http://LocalHost:8080/", "http://[0:0::1]:90/", "https://inside.example/"):
        await permissive.call("GET", url, deadline=1)
    assert [call.headers["host"] for call in world.calls] == ["localhost:8080", "[::1]:90", "inside.example"]
    for url in ("http://localhost/", "http://127.0.0.1:8080/", "http://[::1]/", "http://inside.example/"):
        with pytest.raises(ForbiddenAddress):
            await permissive.call("GET", url, deadline=1)
    assert Settings(private_addresses=("erp.internal:8080", "[::1]:90")).private_addresses[0] == "erp.internal:8080"
    with pytest.raises(ValueError, match="private_addresses"):
        Settings(private_addresses=("http://erp.internal",))


async def test_https_may_be_asked_for(world: World) -> None:
    careful = outgoing(world, exceptions=["inside.example:80"])
    await careful.check("http://shop.example/")
    await careful.check("https://shop.example/", https_only=True)
    await careful.check("http://inside.example/", https_only=True)
    with pytest.raises(ForbiddenAddress, match="https"):
        await careful.check("http://shop.example/", https_only=True)


@pytest.mark.parametrize(
    ("first", "location"),
    [
        ("http://shop.example/", "http://169.254.169.254/latest/meta-data/"),
        ("http://shop.example/", "//127.0.0.1/"),
        ("http://shop.example/", "http://rebinding.example/again"),
        ("http://shop.example/", "file:///etc/passwd"),
        ("https://shop.example/", "http://shop.example/plain"),
    ],
)
async def test_a_redirect_is_checked_like_the_first_address(world: World, first: str, location: str) -> None:
    names = Names(rebinding_example=[["10.0.0.7"]])
    world.redirects["shop.example/"] = location
    with pytest.raises(ForbiddenAddress):
        await outgoing(world, names).call("GET", first, deadline=1, redirects=3)
    assert len(world.calls) == 1


async def test_redirects_are_answers_unless_they_are_asked_for(world: World) -> None:
    world.redirects |= {"shop.example/": "/next", "shop.example/next": "http://other.example/"}
    careful = outgoing(world, Names(other_example=[["8.8.8.8"]]))
    secret = {"authorization": "Bearer secret"}
    assert (await careful.call("GET", "http://shop.example/", deadline=1)).status == 302
    assert (await careful.call("POST", "http://shop.example/", deadline=1, redirects=5)).status == 302
    assert (await careful.call("GET", "http://shop.example/", deadline=1, redirects=1)).status == 302
    world.calls.clear()
    assert (await careful.call("GET", "http://shop.example/", deadline=1, redirects=2, headers=secret)).body == b"hello"
    assert [call.headers.get("authorization") for call in world.calls] == ["Bearer secret", "Bearer secret", None]


async def test_nobody_is_called_inside_a_transaction(ctx: Context, world: World) -> None:
    async with ctx.tx():
        with pytest.raises(Fault, match="inside a transaction"):
            await outgoing(world).call("GET", "https://shop.example/", deadline=1)
        with pytest.raises(Fault, match="inside a transaction"):
            await outgoing(world).check("https://shop.example/")
    assert world.calls == []


@asynccontextmanager
async def server(answer: bytes, trust: ssl.SSLContext | None = None) -> AsyncGenerator[tuple[int, list[bytes]]]:
    """A server on loopback that says the same to everybody, and never hangs up; its port and what it heard."""
    heard, leaving = list[bytes](), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await asyncio.wait([asyncio.create_task(leaving.wait()), asyncio.create_task(reader.read())])
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=trust)
    try:
        yield listening.sockets[0].getsockname()[1], heard
    finally:
        leaving.set()
        listening.close()
        await listening.wait_closed()


def head(**headers: Any) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode()


async def test_an_answer_is_read_up_to_its_limit_and_its_deadline() -> None:
    async with server(head(content_length=8, content_encoding="gzip") + b"12345678") as (port, heard):
        place = f"127.0.0.1:{port}"
        calls = Outgoing([place])
        whole = await calls.call("POST", f"http://{place}/hook", deadline=5, content=b"", headers={"webhook-id": "1"})
        assert (whole.status, whole.body, whole.is_whole) == (200, b"12345678", True)
        cut = await calls.call("GET", f"http://{place}/", deadline=5, largest=3)
        assert (cut.body, cut.is_whole) == (b"123", False)
    assert heard[0].startswith(b"POST /hook HTTP/1.1\r\n")
    assert {b"webhook-id: 1", b"user-agent: vetrina", b"accept-encoding: identity"} <= {
        *heard[0].lower().split(b"\r\n")
    }
    async with server(head(content_length=8) + b"1234") as (port, _):
        with pytest.raises(Unreachable, match=r"no answer within 0\.05 seconds"):
            await Outgoing([f"127.0.0.1:{port}"]).call("GET", f"http://127.0.0.1:{port}/", deadline=0.05)
    for place, reason in ((f"127.0.0.1:{port}", "ConnectError"), ("nowhere.example:80", "leads nowhere")):
        with pytest.raises(Unreachable, match=reason):
            await Outgoing([place], resolve=Names()).call("GET", f"http://{place}/", deadline=5)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A key with a certificate for hooks.example, in one file; and the certificate."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks")])
    since = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, since, since + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path, pem = tmp_path_factory.mktemp("papers") / "papers.pem", certificate.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain) + pem)
    return path, pem


@pytest.fixture
async def secure(papers: tuple[Path, bytes]) -> AsyncIterator[int]:
    """A server that shows that certificate; its port."""
    showing = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    showing.load_cert_chain(papers[0])
    async with server(head(content_length=2) + b"ok", showing) as (port, _):
        yield port


async def test_a_certificate_is_asked_for_by_name_though_the_address_is_connected_to(
    papers: tuple[Path, bytes], secure: int
) -> None:
    trust = ssl.create_default_context(cadata=papers[1].decode())
    names = Names(hooks_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]])
    places = [f"{name}:{secure}" for name in ("hooks.example", "other.example", "127.0.0.1")]
    calls = Outgoing(places, resolve=names, trust=trust)
    assert (await calls.call("GET", f"https://{places[0]}/", deadline=5)).body == b"ok"
    for place in places[1:]:
        with pytest.raises(Unreachable, match="certificate"):
            await calls.call("GET", f"https://{place}/", deadline=5)
    with pytest.raises(Unreachable, match="certificate"):
        await Outgoing(places, resolve=names).call("GET", f"https://{places[0]}/", deadline=5)
