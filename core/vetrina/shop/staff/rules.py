"""What may be granted, when a token or a session stands, which passwords do, how long a failed sign-in has to wait."""

import ipaddress
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from vetrina.kernel.errors import Refusal


class UnknownPermission(Refusal):
    """No such permission is declared. Facts: permission."""

    code = "UNKNOWN_PERMISSION"
    text = "There is no permission {permission}."


class CannotGrant(Refusal):
    """Nobody grants what he lacks. Facts: permission."""

    code = "CANNOT_GRANT"
    text = "You cannot grant {permission}: you do not have it yourself."


class NothingGranted(Refusal):
    """A token that may do nothing is a mistake."""

    code = "NOTHING_GRANTED"
    text = "Name at least one permission."


class ExpiresInThePast(Refusal):
    """A token that has expired before it is used is a mistake."""

    code = "EXPIRES_IN_THE_PAST"
    text = "The token would have expired already."


def grantable(wanted: Iterable[str], known: Collection[str], own: Collection[str] | None) -> tuple[str, ...]:
    """The permissions to grant, each once, in order. `own` is what the granter has; None for the shop itself.

    Raises UnknownPermission, CannotGrant, NothingGranted.
    """
    granted = tuple(sorted(set(wanted)))
    if not granted:
        raise NothingGranted(field=("permissions",))
    for permission in granted:
        if permission not in known:
            raise UnknownPermission(permission=repr(permission[:60]), field=("permissions",))
        if own is not None and permission not in own:
            raise CannotGrant(permission=permission, field=("permissions",))
    return granted


