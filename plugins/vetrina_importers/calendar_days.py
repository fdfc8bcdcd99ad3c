"""The day by which a source's publication dates are judged."""

from datetime import date

from vetrina.kernel.clock import SystemClock


def utc_today() -> date:
    """Today in UTC; the readers take it as a parameter, so that tests can stop it."""
    return SystemClock().now().date()
