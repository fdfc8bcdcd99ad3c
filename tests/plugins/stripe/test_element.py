"""The module of the checkout page, over a Stripe.js of ours: Stripe's own is nowhere to be had in a test."""

import json
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.embedded
SCENE = Path(__file__).with_name("element.mjs")
TOKEN = "ctoken_for_https://shop.test/checkout"
TROUBLES: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({"isOffline": True}, ("! Stripe non è raggiungibile.", TOKEN, "done")),
    ({"loadError": {"message": "No such key."}}, ("! No such key.", "! No such key.", "done")),
    ({"submitError": {"message": "Numero incompleto."}}, ("! Numero", "! Numero", "done")),
    ({"tokenError": {"message": "Carta rifiutata."}}, ("! Carta", "! Carta", "done")),
    ({"stepError": {"message": "Gone."}}, (TOKEN, TOKEN, "! Gone.")),
    ({"stepError": {"message": "Refused.", "payment_intent": {"id": "pi_1"}}}, (TOKEN, TOKEN, "done")),
]
"""What Stripe.js answers; what the buyer hears at the first mounting, at another one, and of the bank's step."""


def played(tmp_path: Path, *answers: dict[str, Any]) -> list[dict[str, Any]]:
    """What came of mounting the element twice and of a step, for each way Stripe.js may answer."""
    module = tmp_path / "element.mjs"
    module.write_bytes(files("vetrina_stripe").joinpath("static", "element.js").read_bytes())
    command = ["node", str(SCENE), module.as_uri(), json.dumps(answers)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)


def test_the_element_is_told_the_amount_in_stripes_units_and_makes_a_token(tmp_path: Path) -> None:
    (said,) = played(tmp_path, {})
    assert said["scripts"] == ["https://js.stripe.com/endive/stripe.js"], "it is loaded once"
    assert said["calls"][:3] == [
        ["Stripe", "pk_test_double", {"locale": "it"}],
        ["elements", {"mode": "payment", "amount": 1840, "currency": "eur", "captureMethod": "manual"}],
        ["mount", "payment", {"billingDetails": {"address": {"country": "IT"}}}, True],
    ]
    assert said["calls"][-1] == ["handleNextAction", {"clientSecret": "pi_1_secret"}]
    assert (said["first"], said["again"], said["step"]) == (TOKEN, TOKEN, "done")


def test_what_goes_wrong_is_said_to_the_buyer_and_what_the_bank_decides_is_left_to_the_server(tmp_path: Path) -> None:
    answers = [answer for answer, _ in TROUBLES]
    for said, (answer, heard) in zip(played(tmp_path, *answers), TROUBLES, strict=True):
        for name, expected in zip(("first", "again", "step"), heard, strict=True):
            assert said[name].startswith(expected), (answer, name)
