"""A plugin for tests: its import fails."""

raise RuntimeError("no such luck")
