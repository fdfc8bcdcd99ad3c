"""The doctor: grades a plugin bronze, silver or gold by running checks, not by asking."""

from vetrina.testing.doctor.examining import CHECKS, examine
from vetrina.testing.doctor.grades import Check, Finding, Grade, Outcome, Report

__all__ = ["CHECKS", "Check", "Finding", "Grade", "Outcome", "Report", "examine"]