def stands(expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> bool:
    """Whether a token may be used now."""
    return revoked_at is None and (expires_at is None or now < expires_at)


KEEPER = "staff.write"
"""Whoever has it can put right what is wrong with everybody's permissions; somebody always does."""


class AlreadyEnrolled(Refusal):
    """An address belongs to one person."""

    code = "ALREADY_ENROLLED"
    text = "Somebody works here with this address already."


class MayMore(Refusal):
    """Whoever could change a person who may more could give himself the same. Facts: permission."""

    code = "MAY_MORE"
    text = "You cannot change this person, who may {permission} and you may not."


class OwnAccess(Refusal):
    """Nobody locks himself out."""

    code = "OWN_ACCESS"
    text = "You cannot take your own access away; somebody else has to."


class LastKeeper(Refusal):
    """Somebody has to be able to let people in."""

    code = "LAST_KEEPER"
    text = "Nobody would be left who can sign in and manage the staff."


class OwnPassword(Refusal):
    """One's own password is changed by who knows the old one."""

    code = "OWN_PASSWORD"
    text = "Change your own password in your account, where the old one is asked for."


class Standing(NamedTuple):
    """What a person may, and whether he may come in at all."""

    permissions: frozenset[str]
    is_active: bool
    has_password: bool

    @property
    def keeps(self) -> bool:
        return self.is_active and self.has_password and KEEPER in self.permissions


def check_change(
    before: Standing, after: Standing, others: Iterable[Standing], *, own: Collection[str] | None, is_self: bool
) -> None:
    """Raises MayMore, OwnAccess, LastKeeper. `own` is what the changer may; None for the shop itself."""
    # Oneself too: a token of one's own may less than one may.
    beyond = sorted(before.permissions - frozenset(own)) if own is not None else []
    if beyond:
        raise MayMore(permission=beyond[0])
    if is_self and (not after.is_active or (KEEPER in before.permissions and KEEPER not in after.permissions)):
        raise OwnAccess(field=("permissions",) if after.is_active else ("is_active",))
    if before.keeps and not after.keeps and not any(other.keeps for other in others):
        raise LastKeeper(field=("permissions",) if after.is_active else ("is_active",))


SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
FEWEST_CHARACTERS = 5
"""Different ones, of a password: repeating a few makes none longer."""
_TRIED_FIRST = """
123456123456 123456789012 1234567890123 123123123123 0123456789012 1q2w3e4r5t6y 1qaz2wsx3edc q1w2e3r4t5y6
qwertyuiop12 qwertyuiop123 qwerty123456 qwertyqwerty qwertyuiopasdf asdfghjkl123 adminadmin12 administrator
administrator1 admin1234567 admin12345678 password1234 password12345 password123456 passwordpassword passw0rd1234
p@ssw0rd1234 mypassword123 letmein12345 letmeinletmein welcome12345 welcome123456 iloveyou1234 iloveyouiloveyou
changeme1234 changemechangeme trustno1trustno1 abcdefghijkl abcdefghijklm abcd1234abcd abc123abc123 monkey123456
dragon123456 football1234 baseball1234 superman1234 sunshine1234 princess1234 vetrinavetrina vetrina12345
passwordadmin segretissima passwordsicura benvenuto123 benvenuti1234 buongiorno12 buongiorno123 ciaociaociao
juventus1897 forzajuve1897 forzamilan1899 francesco123 alessandro123 napoli192600 ferrari12345 amoremio1234
"""
COMMON = frozenset(_TRIED_FIRST.split())
"""What people type first when twelve characters are asked for, in English and in Italian."""

IDLE = timedelta(hours=12)
"""How long a session stands that nobody uses."""
AT_MOST = timedelta(days=14)
"""How long a session stands."""
FORGOTTEN = timedelta(days=1)
"""When failed sign-ins count no longer."""
FIRST_PAUSE = timedelta(seconds=30)


class WeakPassword(Refusal):
    """A password that guessing would find. Facts: problem."""

    code = "WEAK_PASSWORD"
    text = "{problem}"


class Allowance(NamedTuple):
    """How many failed sign-ins cost nothing, the longest pause that later ones do, and how fast they are forgotten."""

    free: int
    longest: timedelta
    eases: timedelta | None = None
    """One fewer counts for every such time without any; None where all count until there was none for a day."""


HERE = Allowance(5, timedelta(minutes=15))
"""One account from one network, or from one browser that is known."""
NETWORK = Allowance(20, timedelta(hours=1))
"""A network is a whole office behind one address."""
ACCOUNT = Allowance(50, timedelta(seconds=72), timedelta(seconds=72))
"""One account from anywhere: fifty an hour, so that nobody keeps its person out with a few wrong guesses."""
DEVICE_FOR = timedelta(days=365)
"""How long a browser is known after it was last signed in with."""


def check_password(password: str, email: str, name: str = "") -> None:
    """Raises WeakPassword unless it is long, not the person's own name or address, and none of those everybody has."""
    plain = password.casefold()
    own = {email.casefold(), email.partition("@")[0].casefold(), "".join(name.casefold().split()), ""}
    if len(password) < SHORTEST_PASSWORD:
        problem, reason = f"A password has at least {SHORTEST_PASSWORD} characters.", "short"
    elif len(password) > LONGEST_PASSWORD:
        problem, reason = f"A password has at most {LONGEST_PASSWORD} characters.", "long"
    elif plain.strip("0123456789!?._- ") in own:
        problem, reason = "The password is the person's own name or address.", "own"
    elif plain in COMMON or len(set(plain)) < FEWEST_CHARACTERS or plain in _RUNS:
        problem, reason = "The password is among those that are tried first.", "common"
    else:
        return
    raise WeakPassword(problem=problem, reason=reason, field=("password",))


def session_stands(seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a session may be used now."""
    return now < expires_at and now - seen_at < IDLE


def pause_after(failures: int, allowance: Allowance) -> timedelta:
    """How long the next sign-in waits after so many failed ones: nothing at first, then twice as long each time."""
    beyond = failures - allowance.free
    if beyond <= 0:
        return timedelta()
    return min(FIRST_PAUSE * 2 ** min(beyond - 1, 20), allowance.longest)


def still_counted(failures: int, since: timedelta, allowance: Allowance) -> int:
    """How many failed sign-ins still count, so long after the last of them."""
    if since >= FORGOTTEN:
        return 0
    return failures if allowance.eases is None else max(failures - since // allowance.eases, 0)


def network_of(address: str) -> str:
    """What sign-ins are counted by: an IPv4 address, the /64 of an IPv6 address, or what else the server knows."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))


_RUNS = frozenset(
    run[start : start + length]
    for run in (
        "01234567890123456789",
        "abcdefghijklmnopqrstuvwxyz",
        "zyxwvutsrqponmlkjihgfedcba",
        "98765432109876543210",
    )
    for start in range(len(run))
    for length in range(12, 27)
)
"""Letters and digits in a row."""
