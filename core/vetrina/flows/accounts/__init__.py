"""Customer accounts: front ends that customers sign in to, signing in and out, tokens, and who comes with one."""

from vetrina.flows.accounts.upkeep import JOBS

__all__ = ["JOBS"]
