"""Means: what an implementation of a port gets once, where its calls bring no context."""

import msgspec

from vetrina.kernel.clock import Clock, SystemClock
from vetrina.kernel.outgoing import Outgoing


class Means(msgspec.Struct, frozen=True):
    """The shop's clock and its one way to call somebody outside, such as for a payment provider."""

    clock: Clock = msgspec.field(default_factory=SystemClock)
    outgoing: Outgoing = msgspec.field(default_factory=Outgoing)
