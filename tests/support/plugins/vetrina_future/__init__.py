"""A plugin for tests: it must never be imported."""

raise AssertionError("imported although its version does not fit")
