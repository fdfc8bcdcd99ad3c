"""What flows refuse, in the reader's words and beside the field it is about."""

from contextlib import suppress

from vetrina.kernel.errors import Refusal
from vetrina.plugin.words import refused, said
from vetrina_admin.pages.wording import Say, knows


class Wrong(dict[str, str]):
    """What is wrong with each field of a form, by its name; under "" what is about none. Nothing with the others."""

    def __missing__(self, name: str) -> str:
        return ""


def told(say: Say, refusal: Refusal) -> str:
    """The finest wording there is: the refusal's own in both languages, as plugins' are, then problem.<CODE>_<reason>,
    problem.<CODE>, else the flow's own English sentence.

    `reason` is a fact some refusals bring. What was typed is escaped like everything else.
    """
    own = refused(refusal)
    if not isinstance(own, str):
        return said(own, say.language)
    reason = refusal.facts.get("reason")
    keys = ((f"problem.{refusal.code}_{reason}",) if reason else ()) + (f"problem.{refusal.code}",)
    for key in keys:
        if knows(key):
            with suppress(LookupError):  # somebody else's reason of that name, with other facts
                return say(key, **refusal.facts)
    return say("problem.other", message=refusal.message)


def beside(say: Say, refusal: Refusal, *fields: str) -> Wrong:
    """A refusal at the field it names, if that is one of the form's `fields`."""
    named = next((part for part in reversed(refusal.field or ()) if part in fields), "")
    return Wrong({named: told(say, refusal)})
