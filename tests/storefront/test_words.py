"""The pages say everything in English and in Italian, and have words of their own for what flows refuse."""

import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from vetrina.flows.cart.addresses import CODES
from vetrina.flows.cart.changes import CartProblem
from vetrina.flows.quoting import QuoteProblem
from vetrina.plugin.pages.refusals import told
from vetrina.plugin.words import LANGUAGES, accepted, spoken
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus
from vetrina_storefront.pages.words import sentences, speaker

PAGES = Path(str(files("vetrina_storefront.pages")))
FLOWS = Path(str(files("vetrina.flows")))
CODE = re.compile(r'(?:code|reason)="([A-Z][A-Z0-9_]+)"')


def test_every_sentence_is_in_every_language() -> None:
    assert {key for key, wordings in sentences().items() if set(wordings) != set(LANGUAGES)} == set()


def test_every_language_names_the_same_facts() -> None:
    for key, wordings in sentences().items():
        facts = [_facts(wordings[language]) for language in LANGUAGES]
        assert facts[0] == facts[1], key
        assert type(wordings["en"]) is type(wordings["it"]), key


def test_no_sentence_is_empty_or_the_same_by_oversight() -> None:
    same = {key for key, wordings in sentences().items() if wordings["en"] == wordings["it"]}
    assert same == {"details.email", "order.email", "sum.tax"}
    assert all(all(wordings.values()) for wordings in sentences().values())


def test_the_templates_say_only_what_there_is() -> None:
    text = "".join(path.read_text() for path in [*PAGES.glob("*.py"), *PAGES.glob("templates/*.html")])
    said = set(re.findall(r'say\(\s*"([a-z_]+\.\w+)"', text))
    begun = {key for key in said if key.endswith("_")}  # of a kind, which is put behind it
    assert said > begun and said - begun <= set(sentences())
    assert all(any(key.startswith(beginning) for key in sentences()) for beginning in begun)


def test_the_order_button_reads_what_the_law_asks() -> None:
    assert sentences()["review.order"] == {"en": "Order with obligation to pay", "it": "Ordine con obbligo di pagare"}


def test_every_state_of_an_order_has_its_words() -> None:
    assert {f"financial.{status.value}" for status in FinancialStatus} <= set(sentences())
    assert {f"fulfilment.{status.value}" for status in FulfilmentStatus} <= set(sentences())


@pytest.mark.parametrize("code", sorted(CODES.values()))
def test_every_fault_of_an_address_has_its_words(code: str) -> None:
    for language in LANGUAGES:
        error = told(speaker(language), CartProblem(code=code, message="", field=("addresses", "0", "zip")))
        assert error.field == "zip" and error.text != speaker(language)("problem.OTHER")


def test_every_problem_of_a_quote_has_its_words() -> None:
    text = "".join(path.read_text() for path in FLOWS.glob("quoting/*.py"))
    codes = set(CODE.findall(text)) - {"ERROR"}
    assert len(codes) > 8
    say = speaker("it")
    general = say("problem.OTHER")
    assert [code for code in codes if told(say, QuoteProblem(code=code, message="")).text == general] == []


def test_what_a_submission_answers_has_its_words() -> None:
    sources = ("checkout/completing.py", "checkout/submitting.py", "cart/changes.py")
    text = "".join((FLOWS / name).read_text() for name in sources)
    # Why an attempt was given up is not told: the cart is there again, and was changed as asked.
    reasons = set(re.findall(r'reason="([A-Z_]+)"', text)) - {"GIVEN_UP"}
    assert reasons and {f"problem.{reason}" for reason in reasons} - set(sentences()) == set()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("it", "it"),
        ("it-CH,en;q=0.5", "it"),
        ("de,it;q=0.3,en;q=0.2", "it"),
        ("en;q=0.1,it;q=0.9", "it"),
        ("it;q=0,en", "en"),
        ("it;q=x", "en"),
        ("*", "en"),
        (",;,;;q==", "en"),
    ],
)
def test_the_browser_s_wish_is_heard(header: str | None, language: str) -> None:
    assert spoken(*accepted(header)) == language


def _facts(wording: str | list[str]) -> set[str]:
    texts = wording if isinstance(wording, list) else [wording]
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
