"""Every mutation of the three APIs under an Idempotency-Key: one effect, one answer, whoever asks and whatever dies.

The mutations are those of the composed schemas, and what they are given is made up from their types, so that a new one
is asked too. Many are refused then; a refusal is an answer and is kept as one. Enough of them have an effect.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update
from tests.support.mutating import asking, mutations
from tests.support.three_apis import Api, accounts, admin, storefront

from vetrina.demo.shop import PLUGINS
from vetrina.kernel.idempotency import IdempotencyAnswer
from vetrina.testing import Workshop, a_shop
from vetrina_storefront.owners import owner_of

pytestmark = pytest.mark.timeout(120)
PASSES: dict[str, str] = {}
"""Mutations whose answer may be another one the next time, and why: it is not kept."""
AGAIN: dict[str, str] = {
    "customerActivate": "a wrong token is a guess, and counted each time it is looked at",
    "customerReset": "a wrong token is a guess, and counted each time it is looked at",
    "invoicesDetailsUpdate": "it says to whom a cart's invoice goes; saying it again changes nothing",
    "taxBuyerIdentityUpdate": "it says whose VAT id a cart has; saying it again changes nothing",
}
"""Mutations that run again when the answer was lost, and why that is as good."""
LOSES: dict[str, str] = {}
"""Mutations that cannot say again what they answered when the answer was lost, and why: a repeat is told so."""


class Said(NamedTuple):
    """An answer, and the statements that wrote something but the answer."""

    answer: httpx.Response
    writes: list[str]

    @property
    def is_replayed(self) -> bool:
        return self.answer.headers.get("idempotent-replayed") == "true"


@pytest.fixture
async def shop() -> AsyncGenerator[Workshop]:
    async with a_shop(PLUGINS) as made:
        await made.answer()
        made.outside(lambda request: httpx.Response(200))
        yield made


APIS: list[Callable[[Workshop], Any]] = [admin, storefront, accounts]


def asked(api: Api, name: str, asker: int = 0) -> tuple[str, dict[str, Any]]:
    """One mutation as one of them asks it."""
    found = [key for prefix, key in api.ids.items() if name.startswith(prefix)]
    return asking(api.schema, name, {**api.known[asker], **({"id": found[-1]} if found else {})})


async def say(
    shop: Workshop, api: Api, document: str, variables: Mapping[str, Any], key: str | None, asker: int = 0
) -> Said:
    headers = {**api.askers[asker], **({"idempotency-key": key} if key else {})}
    with shop.statements() as sent:
        answer = await shop.client.post(api.path, json={"query": document, "variables": variables}, headers=headers)
    writes = [one for one in sent if one.startswith(("INSERT", "UPDATE", "DELETE")) and "idempotency" not in one]
    return Said(answer, writes)


@pytest.mark.parametrize("open_api", APIS)
async def test_the_same_key_has_one_effect_and_one_answer(shop: Workshop, open_api: Callable[[Workshop], Any]) -> None:
    api: Api = await open_api(shop)
    passing, losing, repeating, effects = set[str](), set[str](), set[str](), set[str]()
    for name in mutations(api.schema):
        document, variables = asked(api, name)
        key = str(uuid4())
        first = await say(shop, api, document, variables, key)
        assert first.answer.status_code == 200, (name, first.answer.text)
        assert not first.is_replayed, name
        effects |= {name} if first.writes else set()
        again = await say(shop, api, document, variables, key)
        if not again.is_replayed:
            passing.add(name)
            continue
        assert (again.answer.content, again.writes) == (first.answer.content, []), name
        other = await say(shop, api, document.replace("__typename", "again: __typename"), variables, key)
        assert (other.answer.status_code, other.writes) == (422, []), (name, other.answer.text)
        assert other.answer.json()["errors"][0]["extensions"]["reason"] == "IDEMPOTENCY_KEY_REUSED", name
        if first.writes and await _lose_answer(shop, key):
            found = await say(shop, api, document, variables, key)
            if found.writes:
                repeating.add(name)
            elif found.answer.content != first.answer.content:
                losing.add(name)
        await _ask_as_another(shop, api, name, key)
    declared = [told.keys() & set(mutations(api.schema)) for told in (PASSES, LOSES, AGAIN)]
    assert [passing, losing, repeating] == declared
    assert len(effects) >= api.least, sorted(effects)


async def _lose_answer(shop: Workshop, key: str) -> bool:
    """Leave what a process leaves that died between the effect and its answer; the time it might live has passed."""
    shop.clock.move(seconds=13)
    async with shop.ctx.tx() as session:
        lost = update(IdempotencyAnswer).where(IdempotencyAnswer.key == key).values(answer=None)
        return await session.execute(lost) == 1


async def _ask_as_another(shop: Workshop, api: Api, name: str, key: str) -> None:
    """The same key in another's hand is another key; where nobody owns it, it must be one that nobody guesses."""
    document, variables = asked(api, name, 1)
    is_nobodys = not api.askers[0] and owner_of(shop.buyer, variables) is None
    if is_nobodys:
        guessable = await say(shop, api, document, variables, "a-key-of-the-client")
        assert guessable.answer.status_code == 400 and not guessable.writes, name
        return
    theirs = await say(shop, api, document, variables, key, asker=1)
    assert theirs.answer.status_code == 200 and not theirs.is_replayed, (name, theirs.answer.text)


async def test_without_a_key_the_effect_comes_again(shop: Workshop) -> None:
    """Negative control."""
    api = await admin(shop)
    doubled = 0
    for name in (one for one in mutations(api.schema) if one.endswith(("Create", "Issue"))):
        document, variables = asked(api, name)
        await say(shop, api, document, variables, None)
        doubled += bool((await say(shop, api, document, variables, None)).writes)
    assert doubled >= 4
