"""Secrets open for their purpose and their shop alone; tokens and passwords are kept as digests."""

import re

import pytest

from vetrina.kernel import crypto
from vetrina.kernel.crypto import NotOurs, Vault

SECRET = "one shop's secret of at least 32 characters"


def test_what_is_sealed_opens_for_the_same_purpose() -> None:
    vault = Vault(SECRET)
    sealed = vault.seal("settings:stripe", "sk_live_é🔑")
    assert "sk_live" not in sealed
    assert vault.open("settings:stripe", sealed) == "sk_live_é🔑"
    assert sealed != vault.seal("settings:stripe", "sk_live_é🔑")


@pytest.mark.parametrize("purpose", ["settings:paypal", "settings:strip", ""])
def test_what_is_sealed_opens_for_no_other_purpose(purpose: str) -> None:
    vault = Vault(SECRET)
    with pytest.raises(NotOurs):
        vault.open(purpose, vault.seal("settings:stripe", "sk_live"))


def test_what_is_sealed_opens_in_no_other_shop() -> None:
    with pytest.raises(NotOurs):
        Vault(SECRET + "!").open("a", Vault(SECRET).seal("a", "secret"))


def test_a_sealed_value_that_was_touched_does_not_open() -> None:
    vault = Vault(SECRET)
    sealed = vault.seal("a", "secret")
    for position in range(0, len(sealed), 7):
        touched = sealed[:position] + ("0" if sealed[position] != "0" else "1") + sealed[position + 1 :]
        with pytest.raises(NotOurs):
            vault.open("a", touched)


@pytest.mark.parametrize("garbage", ["", "00", "zz", "not hexadecimal", "ab" * 40])
def test_garbage_does_not_open(garbage: str) -> None:
    with pytest.raises(NotOurs):
        Vault(SECRET).open("a", garbage)


def test_a_signature_depends_on_purpose_text_and_shop() -> None:
    vault = Vault(SECRET)
    signed = {
        vault.sign("cart", "7"),
        vault.sign("cart", "8"),
        vault.sign("order", "7"),
        Vault(SECRET + "!").sign("cart", "7"),
    }
    assert len(signed) == 4
    assert vault.sign("cart", "7") in signed
    assert all(re.fullmatch("[0-9a-f]{32}", signature) for signature in signed)


def test_parts_of_a_digest_cannot_run_into_each_other() -> None:
    assert (
        len({crypto.digest("ab", "c"), crypto.digest("a", "bc"), crypto.digest("abc"), crypto.digest("abc", "")}) == 4
    )


def test_keys_and_tokens_are_never_drawn_twice() -> None:
    assert len({crypto.draw_key() for _ in range(1_000)}) == 1_000
    token = crypto.draw_token("vetrina_admin")
    assert token.startswith("vetrina_admin_")
    assert len(token) > len("vetrina_admin_") + 42
    assert token not in crypto.hash_token(token)


def test_secrets_are_compared_whole() -> None:
    assert crypto.same("abc", "abc")
    assert not crypto.same("abc", "abcd")
    assert not crypto.same("àbc", "abc")


async def test_a_password_matches_its_hash_alone() -> None:
    hashed = await crypto.hash_password("correct horse")
    assert "correct" not in hashed
    assert await crypto.password_matches("correct horse", hashed)
    assert not await crypto.password_matches("correct horsf", hashed)
    assert not await crypto.password_matches("correct horse", "not a hash")
