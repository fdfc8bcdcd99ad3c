"""Structured log with the request's or job's trail id; one short line per event, never a secret."""

import logging
import secrets
import sys
from collections.abc import Sequence
from typing import Any

import structlog

log = structlog.get_logger("vetrina.requests")


def set_up(form: str, level: str) -> None:
    """Log to the standard error stream: lines for people on a console, JSON for machines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Tracebacks without the values of variables: those may be anybody's secrets, and take half a second to draw.
    plain = structlog.dev.plain_traceback
    console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    json: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    last = json if form == "json" else [console]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    stream = logging.StreamHandler()
    stream.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[stream], level=level.upper(), force=True)
    for talkative in ("httpx", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def draw_trail() -> str:
    """A fresh trail id: short enough to read out on the telephone, and no secret."""
    return secrets.token_hex(6)


def log_request(trail: str, errors: Sequence[dict[str, Any]]) -> None:
    """One line for a request that was refused in part or whole: codes, no values, no document."""
    if errors:
        codes = sorted({str(error.get("extensions", {}).get("code")) for error in errors})
        log.info("graphql refused", trail=trail, codes=codes, count=len(errors))
