"""The admin says everything in English and in Italian, also what flows refuse, and keeps no word it never says."""

import json
import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from vetrina import events
from vetrina.kernel.errors import BadInput, NotFound, Refusal
from vetrina.plugin.words import LANGUAGES, Say, accepted, spoken
from vetrina.shop.accounts.rules import checked_uris
from vetrina.shop.metafields.rules import DefinitionTaken
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina_admin.pages.payments_shown import method_name
from vetrina_admin.pages.refusals import beside, told
from vetrina_admin.pages.rooms import ROOMS
from vetrina_admin.pages.wording import Wording, sentences, speaker
from vetrina_mollie.words import WAYS, title

PAGES = Path(str(files("vetrina_admin.pages")))
SOURCES = [*PAGES.rglob("*.py"), *PAGES.rglob("*.html")]
TEXT = "\n".join(path.read_text() for path in SOURCES)
KEY = r"[a-z_]+\.[A-Za-z0-9_]+"
SAID = set(re.findall(rf'"({KEY})"', TEXT)) | set(re.findall(rf"'({KEY})'", TEXT))
BEGUN = tuple(re.findall(r'"([a-z_]+\.[A-Za-z0-9_]*)"\s*~|f"([a-z_]+\.[A-Za-z0-9_]*)\{', TEXT))
BEGINNINGS = tuple({first or second for first, second in BEGUN})
"""What keys begin with that are put together where they are said."""
FAILURES = {f"{key}_text" for key in SAID if key.startswith("error.")}
"""`serving.failed` and `answers.plain` say a heading, and below it the text of the same name."""


def facts(wording: Wording) -> set[str]:
    texts = wording if isinstance(wording, list) else [wording]
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def test_every_sentence_is_in_every_language_with_the_same_facts() -> None:
    for key, wordings in sentences().items():
        assert tuple(wordings) == LANGUAGES, key
        assert facts(wordings["en"]) == facts(wordings["it"]), key
        assert type(wordings["en"]) is type(wordings["it"]) and all(wordings.values()), key


def test_whatever_is_said_has_words_and_no_word_is_kept_in_vain() -> None:
    said = set(re.findall(rf'\bsay\(\s*"({KEY})"\s*[,)]', TEXT)) | set(re.findall(rf'\.tell\(\s*"({KEY})"', TEXT))
    assert len(said) > 100 and said - set(sentences()) == set()
    titles = {f"{room.name}.title" for room in ROOMS if room.icon}
    assert titles <= set(sentences())
    unsaid = set(sentences()) - SAID - titles - FAILURES
    assert {key for key in unsaid if not key.startswith(BEGINNINGS)} == set()


def test_every_permission_has_its_sentence_and_its_group() -> None:
    for code, sentence in CORE_PERMISSIONS.items():
        key = f"permissions.{code.replace('.', '_')}"
        assert sentences()[key]["en"] == sentence and sentences()[key]["it"] != sentence
        assert f"permissions.group_{code.partition('.')[0]}" in sentences()


def test_whatever_flows_write_into_the_audit_trail_has_words() -> None:
    flows = "\n".join(path.read_text() for path in Path(str(files("vetrina.flows"))).rglob("*.py"))
    calls = re.findall(r'(?:audited|_tell)\(\s*ctx,\s*session,\s*"([a-z._-]+)"|action="([a-z._-]+)"', flows)
    actions = {first or second for first, second in calls}
    assert len(actions) > 25
    known = {key.partition(".")[2] for key in sentences() if key.startswith("done.")}
    assert {action for action in actions if re.sub("[.-]", "_", action) not in known} == set()


def test_whatever_happens_to_orders_and_their_money_has_words() -> None:
    told = [each for each in vars(events).values() if getattr(each, "noun", "") in ("order", "payment")]
    names = {each.__name__ for each in told} - {"OrderEvent", "PaymentEvent"}
    assert len(names) > 15, "an order's history leaves out what has no words"
    assert {name for name in names if f"orders.event_{name}" not in sentences()} == set()


def test_every_icon_that_is_asked_for_is_brought() -> None:
    wanted = json.loads((PAGES.parents[1] / "package.json").read_text())["vetrina"]["sprites"]["icons.svg"]["icons"]
    asked = set(re.findall(r'\bicon\("([a-z0-9-]+)"', TEXT)) | set(re.findall(r'icon(?:_name)?="([a-z0-9-]+)"', TEXT))
    assert len(asked) > 10 and asked <= set(wanted)


def test_what_flows_refuse_is_told_in_the_reader_s_words() -> None:
    say = speaker("it")
    assert told(say, NotFound(what="The order")) == "Non c'è più."
    assert told(say, BadInput(problem="Odd.", reason="long", limit=9)) == "Al massimo 9 caratteri."
    assert told(say, DefinitionTaken(namespace="a", key="b")) == "a.b è già definito."
    assert told(say, BadInput(problem="Odd <b>.")) == "Operazione non eseguita: Odd <b>."
    with pytest.raises(BadInput) as refused:
        checked_uris(["http://front.example"], field="redirect_uris")
    assert told(say, refused.value).startswith("http://front.example: scrivi l'indirizzo intero")
    wrong = beside(say, BadInput(problem="x", reason="empty", field=("input", "name")), "name", "email")
    assert wrong == {"name": "Questo campo non può essere vuoto."} and wrong["email"] == ""
    assert set(beside(say, BadInput(problem="x", field=("other",)), "name")) == {""}


class Full(Refusal):
    """As a plugin has them."""

    code = "NOT_FOUND"
    text = "{what} holds {most}."
    texts = {"it": "{most} per {what}."}


class Fuller(Full):
    """A sentence of its own is not its parent's in Italian."""

    code = "FULLER"
    text = "{what} is full."


class Odd(Full):
    """Mistyped: it is said in English."""

    text = "{what} holds {most}."
    texts = {"it": "{moltissimo} per {what}."}


def test_what_plugins_refuse_says_itself() -> None:
    what = Say(en="The shelf", it="lo scaffale")
    english, italian = speaker("en"), speaker("it")
    full = Full(what=what, most=3)
    assert (told(english, full), told(italian, full)) == ("The shelf holds 3.", "3 per lo scaffale.")
    assert (full.message, Full.texts) == ("The shelf holds 3.", {"it": "{most} per {what}."})
    assert told(italian, Fuller(what=what)) == "Operazione non eseguita: The shelf is full."
    assert told(italian, Odd(what="a", most=3)) == "Non c'è più."
    assert told(italian, BadInput(problem=what, reason="long", limit=9)) == "lo scaffale"
    assert told(italian, BadInput(problem="Too much.", reason="long")) == "Operazione non eseguita: Too much."
    assert told(italian, NotFound(what=what)) == "Non c'è più."


def test_the_browser_s_wish_is_heard() -> None:
    headers = ["it-CH,en;q=0.5", "de,it;q=0.3,en;q=0.2", "it;q=0,en", "it;q=x", "*", None]
    assert [spoken(*accepted(header)) for header in headers] == ["it", "it", "en", "en", "en", "en"]


@pytest.mark.parametrize("language", ["en", "it"])
def test_ways_to_pay_are_called_on_the_desk_as_buyers_call_them(language: str) -> None:
    say = speaker(language)
    assert {way: method_name(say, f"mollie:{way}") for way in WAYS} == {way: title(way, language) for way in WAYS}
