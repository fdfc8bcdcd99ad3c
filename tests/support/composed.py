"""The schemas of a shop whose plugins add nothing to them: composed before processes are forked, not in each of them.

Imported by the process they are forked from alone, whose doors take what is here from then on.
A shop whose plugins do composes its own, as ever. Tests of what a start takes or leaves in memory start afresh.
"""

import gc
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from typing import Any

from vetrina.views.permissions import CORE_PERMISSIONS

admin: Any = import_module("vetrina_admin.api.door")
storefront: Any = import_module("vetrina_storefront.door")
accounts: Any = import_module("vetrina_storefront.accounts.door")

Contributed = Iterable[tuple[str, Any]]


def _ready(compose: Callable[[Contributed], Any]) -> Callable[[Contributed], Any]:
    plain = compose(())

    def composed(contributed: Contributed) -> Any:
        added = tuple(contributed)
        return compose(added) if added else plain

    return composed


def keep() -> None:
    """Compose all three, and let the doors of this process and those forked from it take them."""
    storefront.compose_storefront = _ready(storefront.compose_storefront)
    accounts.compose_accounts = _ready(accounts.compose_accounts)
    compose_admin = admin.compose_admin
    plain = _ready(partial(compose_admin, CORE_PERMISSIONS))

    def composed(permissions: Any, contributed: Contributed) -> Any:
        is_plain = dict(permissions) == dict(CORE_PERMISSIONS)
        return plain(contributed) if is_plain else compose_admin(permissions, contributed)

    admin.compose_admin = composed


keep()
# Nor is what all of them share searched for garbage by each of them, which would make it each one's own.
gc.collect()
gc.freeze()
