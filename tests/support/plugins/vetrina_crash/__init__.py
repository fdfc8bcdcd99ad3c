"""A plugin for tests: the process dies at its Nth commit, just before it or just after it.

CRASH_AT is before:N or after:N. Commits are counted from the moment the file CRASH_ARMED exists, so that a test can
set its scene first.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.crashing import deadly

from vetrina.plugin import Site, hookimpl


@hookimpl
@asynccontextmanager
async def lifespan(site: Site) -> AsyncGenerator[None]:
    db = site.shop.db
    # Not in this module: what a plugin's own code opens may write nothing but the plugin's own tables.
    db.transaction = deadly(db.transaction, os.environ.get("CRASH_AT", "never:0"), Path(os.environ["CRASH_ARMED"]))
    yield
