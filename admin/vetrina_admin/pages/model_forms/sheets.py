"""A form as it is drawn: what stands in it, what is wrong with it, and how its fields are called on the page."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from vetrina_admin.pages.model_forms.drafts import PREFIX, Draft
from vetrina_admin.pages.model_forms.shapes import Shape


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One form on a page. Paths such as zones.0.name lead to its fields."""

    key: str
    """Begins every id: no other form of the page has it."""
    shape: Shape
    draft: dict[str, Draft]
    target: str
    """Where it is sent."""
    wrong: Mapping[str, str] = {}
    open: str = ""
    """The path that was just changed: the cards around it are shown open."""
    secrets: frozenset[str] | None = None
    """Paths of the secrets that are kept already; None where nothing is kept."""

    def id(self, path: str) -> str:
        """Fit for selectors: without dots."""
        return f"{_plain(self.key)}-{path.replace('.', '-')}" if path else _plain(self.key)

    def name(self, path: str) -> str:
        return f"{PREFIX}.{path}"

    def errors(self) -> dict[str, str]:
        """Sentences by the id of their field, for the list above the form."""
        return {self.id(path) if path else "": text for path, text in self.wrong.items()}

    def titles(self, language: str) -> dict[str, str]:
        """What the fields in that list are called."""
        return {self.id(path): self._title(path, language) for path in self.wrong if path}

    def is_wrong(self, path: str) -> bool:
        """Whether anything there or inside of it is."""
        return any(each == path or each.startswith(f"{path}.") for each in self.wrong)

    def is_open(self, path: str) -> bool:
        """Whether a card stands open: something in it is wrong, or was just changed."""
        return self.is_wrong(path) or self.open == path or self.open.startswith(f"{path}.")

    def has_secret(self, path: str) -> bool:
        return self.secrets is not None and path in self.secrets

    def card_name(self, shape: Shape, row: Mapping[str, Any]) -> str:
        """What tells one card from the others: its first text."""
        for name, field in shape.fields:
            if field.kind in ("text", "choice") and row.get(name):
                return str(row[name])
        return ""

    def _title(self, path: str, language: str) -> str:
        """The titles of the lists and groups on the way, with the names of cards: Zones, Italy: Name."""
        here, words = self.shape, list[str]()
        inside: Any = self.draft
        for step in path.split("."):
            if here.kind == "cards" and step.isdecimal():
                inside = inside[int(step)]
                words.append(self.card_name(here, inside) or str(int(step) + 1))
            elif here.kind != "pairs":
                here = dict(here.fields)[step]
                inside = inside[step]
                words.append(here.title(language))
        return ", ".join(words)


def _plain(key: str) -> str:
    return re.sub("[^a-zA-Z0-9_-]", "-", key)
