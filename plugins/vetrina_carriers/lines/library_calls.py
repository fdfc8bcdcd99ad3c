"""The carrier library (karrio), kept in its place: loaded late, in threads of its own, silent, calling by our way out.

It speaks HTTP by urllib without any deadline, and prints what it sends by loguru. Here its one request function is
replaced by one that hands the call to `outgoing`, whose rules and deadlines hold for it as for everything else.
"""

import asyncio
import io
import logging
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from inspect import CORO_CREATED, getcoroutinestate
from typing import Any, TypeVar
from urllib.error import HTTPError

from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.outgoing import Outgoing
from vetrina.ports import CarrierRefused
from vetrina_carriers.kinds import CarrierWhyNot
from vetrina_carriers.lines import NotBought

T = TypeVar("T")
LARGEST = 12 * 1024 * 1024
"""Bytes of an answer: labels of several parcels, with invoices."""
SHOWN = 300
_POOL = ThreadPoolExecutor(max_workers=6, thread_name_prefix="carrier")
"""Threads of its own: a carrier that hangs keeps nobody else waiting."""
_here = threading.local()
log = logging.getLogger(__name__)


class Exchange:
    """What one question to a carrier has come to so far: for whom it calls, until when, and what was answered last."""

    def __init__(self, outgoing: Outgoing, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._outgoing, self._loop = outgoing, loop
        self._ends = time.monotonic() + seconds
        self.status = 0
        """Of the last answer; 0 while there was none."""
        self.body = b""
        self.begun = False
        """Whether anything was sent."""

    def call(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> bytes:
        """Call from a thread, which may outlive the shop; the answer's bytes.

        Raises Unavailable for 5xx, 429 and silence, and once the shop has stopped.
        """
        self.begun = True
        left = max(self._ends - time.monotonic(), 0.05)
        calling = self._outgoing.call(method, url, deadline=left, headers=headers, content=content, largest=LARGEST)
        try:
            reply = asyncio.run_coroutine_threadsafe(calling, self._loop).result(left + 1.0)
        except TimeoutError as silence:
            raise Unavailable("the carrier does not answer") from silence
        except RuntimeError as closed:
            if not self._loop.is_closed():
                raise
            raise Unavailable("the shop has stopped") from closed
        finally:
            if self._loop.is_closed() and getcoroutinestate(calling) == CORO_CREATED:
                calling.close()
        self.status, self.body = reply.status, reply.body
        if reply.status >= 500 or reply.status == 429:
            raise Unavailable(f"the carrier answers {reply.status}")
        return reply.body


async def in_library(outgoing: Outgoing, seconds: float, work: Callable[[Any], T]) -> T:
    """Run work with the library's modules in a thread. Raises Unavailable, and CarrierRefused where it stumbles over
    the carrier's own refusal; whoever leaves before the end leaves the thread to its deadline.
    """
    loop = asyncio.get_running_loop()
    exchange = Exchange(outgoing, loop, seconds)
    try:
        return await asyncio.wait_for(loop.run_in_executor(_POOL, _run, exchange, work), seconds + 2.0)
    except TimeoutError as silence:
        raise Unavailable("the carrier does not answer") from silence


def _run(exchange: Exchange, work: Callable[[Any], T]) -> T:
    _here.exchange = exchange
    try:
        return work(library())
    except (Refusal, Unavailable):
        raise
    except Exception as stumble:  # whatever a carrier writes: the library trusts its every field
        said = exchange.body[:SHOWN].decode(errors="replace").replace("\0", " ")
        log.warning("the carrier library stumbled: %s over an answer of status %s", type(stumble).__name__,
                    exchange.status)  # fmt: skip
        if 400 <= exchange.status < 500:
            raise CarrierRefused(why_of(exchange.status, said), said or f"HTTP {exchange.status}") from None
        if not exchange.begun:
            raise NotBought("the carrier library cannot put this into words") from None
        raise Unavailable("the carrier's answer makes no sense") from None
    finally:
        del _here.exchange


@cache
def library() -> Any:
    """The library's entrance, silenced and with our way out. It takes two seconds the first time."""
    with _loading:
        import_module("loguru").logger.disable("karrio")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it takes along is not kept any more, and says so
            karrio = import_module("karrio.sdk")
            for provider in ("mydhl", "ups"):
                import_module(f"karrio.mappers.{provider}")
        # It lets pictures that are cut off pass for whole ones, in the whole process: the shop refuses them.
        pictures: Any = import_module("PIL.ImageFile")
        pictures.LOAD_TRUNCATED_IMAGES = False
        lib: Any = import_module("karrio.lib")
        lib.request = _request
        lib.run_concurently = _one_by_one
        return karrio


_loading = threading.Lock()


def models() -> Any:
    """The library's own words for addresses, parcels and questions."""
    return import_module("karrio.core.models")


def _request(
    decoder: Callable[[bytes], Any] | None = None,
    on_ok: Callable[[Any], Any] | None = None,
    on_error: Callable[[Any], Any] | None = None,
    **asked: Any,
) -> Any:
    """In place of the library's own: answers a body decoded, an error's body too, as its mappers expect."""
    exchange: Exchange = _here.exchange
    url, data = str(asked["url"]), asked.get("data")
    content = data.encode() if isinstance(data, str) else data
    body = exchange.call(str(asked.get("method", "POST")), url, asked.get("headers") or {}, content)
    if exchange.status >= 400:
        if on_error is None:
            return body.decode(errors="replace")
        return on_error(HTTPError(url, exchange.status, "refused", None, io.BytesIO(body)))  # pyright: ignore[reportArgumentType]
    if on_ok is not None:
        return on_ok(io.BytesIO(body))
    return body.decode(errors="replace") if decoder is None else decoder(body)


def _one_by_one(predicate: Callable[[Any], Any], sequence: list[Any], max_workers: int = 1) -> list[Any]:
    """In place of threads of threads: an exchange belongs to one."""
    return [predicate(item) for item in sequence]


def why_of(status: int, said: str) -> CarrierWhyNot:
    """What a refusal is about, by its status and words; carriers write their codes in English."""
    words = said.casefold()
    if status in (401, 403) or any(word in words for word in ("credential", "unauthor", "account number", "token")):
        return "ACCOUNT"
    for why, signs in _SIGNS:
        if any(sign in words for sign in signs):
            return why
    return "CONTENTS"


_SIGNS: tuple[tuple[CarrierWhyNot, tuple[str, ...]], ...] = (
    ("ADDRESS", ("postal", "postcode", "post_code", "zip", "address", "city", "country", "consignee", "receiver",
                 "ship to", "shipto")),
    ("PARCEL", ("weight", "dimension", "package", "parcel", "length", "girth")),
    ("SERVICE", ("service", "product")),
)  # fmt: skip
