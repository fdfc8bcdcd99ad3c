"""A front end before a shop, on both engines; the key of ID tokens is drawn once per process."""

import functools
from collections.abc import AsyncIterator, Iterator

import pytest
from joserfc.jwk import RSAKey
from tests.support.front_end import FrontEnd, registered

from vetrina.kernel.context import Context


@pytest.fixture(autouse=True, scope="session")
def one_key() -> Iterator[None]:
    """Drawing a key takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        drawing = RSAKey.generate_key
        drawn = functools.cache(lambda: drawing(2048))

        def generate(bits: int, parameters: dict[str, str]) -> RSAKey:
            assert bits == 2048
            return RSAKey.import_key({**drawn().as_dict(private=True), **parameters})

        patch.setattr("vetrina.flows.accounts.keys.RSAKey.generate_key", generate)
        yield


@pytest.fixture
async def front(ctx: Context) -> AsyncIterator[FrontEnd]:
    """A public front end, and a person before it."""
    made = await registered(ctx)
    yield made
    await made.close()
