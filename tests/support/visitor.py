"""A person with a browser that runs no scripts: follows links, fills forms, presses buttons."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import httpx

VOID = frozenset({"area", "br", "hr", "img", "input", "link", "meta"})


class Form:
    """A form as the page offers it: where it goes, what stands in its fields, and its buttons."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").lower()
        self.fields: dict[str, str] = {}
        self.buttons: list[dict[str, str]] = []
        self.choices: dict[str, list[str]] = {}
        self.boxes: dict[str, dict[str, bool]] = {}
        """Checkboxes by name, then by value: whether it is ticked."""


class Page(HTMLParser):
    """What a page holds: its forms, its links, the words a person reads, the fields marked as wrong."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self._words: list[str] = []
        self._select = ""
        self._textarea = ""
        self.feed(html)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._words).split())

    def form(self, ending: str) -> Form:
        """The form whose action's path ends so."""
        return next(form for form in self.forms if form.action.partition("?")[0].endswith(ending))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= given.items()
        if tag not in VOID:
            self.open.append(tag)
        if given.get("aria-invalid") == "true":
            self.wrong.append(given["name"])
        match tag:
            case "a":
                self.links.append(given.get("href", ""))
            case "form":
                self.forms.append(Form(given))
            case "button" if "form" in self.open and "form" not in given:
                self.forms[-1].buttons.append(given)
            case "input" if given.get("type") == "checkbox" and "name" in given:
                self.forms[-1].boxes.setdefault(given["name"], {})[given["value"]] = "checked" in given
            case "input" if given.get("type") == "radio":
                self.forms[-1].choices.setdefault(given["name"], []).append(given["value"])
                if "checked" in given:
                    self.forms[-1].fields[given["name"]] = given["value"]
            case "input" | "textarea" if "name" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
                self._textarea = given["name"] if tag == "textarea" else ""
            case "select":
                self._select = given["name"]
            case "option" if "disabled" not in given:
                self.forms[-1].choices.setdefault(self._select, []).append(given["value"])
                if "selected" in given or self._select not in self.forms[-1].fields:
                    self.forms[-1].fields[self._select] = given["value"]
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()
        self._textarea = "" if tag == "textarea" else self._textarea

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].fields[self._textarea] += data
        self._words.append(data)


class Visitor:
    """One person: keeps cookies and the page in front of them."""

    def __init__(self, app: Any, language: str = "en") -> None:
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="https://shop.test",
            headers={"accept-language": language, "accept": "text/html"},
            follow_redirects=True,
        )
        self.answer = httpx.Response(204)
        self.page = Page("")

    async def open(self, path: str) -> Page:
        return self._see(await self.client.get(path))

    async def send(self, form_: str, button: str = "", /, **typed: str | list[str]) -> Page:
        """Fill the form whose action ends so and press its button of that name (name=value), or its first.

        Checkboxes of a name are given as the list of those to be ticked.
        """
        form = self.page.form(form_)
        fields: dict[str, str | list[str]] = dict(form.fields)
        fields |= {name: [value for value, is_on in boxes.items() if is_on] for name, boxes in form.boxes.items()}
        pressed = next((b for b in form.buttons if f"{b.get('name')}={b.get('value')}" == button), form.buttons[0])
        if pressed.get("name"):
            fields[pressed["name"]] = pressed["value"]
        unknown = set(typed) - set(form.fields) - set(form.choices) - set(form.boxes)
        assert not unknown, f"the form has no {unknown}"
        return await self.post(form.action, fields | typed)

    async def post(self, path: str, fields: Mapping[str, str | list[str]], **headers: str) -> Page:
        return self._see(await self.client.post(path, data=fields, headers=headers))

    @property
    def path(self) -> str:
        """Where the person is, without the host."""
        return re.sub(r"^https://shop\.test", "", str(self.answer.url))

    def _see(self, answer: httpx.Response) -> Page:
        self.answer = answer
        self.page = Page(answer.text if "html" in answer.headers.get("content-type", "") else "")
        assert not self.page.open, f"never closed: {self.page.open}"
        return self.page
