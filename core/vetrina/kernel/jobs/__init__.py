"""Jobs: work on a schedule or put off from a flow; taken by one worker at a time, retried, parked, visible."""

from vetrina.kernel.jobs.queue import (
    SCHEDULED,
    Job,
    JobRun,
    drop_parked,
    forget_jobs,
    put_off,
    retry_parked,
)
from vetrina.kernel.jobs.runner import AT_ONCE, CUT_OFF, PAUSES, PER_OWNER, PLACES, REST, Runner, crew_of
from vetrina.kernel.jobs.taking import Engine, Leased

__all__ = [
    "AT_ONCE",
    "CUT_OFF",
    "PAUSES",
    "PER_OWNER",
    "PLACES",
    "REST",
    "SCHEDULED",
    "Engine",
    "Job",
    "JobRun",
    "Leased",
    "Runner",
    "crew_of",
    "drop_parked",
    "forget_jobs",
    "put_off",
    "retry_parked",
]
