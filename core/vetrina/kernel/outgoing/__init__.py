"""Outgoing: the one way anything calls out over HTTP, with a deadline and never to a private address."""

from vetrina.kernel.outgoing.addresses import ForbiddenAddress, Target, is_public, read_target
from vetrina.kernel.outgoing.calling import Outgoing, Reply, Unreachable

__all__ = ["ForbiddenAddress", "Outgoing", "Reply", "Target", "Unreachable", "is_public", "read_target"]
