"""What was refused, in the reader's words and beside the field it is about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from vetrina.flows.cart.changes import CartCaution, CartProblem
from vetrina.flows.quoting import QuoteProblem
from vetrina.plugin.pages.voice import Voice

# The last part of an input's path, in the flows' words or the wire's, and the form's field for it.
_FIELDS = {
    "merchandise_id": "variant",
    "quantity": "quantity",
    "email": "email",
    "note": "note",
    "first_name": "first_name",
    "last_name": "last_name",
    "company": "company",
    "address1": "address1",
    "address2": "address2",
    "zip": "zip",
    "city": "city",
    "province": "province",
    "province_code": "province",
    "country": "country",
    "country_code": "country",
    "phone": "phone",
}


class PageError(msgspec.Struct, frozen=True):
    """One thing to put right: the id of the form's field it is about, if any, the sentence, the field's label."""

    field: str | None
    text: str
    label: str | None = None


def told(say: Voice, problem: CartProblem | CartCaution | QuoteProblem) -> PageError:
    """A problem of a flow for the reader. What has no words of its own is told in general ones."""
    path: Sequence[str] = (problem.field if isinstance(problem, CartProblem) else None) or ()
    field = _FIELDS.get(path[-1]) if path else None
    reason = None if isinstance(problem, CartCaution) else problem.reason
    label = f"details.{field}"
    return PageError(field, say(_key(say, field, problem.code, reason)), say(label) if say.knows(label) else None)


def beside(errors: Iterable[PageError]) -> Mapping[str, str]:
    """What is wrong with each field; nothing with the others."""
    return defaultdict(str, {error.field: error.text for error in errors if error.field})


def told_of_quantity(say: Voice, field: str) -> PageError:
    """A quantity or a variant that is not even one."""
    return PageError(field, say("problem.QUANTITY" if field == "quantity" else "problem.VARIANT"))


def _key(say: Voice, field: str | None, code: str, reason: str | None) -> str:
    """The finest wording there is."""
    if field == "email":
        return "problem.INVALID_EMAIL"
    if code.startswith("DELIVERY_") and not say.knows(f"problem.{code}"):
        return "problem.DELIVERY_INCOMPLETE"
    if code == "INVALID" and field is None and reason is None:
        return "problem.OTHER"
    return next((key for word in (reason, code) if word and say.knows(key := f"problem.{word}")), "problem.OTHER")
