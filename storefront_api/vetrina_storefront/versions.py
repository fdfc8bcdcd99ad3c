"""The dated versions of the public API this shop speaks."""

VERSIONS = ("2026-04",)
