"""What may be granted, and when a token stands."""

from collections.abc import Collection, Iterable
from datetime import datetime

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
