"""The calls themselves: a name is looked up once, checked, and the very address that was checked is connected to."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from ipaddress import ip_address
from socket import AF_INET, AF_INET6, SOCK_STREAM, socket
from typing import TYPE_CHECKING, cast
from urllib.parse import urljoin

import msgspec

from vetrina.kernel.db.session import open_transaction
from vetrina.kernel.errors import Fault, Unavailable
from vetrina.kernel.outgoing.addresses import ForbiddenAddress, Target, is_public, read_target

if TYPE_CHECKING:
    import ssl

    import httpx

LARGEST = 1024 * 1024
"""Bytes of an answer that are read if the caller does not say otherwise."""
LOOK_UP = 5.0
"""Seconds that looking up a name may take where nothing is called."""
AGENT = "Vetrina"
ELSEWHERE = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a name and a port to IP addresses as text; raises OSError when there are none."""


class Unreachable(Unavailable):
    """Nobody answered, or not in time; `reason` names neither address nor content."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Reply(msgspec.Struct, frozen=True):
    """What came back; header names are in lower case. `is_whole` is false where the body was cut at its limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool


async def look_up(host: str, port: int) -> Sequence[str]:
    """Ask the machine's own resolver, away from the loop."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Outgoing:
    """Calls the outside world. One per Runtime; it holds no connection open between calls.

    `exceptions` are places (host:port, as a URL writes them) that may be called although they are private. Tests
    give a resolver, a transport of httpx's, and whose certificates to trust.
    """

    def __init__(
        self,
        exceptions: Iterable[str] = (),
        *,
        resolve: Resolve = look_up,
        transport: "httpx.AsyncBaseTransport | None" = None,
        trust: "ssl.SSLContext | None" = None,
    ) -> None:
        self._exceptions = frozenset(place.lower() for place in exceptions)
        self._resolve = resolve
        self._transport = transport
        self._trusted = trust

    async def check(self, url: str, *, https_only: bool = False) -> None:
        """Say now whether a URL may be called. Raises ForbiddenAddress; Unreachable when its name is not known.

        `https_only` refuses http, except to places the operator named. Calls check again, each by itself.
        """
        _stay_out_of_transactions()
        target = read_target(url)
        if https_only and target.scheme != "https" and target.place not in self._exceptions:
            raise ForbiddenAddress(problem="it has to begin with https://", reason="https")
        async with _within(LOOK_UP):
            await self._addresses(target)

    async def call(
        self,
        method: str,
        url: str,
        *,
        deadline: float,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        largest: int = LARGEST,
        redirects: int = 0,
    ) -> Reply:
        """Call a URL; `deadline` is in seconds and for everything, `largest` in bytes of the answer as it was sent.

        A redirect is an answer like any other; so many as `redirects` says are followed instead, for GET only, each
        checked like the first, never from https to http, and without the caller's headers once it leaves the host.
        Raises ForbiddenAddress, Unreachable, and Fault inside a transaction.
        """
        _stay_out_of_transactions()
        target, sent = read_target(url), dict(headers or {})
        async with _within(deadline):
            while True:
                reply = await self._exchange(method, target, sent, content, largest)
                following = reply.headers.get("location") if reply.status in ELSEWHERE else None
                if following is None or not redirects or method != "GET":
                    return reply
                redirects -= 1
                further = read_target(urljoin(f"{target.scheme}://{target.authority}{target.path}", following))
                if target.scheme == "https" and further.scheme != "https":
                    raise ForbiddenAddress(problem="it leads from https to http", reason="https")
                if (further.scheme, further.place) != (target.scheme, target.place):
                    sent = {}
                target = further

    async def connect(self, host: str, port: int, *, deadline: float) -> socket:
        """A TCP connection for what speaks no HTTP, such as a mail server; the caller closes it.

        `deadline` is in seconds. Raises ForbiddenAddress, Unreachable, and Fault inside a transaction.
        """
        _stay_out_of_transactions()
        target = read_target(f"https://{f'[{host}]' if ':' in host else host}:{port}/")
        async with _within(deadline):
            failure: OSError | None = None
            for address in await self._addresses(target):
                opened = socket(AF_INET6 if ":" in address else AF_INET, SOCK_STREAM)
                opened.setblocking(False)
                try:
                    await asyncio.get_running_loop().sock_connect(opened, (address, port))
                except OSError as error:
                    opened.close()
                    failure = error  # the name may have another address that answers
                except BaseException:
                    opened.close()
                    raise
                else:
                    return opened
            raise Unreachable(_told(failure)) from failure

    async def trusted(self) -> "ssl.SSLContext":
        """Whose certificates are believed, for a connection of `connect`."""
        return await self._trust()

    async def _exchange(
        self, method: str, target: Target, headers: Mapping[str, str], content: bytes | None, largest: int
    ) -> Reply:
        if "httpx" not in sys.modules:
            # A shop that calls nobody starts without it; loaded here, it would hold up the loop for 0.2 s.
            await asyncio.to_thread(import_module, "httpx")
        import httpx

        failure: httpx.TransportError | None = None
        trust = await self._trust() if target.scheme == "https" else False
        sent = {"user-agent": AGENT, "accept-encoding": "identity", **headers, "host": target.authority}
        # The certificate is to be the name's, though the address is what is connected to.
        extensions = {} if target.is_numeric else {"sni_hostname": target.host}
        for address in await self._addresses(target):
            client = httpx.AsyncClient(transport=self._transport, verify=trust, trust_env=False, timeout=None)
            url = httpx.URL(scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode())
            try:
                async with (
                    client,
                    client.stream(method, url, content=content, headers=sent, extensions=extensions) as response,
                ):
                    body, is_whole = await _read(response, largest)
                    return Reply(response.status_code, dict(response.headers), body, is_whole)
            except httpx.ConnectError as error:
                failure = error  # the name may have another address that answers
            except httpx.TransportError as error:
                raise Unreachable(_told(error)) from error
        raise Unreachable(_told(failure)) from failure

    async def _addresses(self, target: Target) -> Sequence[str]:
        """What the target's host leads to, looked up once. One private address among them refuses all."""
        try:
            found = [target.host] if target.is_numeric else await self._resolve(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise Unreachable("its name is not known") from error
        if target.place not in self._exceptions and not all(is_public(ip_address(address)) for address in found):
            raise ForbiddenAddress(
                problem="it is, or leads to, an address that is not of the open internet", reason="private"
            )
        if not found:
            raise Unreachable("its name leads nowhere")
        return found

    async def _trust(self) -> "ssl.SSLContext":
        """Reading the authorities takes 20 ms: once, beside the loop, and only when somebody is called by https."""
        import httpx

        if self._trusted is None:
            self._trusted = await asyncio.to_thread(httpx.create_ssl_context)
        return self._trusted


@asynccontextmanager
async def _within(seconds: float) -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Unreachable(f"no answer within {seconds:g} seconds") from error


def _stay_out_of_transactions() -> None:
    if open_transaction.get():
        raise Fault("somebody outside was called inside a transaction")


async def _read(response: "httpx.Response", largest: int) -> tuple[bytes, bool]:
    """The body as it was sent, whether it is packed or not: unpacking could make a mountain of a byte."""
    body = bytearray()
    async for piece in cast("httpx.AsyncByteStream", response.stream):
        body += piece
        if len(body) > largest:
            return bytes(body[:largest]), False
    return bytes(body), True


def _told(error: Exception | None) -> str:
    """What went wrong, in a line: the class says what kind it is, the text what the machine said."""
    said = str(error).strip()
    return f"{type(error).__name__}: {said}"[:300] if said else type(error).__name__
