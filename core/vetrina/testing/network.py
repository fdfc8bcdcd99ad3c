"""No network: whoever wants to leave this computer is refused, and told what to do instead."""

import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from unittest import mock

LOOPBACK = frozenset({"localhost", "", None})


class NetworkRefused(Exception):
    """A test tried to reach another computer."""

    def __init__(self, place: Any) -> None:
        super().__init__(f"a test tried to reach {place}: play back a recorded answer, see vetrina.testing.recorded")


@contextmanager
def no_network() -> Generator[None]:
    """Refuse every connection and every name that is not loopback, as long as the block lasts. Raises NetworkRefused.

    It stands in Python's own `socket`, so it sees httpx and what vendors' SDKs are made of; it does not see what a
    library written in C opens by itself.
    """
    with (
        mock.patch.multiple(
            socket.socket,
            connect=_guarded(socket.socket.connect),
            connect_ex=_guarded(socket.socket.connect_ex),
            sendto=_guarded(socket.socket.sendto),
        ),
        mock.patch.object(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo)),
    ):
        yield


def is_near(host: Any) -> bool:
    """Whether a host is this computer: loopback, by name or by address."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in LOOPBACK:
        return True
    try:
        return ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]  # of sendto, too, the last
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_near(address[0]):
            self.close()  # those who connect close what fails with an OSError only
            raise NetworkRefused(f"{address[0]}:{address[1]}")
        return method(self, *arguments)

    return guarded


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *arguments: Any, **options: Any) -> Any:
        if not is_near(host) and not _is_address(host):
            raise NetworkRefused(host.decode() if isinstance(host, bytes) else host)
        return lookup(host, *arguments, **options)

    return guarded


def _is_address(host: Any) -> bool:
    """An address is looked up without asking anybody."""
    try:
        ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return True
