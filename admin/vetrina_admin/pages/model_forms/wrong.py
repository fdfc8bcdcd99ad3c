"""What is wrong with a form, in the reader's language, each sentence at the field it is about, all of them at once."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from vetrina.plugin.words import Say, said
from vetrina_admin.pages.model_forms.drafts import Draft
from vetrina_admin.pages.model_forms.shapes import Shape
from vetrina_admin.pages.model_forms.values import Unread
from vetrina_admin.pages.wording import Say as Speak
from vetrina_admin.pages.wording import knows

Wrong = Mapping[str, str]
"""Sentences by the path of their field, such as zones.0.name; under "" what is about the whole form."""

SAME = {
    "decimal_type": "number", "decimal_parsing": "number", "float_type": "number", "float_parsing": "number",
    "finite_number": "number", "int_type": "integer", "int_parsing": "integer", "int_from_float": "integer",
    "date_type": "date", "date_parsing": "date", "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date", "datetime_type": "moment", "datetime_parsing": "moment",
    "datetime_from_date_parsing": "moment", "timezone_aware": "moment", "timezone_naive": "moment",
    "time_type": "time", "time_parsing": "time", "literal_error": "choice", "enum": "choice",
    "bool_parsing": "yes", "bool_type": "yes", "url_parsing": "url", "url_scheme": "url", "url_syntax_violation": "url",
    "string_pattern_mismatch": "pattern", "string_too_short": "short", "string_too_long": "long",
    "too_short": "few", "too_long": "many", "missing": "missing", "greater_than": "above",
    "greater_than_equal": "at_least", "less_than": "below", "less_than_equal": "at_most",
    "decimal_max_places": "places", "multiple_of": "multiple",
}  # fmt: skip
"""Pydantic's types of errors, and the sentence of the words [input] that says them."""


def wrong_with(
    say: Speak,
    language: str,
    shape: Shape,
    draft: Mapping[str, Draft],
    details: Sequence[Any] = (),
    unread: Sequence[Unread] = (),
) -> dict[str, str]:
    """Every sentence there is about a form, by path; a field keeps the first. `details` are pydantic's errors()."""
    wrong = {part.path: say(f"input.{part.problem}") for part in unread}
    for detail in details:
        path, rest = placed(shape, draft, detail["loc"])
        sentence = _sentence(say, language, detail)
        wrong.setdefault(path, f"{rest}: {sentence}" if rest else sentence)
    return wrong


def placed(shape: Shape, draft: Mapping[str, Draft], loc: Sequence[str | int]) -> tuple[str, str]:
    """The path of the field that an error's location leads to, and which of its lines it is about, if one of several.

    Of a mapping it is the row of that key. Steps that are no part of the form, such as a union's, are passed over.
    """
    here: Shape = shape
    inside: Any = draft
    is_list = False
    path: list[str] = []
    for each in loc:
        step = int(each) if here.kind in ("lines", "cards") and str(each).isdecimal() else each
        if here.kind == "lines" and isinstance(step, int):
            lines = [line.strip() for line in inside.split("\n") if line.strip()]
            return ".".join(path), lines[step] if step < len(lines) else ""
        if here.kind == "pairs":
            rows = [index for index, row in enumerate(cast("list[list[str]]", inside)) if row[0].strip() == step]
            return ".".join([*path, *map(str, rows[:1])]), ""
        if here.kind == "cards" and is_list:
            if not isinstance(step, int) or step >= len(inside):
                break
            inside, is_list = inside[step], False
        else:
            field = dict(here.fields).get(str(step))
            if field is None:
                continue
            here, inside, is_list = field, inside[str(step)], True
        path.append(str(step))
    return ".".join(path), ""


def _sentence(say: Speak, language: str, detail: Any) -> str:
    """By the type of the error. A validator says its own: raise ValueError(Say(en=..., it=...))."""
    facts: dict[str, Any] = detail.get("ctx", {})
    raised = facts.get("error")
    if isinstance(raised, ValueError):
        first = raised.args[0] if raised.args else ""
        return _ended(said(first, language) if isinstance(first, Say) else str(raised))
    kind = str(detail["type"])
    key = f"input.{SAME.get(kind, kind)}"
    if not knows(key):
        return _ended(str(detail["msg"]))
    plain = {name: str(value) for name, value in facts.items()}
    return say(key, **{**plain, "count": facts.get("min_length", facts.get("max_length", facts.get("max_items", 0)))})


def _ended(sentence: str) -> str:
    text = sentence.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
