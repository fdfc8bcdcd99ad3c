"""Forms made from pydantic models: what is asked for, what is read back, what is said about what is wrong."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel, Field, ValidationError

from vetrina.plugin.settings import PluginSettings
from vetrina_admin.pages.model_forms import changed, draft_of, read_draft, shape_of, values_of, wrong_with
from vetrina_admin.pages.model_forms.drafts import FormTooLarge
from vetrina_admin.pages.model_forms.shapes import Shape
from vetrina_admin.pages.model_forms.values import plain_number
from vetrina_admin.pages.wording import speaker
from vetrina_flat_rate.settings import FlatRateSettings
from vetrina_manual_payment.settings import ManualPaymentSettings

PLUGINS = Path(__file__).parents[1] / "support" / "plugins"


@pytest.fixture
def showcase(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(PLUGINS))  # pyright: ignore[reportUnknownMemberType]
    return import_module("vetrina_showcase")


def posted(draft: Any, path: str = "f") -> dict[str, list[str]]:
    """What a browser sends for a draft."""
    match draft:
        case dict():
            inside = cast("dict[str, Any]", draft).items()
        case [[_, _], *_]:
            rows = enumerate(cast("list[list[str]]", draft))
            inside = [(str(number), {"key": key, "value": value}) for number, (key, value) in rows]
        case [dict(), *_]:
            inside = [(str(number), part) for number, part in enumerate(cast("list[Any]", draft))]
        case list():
            return {path: cast("list[str]", draft)}
        case _:
            return {path: [str(draft)]}
    return {name: values for part, below in inside for name, values in posted(below, f"{path}.{part}").items()}


def test_every_kind_of_field(showcase: Any) -> None:
    shape = shape_of(showcase.ShowcaseSettings)
    kinds = {name: field.kind for name, field in shape.fields}
    assert kinds == {
        "label": "text", "story": "long", "pieces": "integer", "width": "number", "is_lit": "yes", "since": "date",
        "opens": "moment", "finish": "choice", "sides": "choices", "words": "lines", "notes": "pairs", "key": "secret",
        "place": "group", "shelves": "cards",
    }  # fmt: skip
    fields = dict(shape.fields)
    assert fields["finish"].title("it") == "Finitura" and fields["finish"].label("gloss", "it") == "Lucida"
    assert fields["finish"].label("gloss", "en") == "Gloss"
    assert fields["pieces"].title("en") == "Pieces" and fields["label"].hint("it") == "Stands above it."


@pytest.mark.parametrize("language", ["en", "it"])
def test_what_is_drawn_comes_back_as_it_was(showcase: Any, language: str) -> None:
    full: BaseModel = showcase.ShowcaseSettings(
        story="one\ntwo", width=Decimal("12.50"), is_lit=False, since=date(2026, 2, 3),
        opens=datetime(2026, 7, 1, 10, 30, tzinfo=UTC), finish="gloss", sides=["left", "right"], words=["a", "b c"],
        notes={"en": "x.y", "it": "zß"}, place={"street": "Via Roma", "floor": -1},
        shelves=[{"name": "Top", "prices": {"EUR": "1.5"}}, {"name": "Low", "load": "0"}],
    )  # fmt: skip
    models: tuple[BaseModel, ...] = (full, FlatRateSettings(), ManualPaymentSettings())
    for model in models:
        kind = type(model)
        shape = shape_of(kind)
        draft = draft_of(kind, shape, model.model_dump(), language)
        read = read_draft(shape, posted(draft))
        assert read == draft
        values, unread = values_of(shape, read, language)
        assert not unread and kind.model_validate(values) == model


NUMBERS = [
    ("5.90", "en", "5.90"), ("5,90", "it", "5.90"), ("1,234.50", "en", "1234.50"), ("1.234,50", "it", "1234.50"),
    ("1 234,5", "it", "1234.5"), ("5.90", "it", "5.90"), ("5,90", "en", "5,90"), ("1’234.5", "en", "1234.5"),
    ("-3", "it", "-3"), ("", "en", ""), ("abc", "it", "abc"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "plain"), NUMBERS)
def test_numbers_are_read_as_they_are_written(text: str, language: str, plain: str) -> None:
    assert plain_number(text, language) == plain


def _problems(model: type[BaseModel], typed: dict[str, Any], language: str) -> dict[str, str]:
    shape = shape_of(model)
    draft = read_draft(shape, posted(typed))
    values, unread = values_of(shape, draft, language)
    try:
        model.model_validate(values)
    except ValidationError as error:
        return wrong_with(speaker(language), language, shape, draft, error.errors(), unread)
    return wrong_with(speaker(language), language, shape, draft, (), unread)


def test_everything_wrong_is_said_at_once_and_in_both_languages(showcase: Any) -> None:
    typed = {
        "label": "Window!", "pieces": "0", "width": "wide", "since": "31/12", "opens": "soon", "finish": "wood",
        "place": {"street": "", "floor": "1,5"}, "words": "new", "key": "",
        "notes": [["en", "a"], ["en", "b"], ["", "c"]],
        "shelves": [{"name": "Top", "load": "-1"},
            {"name": "", "load": "2", "prices": [["GBP", "1"], ["EUR", "dear"]]}],
    }  # fmt: skip
    english = _problems(showcase.ShowcaseSettings, typed, "en")
    assert english == {
        "label": "Do not shout.",
        "pieces": "At least 1.",
        "width": "Write a number, such as 12.50.",
        "since": "Write a date.",
        "opens": "Write a day and a time.",
        "finish": "Choose one of the options.",
        "place.floor": "Write a whole number.",
        "notes.1": "This name stands here already.",
        "notes.2": "A name is missing before this value.",
        "shelves.0.load": "At least 0.",
        "shelves.1.name": "This cannot be empty.",
        "shelves.1.prices.1": "Write a number, such as 12.50.",
    }
    italian = _problems(showcase.ShowcaseSettings, typed, "it")
    assert italian.keys() == english.keys() and not set(italian.values()) & set(english.values())
    assert italian["label"] == "Non gridare." and italian["pieces"] == "Almeno 1."
    zone = {"name": "Here", "countries": "IT\nFRA", "rates": [{"handle": "A b", "prices": [["EUR", "1.234"]]}]}
    rates = _problems(FlatRateSettings, {"zones": [zone]}, "en")
    assert rates.keys() == {"zones.0.countries", "zones.0.rates.0.handle", "zones.0.rates.0.prices"}
    days = {"days_until_due": "7", "days_of_grace": "0", "remind_before": "2", "remind_after": "1", "store_days": "7"}
    sent = {"iban": "IT00", "counted_days": "all", **days}
    assert _problems(ManualPaymentSettings, sent, "it").keys() == {"iban"}


def test_rows_and_cards_come_and_go(showcase: Any) -> None:
    shape = shape_of(showcase.ShowcaseSettings)
    draft = read_draft(shape, {"f.shelves.3.name": ["Low"], "f.shelves.1.name": ["Top"]})
    assert [card["name"] for card in draft["shelves"]] == ["Top", "Low"]
    changed(shape, draft, "add:shelves")
    changed(shape, draft, "add:shelves.2.prices")
    assert draft["shelves"][2] == {"name": "", "load": "2.5", "prices": [["", ""]]}
    changed(shape, draft, "remove:shelves.0")
    assert [card["name"] for card in draft["shelves"]] == ["Low", ""]
    for wish in ("add:label", "add:nothing", "add:shelves.9.prices", "remove:shelves.99", "remove:shelves.x", "jump:"):
        assert changed(shape, draft, wish)["shelves"] == draft["shelves"] and len(draft["shelves"]) == 2


TOO_LARGE = [
    {"f." + "a." * 20 + "b": ["x"]},
    {"f.story": ["x" * 50_001]},
    {f"f.shelves.{index}.name": ["x"] for index in range(201)},
    {f"f.notes.{index}.key": ["x"] for index in range(201)},
    {"f.words": ["\n" * 2_001]},
    {"f.label": ["x"], "f.label.more": ["y"]},
]


@pytest.mark.parametrize("fields", TOO_LARGE)
def test_forms_have_limits(showcase: Any, fields: dict[str, list[str]]) -> None:
    with pytest.raises(FormTooLarge):
        read_draft(shape_of(showcase.ShowcaseSettings), fields)


def test_names_a_form_does_not_have_are_passed_over(showcase: Any) -> None:
    shape = shape_of(showcase.ShowcaseSettings)
    strange = {"f.nobody": ["x"], "f.place": ["x"], "f.shelves.-1.name": ["x"], "f.notes.0": ["x"]}
    clean = read_draft(shape, {})
    assert read_draft(shape, strange) == clean | {"notes": [["", ""]]} and read_draft(shape, {"label": ["x"]}) == clean
    assert read_draft(shape, {f"f.shelves.{'9' * 5000}.name": ["x"]})["shelves"] == []


def test_a_model_of_anything_has_a_form() -> None:
    class Tree(BaseModel):
        name: str = ""
        branches: list["Tree"] = []

    class Odd(PluginSettings):
        either: int | str | None = Field(default=None)
        matrix: list[list[int]] = Field(default=[[1]])
        tree: Tree = Tree()

    shape = shape_of(Odd)
    assert {name: field.kind for name, field in shape.fields} == {"either": "json", "matrix": "json", "tree": "group"}
    draft = draft_of(Odd, shape, Odd().model_dump(), "en")
    values, unread = values_of(shape, draft, "en")
    assert not unread and Odd.model_validate(values) == Odd()
    _, unread = values_of(shape, draft | {"matrix": "[[" * 50_000, "either": "["}, "en")
    assert {part.path for part in unread} == {"matrix", "either"}

    def depth(shape: Shape) -> int:
        return 1 + max((depth(field) for _, field in shape.fields), default=0)

    assert depth(shape) < 12
