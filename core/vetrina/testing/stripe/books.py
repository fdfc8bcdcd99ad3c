"""The books: every object there is, and what was really charged, refunded and disputed."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, cast

from vetrina.kernel.clock import Clock
from vetrina.testing.stripe.problems import missing

Thing = dict[str, Any]
OWN = "_of_double"
"""How names of fields end that Stripe's objects do not have."""
EMBEDDED = 10
"""So many refunds stand inside their charge, the latest; the others are found by the list."""


class Books:
    """Objects by id, in the order they were made. Amounts are in Stripe's smallest units."""

    def __init__(self, clock: Clock, *, livemode: bool) -> None:
        self.livemode = livemode
        self.exchange: dict[str, tuple[str, float]] = {}
        """Currencies the account does not settle in: which it settles instead, and at which rate."""
        self._clock = clock
        self._things: dict[str, Thing] = {}

    def charged(self, key: str) -> int:
        """What was really taken for a payment: of all charges with this key in their metadata together."""
        return sum(charge["amount_captured"] for charge in self.charges(key))

    def refunded(self, key: str) -> int:
        """What really went back of it; money that was promised and released is none."""
        ids = {charge["id"] for charge in self.charges(key)}
        return sum(
            refund["amount"]
            for refund in self.all("refund")
            if refund["charge"] in ids and refund["status"] in ("succeeded", "pending", "requires_action")
        )

    def promised(self, key: str) -> int:
        """What may still be captured."""
        return sum(intent["amount_capturable"] for intent in self.intents(key))

    def charges(self, key: str) -> list[Thing]:
        """Charges that went through, or were promised, with this key in their metadata."""
        return [charge for charge in self._with("charge", key) if charge["paid"]]

    def intents(self, key: str) -> list[Thing]:
        """Intents with this key in their metadata."""
        return self._with("payment_intent", key)

    def intent(self, key: str) -> Thing:
        """The one intent with this key in its metadata, or with this id."""
        if key in self._things:
            return self._things[key]
        (found,) = self.intents(key)
        return found

    def all(self, kind: str, where: Callable[[Thing], bool] = lambda _: True) -> list[Thing]:
        """All objects of a kind, oldest first."""
        return [thing for thing in self._things.values() if thing["object"] == kind and where(thing)]

    def get(self, kind: str, reference: str) -> Thing:
        """Raises StripeProblem where there is none."""
        thing = self._things.get(reference)
        if thing is None or thing["object"] != kind:
            raise missing(kind, reference)
        return thing

    def add(self, kind: str, prefix: str, **fields: Any) -> Thing:
        """A new object."""
        reference = f"{prefix}_{sum(1 for _ in self._of(prefix)) + 1:024d}"
        thing: Thing = {"id": reference, "object": kind, "created": self.now(), "livemode": self.livemode, **fields}
        self._things[reference] = thing
        return thing

    def now(self) -> int:
        """Seconds since 1970."""
        return int(self._clock.now().timestamp())

    def expanded(self, thing: Thing, paths: list[str]) -> Thing:
        """A copy of an object, with the ids at these paths (such as data.latest_charge) replaced by what they name."""
        found = shown(thing)
        for path in paths:
            self._expand(found, path.split("."))
        return found

    def _expand(self, thing: Thing, path: list[str]) -> None:
        name, further = path[0], path[1:]
        if name == "data":
            for part in thing.get("data", []):
                self._expand(part, further)
            return
        if thing["object"] == "charge" and name == "refunds":
            found = self.all("refund", lambda refund: refund["charge"] == thing["id"])[::-1]
            embedded = [shown(refund) for refund in found[:EMBEDDED]]
            url = f"/v1/charges/{thing['id']}/refunds"
            thing["refunds"] = listed(embedded, url, has_more=len(found) > EMBEDDED)
            return
        value: Any = thing.get(name)
        if isinstance(value, str) and value in self._things:
            value = thing[name] = shown(self._things[value])
        if further and isinstance(value, dict):
            self._expand(cast("Thing", value), further)

    def _with(self, kind: str, key: str) -> list[Thing]:
        return self.all(kind, lambda thing: key in (thing["metadata"] or {}).values())

    def _of(self, prefix: str) -> Iterator[str]:
        return (reference for reference in self._things if reference.startswith(f"{prefix}_"))


def shown(thing: Thing) -> Thing:
    """A copy of an object as Stripe shows it."""
    return copy.deepcopy({name: value for name, value in thing.items() if not name.endswith(OWN)})


def listed(things: list[Thing], url: str, *, has_more: bool = False) -> Thing:
    """A page of objects."""
    return {"object": "list", "url": url, "has_more": has_more, "data": things}
