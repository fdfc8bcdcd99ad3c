"""The parts of the checkout: words in both languages, each country's form, colours that can be read, its health."""

import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
from pydantic import ValidationError

from vetrina.plugin.pages.voice import sentences
from vetrina.plugin.words import LANGUAGES
from vetrina.ports import HostedPages
from vetrina.testing import Workshop
from vetrina.testing.hosted import HostedPagesContract
from vetrina.vocabulary import FinancialStatus
from vetrina_checkout.addresses import Addresses
from vetrina_checkout.health import NotInPage, NoWayToPay, payable
from vetrina_checkout.limits import Limits
from vetrina_checkout.postal import layout_of
from vetrina_checkout.settings import CheckoutSettings, contrast
from vetrina_checkout.visits import FILES

FOLDER = Path(str(files("vetrina_checkout")))
SAME = {"details.email", "details.zip_eircode", "legal.privacy", "order.email", "sum.pieces", "sum.tax",
        "details.province_oblast", "details.province_area"}  # fmt: skip


def test_every_sentence_is_in_every_language_with_the_same_facts() -> None:
    words = sentences(FILES)
    for key, wordings in words.items():
        assert set(wordings) == set(LANGUAGES), key
        assert _facts(wordings["en"]) == _facts(wordings["it"]), key
    assert {key for key, wordings in words.items() if wordings["en"] == wordings["it"]} <= SAME
    assert {f"financial.{status.value}" for status in FinancialStatus} <= set(words)


def test_the_pages_say_only_what_there_is() -> None:
    text = "".join(path.read_text() for path in [*FOLDER.glob("*.py"), *FOLDER.glob("templates/*.html")])
    said = set(re.findall(r'(?:say|voice)\(\s*"([a-z_]+\.\w+)"', text))
    assert len(said) > 90 and said <= set(sentences(FILES))
    assert not re.search(r"<[a-z]+[^>]*\s(style|on\w+)=", text), "the content security policy would have none of it"


def test_every_country_has_a_form_with_words_for_its_fields() -> None:
    words = sentences(FILES)
    for country in ("IT", "US", "GB", "IE", "DE", "JP", "AE", "HK", "BR", "XX"):
        layout = layout_of(country)
        assert {"last_name", "address1", "city"} <= layout.required <= set(layout.fields), country
        assert {f"details.{name}" for name in layout.names.values()} <= set(words), country
    assert layout_of("IT").rows[-1] == ("zip", "city", "province") and len(layout_of("IT").provinces) == 107
    assert ("TO", "Torino") in layout_of("IT").provinces and "province" in layout_of("IT").required
    assert layout_of("US").rows[-1] == ("city", "province", "zip")
    for nonsense in ("ALL", "", "it", "I\0", "ÀÀ", "X" * 90_000):
        assert layout_of(nonsense) is layout_of("FR"), "what is typed is not looked up, nor kept"
    assert layout_of("IE").provinces == () and "zip" not in layout_of("IE").required


@pytest.mark.parametrize(
    ("field", "value"),
    [("accent", "#ffcc00"), ("accent", "red"), ("logo", "javascript:alert(1)"), ("terms", "//evil.example"),
     ("privacy", "/\\evil.example"), ("withdrawal", 'https://x"onload'), ("open_days", 0)],
)  # fmt: skip
def test_settings_that_would_hurt_are_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        CheckoutSettings.model_validate({field: value})


def test_the_accent_is_one_that_white_words_can_be_read_on() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert CheckoutSettings(accent="#0B5CAD").accent == "#0b5cad"


def test_guesses_are_counted_within_their_window() -> None:
    limits = Limits(guesses=2, window=60)
    for moment in (0.0, 10.0):
        assert limits.allows("a", moment)
        limits.note("a", moment)
    assert not limits.allows("a", 59) and limits.allows("b", 59) and limits.allows("a", 60)


async def test_it_is_ill_while_buyers_cannot_pay_by_what_is_on_offer(shop: Workshop) -> None:
    with pytest.raises(NotInPage, match="Without a script"):
        await payable(shop.ctx)
    await shop.switch_off("till")
    await payable(shop.ctx)
    await shop.configure("manual_payment", takes_cash=False)
    with pytest.raises(NoWayToPay):
        await payable(shop.ctx)


def _facts(wording: str | list[str]) -> set[str]:
    texts = wording if isinstance(wording, list) else [wording]
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


class TestAddresses(HostedPagesContract):
    def pages(self) -> HostedPages:
        return Addresses()
