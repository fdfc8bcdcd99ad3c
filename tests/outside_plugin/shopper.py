"""Who asks the served shop: front ends and programs over HTTP, a person with a browser."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from tests.support.server import Server
from tests.support.visitor import Visitor

PATIENCE = 30.0
"""Seconds until something is taken up that every process follows within two."""


class Caller:
    """Both APIs of one server, the admin's with a token that may everything."""

    def __init__(self, server: Server, token: str) -> None:
        self.client = httpx.Client(base_url=server.url, timeout=30)
        self.server = server
        self._token = token

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def shop(self, document: str, **variables: Any) -> Any:
        """The storefront's answer: its data, or the sentences that say why there is none."""
        return _content(self.client.post("/graphql", json={"query": document, "variables": variables}))

    def admin(self, document: str, **variables: Any) -> Any:
        """The admin's answer: its data."""
        headers = {"authorization": f"Bearer {self._token}"}
        request = {"query": document, "variables": variables}
        found = _content(self.client.post("/admin/graphql", json=request, headers=headers))
        assert isinstance(found, dict), f"{found}\n{self.server.log}"
        return found  # pyright: ignore[reportUnknownVariableType]

    def plugin(self, name: str) -> dict[str, Any] | None:
        """How a plugin stands."""
        return self.admin(PLUGIN, name=name)["plugin"]

    def change(self, verb: str, name: str, **variables: Any) -> Any:
        """Have a mutation of plugins done; its payload."""
        return self.admin(CHANGES[verb], name=name, **variables)["done"]

    def until(self, expected: Any, look: Callable[[], Any]) -> None:
        """Wait until something is as it should be; what it was instead is said with the server's log."""
        deadline = time.monotonic() + PATIENCE
        while (seen := look()) != expected:
            assert time.monotonic() < deadline, f"{seen}\n{self.server.log}"
            time.sleep(0.05)


class Person(Visitor):
    """Somebody with a browser, far from the server."""

    def __init__(self, server: Server, language: str = "en") -> None:
        super().__init__(None, language)
        self.client = httpx.AsyncClient(
            base_url=server.url,
            headers={"accept-language": language, "accept": "text/html"},
            follow_redirects=True,
            timeout=30,
        )

    async def __aenter__(self) -> "Person":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def sign_in(self, email: str, password: str) -> None:
        await self.open("/admin/sign-in")
        await self.send("/sign-in", email=email, password=password)
        assert self.answer.status_code == 200 and "/sign-in" not in str(self.answer.url), self.page.words


def _content(answer: httpx.Response) -> Any:
    content: Mapping[str, Any] = answer.json()
    return [error["message"] for error in content["errors"]] if "errors" in content else content["data"]


PLUGIN = """query ($name: String!) { plugin(name: $name, language: "it") {
  title version distribution state reason isOn hasSettings hasTables slots
  permissions { code description } contributions { kind names } } }"""
_STANDS = "plugin { state reason version } userErrors { code field message }"
CHANGES = {
    "enable": f"mutation ($name: String!) {{ done: pluginEnable(name: $name) {{ {_STANDS} }} }}",
    "disable": f"mutation ($name: String!) {{ done: pluginDisable(name: $name) {{ {_STANDS} }} }}",
    "confirm": f"mutation ($name: String!) {{ done: pluginConfirm(name: $name) {{ {_STANDS} }} }}",
    "configure": """mutation ($name: String!, $settings: JSON!) {
      done: pluginConfigure(name: $name, settings: $settings) {
        settings { values } userErrors { code field message } } }""",
    "remove": """mutation ($name: String!) { done: pluginRemove(name: $name, confirmation: $name) {
      removal { tables { name rows } traces { kind rows } stays } userErrors { code field message } } }""",
}
