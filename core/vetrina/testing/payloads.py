"""Recorded payloads: what a vendor once sent, kept in files beside the test and played back."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

TYPES = {
    ".json": "application/json",
    ".xml": "application/xml",
    ".form": "application/x-www-form-urlencoded",
    ".csv": "text/csv",
    ".txt": "text/plain",
}
"""Endings of payloads' files and what they are."""
HEADERS = ".headers"


class NotRecorded(Exception):
    """There is no payload of that name."""


class Payload(msgspec.Struct, frozen=True):
    """One message as it came over the wire."""

    name: str
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        """The body, decoded. Raises ValueError where it is no JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Recorded(Mapping[str, Payload]):
    """A folder's payloads by name, in the order of their names."""

    def __init__(self, payloads: Mapping[str, Payload], folder: Path) -> None:
        self._payloads = dict(payloads)
        self._folder = folder

    def __getitem__(self, name: str) -> Payload:
        try:
            return self._payloads[name]
        except KeyError:
            known = ", ".join(self._payloads)
            raise NotRecorded(f"{self._folder} holds no {name}: there are {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._payloads)

    def __len__(self) -> int:
        return len(self._payloads)


def recorded(folder: Path) -> Recorded:
    """The payloads in a folder: `recorded(Path(__file__).with_name("payloads"))["paid"]` is paid.json, or paid.xml.

    Headers stand in paid.headers, a `Name: value` in each line; those in a file named just `.headers` come with every
    payload, and a payload's own replace them. Names of headers are in small letters. Raises NotRecorded for a folder
    without any payload.
    """
    shared = _headers(folder / HEADERS)
    payloads = {
        path.stem: Payload(path.stem, path.read_bytes(), _of(path, shared))
        for path in sorted(folder.glob("*"))
        if path.suffix in TYPES
    }
    if not payloads:
        raise NotRecorded(f"{folder} holds no payload: files such as paid.json are what a vendor has sent")
    return Recorded(payloads, folder)


def _of(path: Path, shared: Mapping[str, str]) -> dict[str, str]:
    return {"content-type": TYPES[path.suffix], **shared, **_headers(path.with_suffix(HEADERS))}


def _headers(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = (line.partition(":") for line in path.read_text().splitlines() if line.strip())
    return {name.strip().lower(): value.strip() for name, _, value in lines}
