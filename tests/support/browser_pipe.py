"""A Chromium process and the pipe it is spoken to through: commands of the DevTools protocol, answers, events."""

import contextlib
import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from typing import Any

from tests.support.browser_setup import Chromium

PATIENCE = 20.0
"""Seconds to wait for anything of a browser."""
FLAGS = (
    "--no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-extensions --disable-background-networking"
    " --disable-component-update --disable-features=Translate,MediaRouter --mute-audio --password-store=basic"
)
Hear = Callable[[str, dict[str, Any]], None]


class Pipe:
    """Both ways to a browser. Every page has a session; what happens there is told to who listens to it."""

    def __init__(self, commands: int, events: int) -> None:
        self._commands, self._events = commands, events
        self._rest = b""
        self._number = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self.listeners: dict[str, Hear] = {}

    def tell(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """One command, and its answer. Raises AssertionError where the browser refuses it."""
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        self._write(json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while number not in self._answers:
            assert self.listen(deadline - time.monotonic()), f"the browser does not answer {method}"
        answer = self._answers.pop(number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def listen(self, seconds: float) -> bool:
        """Take in what the browser says next; whether it said anything in that time."""
        if b"\0" not in self._rest and not select.select([self._events], [], [], max(seconds, 0))[0]:
            return False
        while b"\0" not in self._rest:
            part = os.read(self._events, 1 << 20)
            assert part, "the browser has gone"
            self._rest += part
        *messages, self._rest = self._rest.split(b"\0")
        for message in messages:
            self._hear(json.loads(message))
        return True

    def _hear(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]] = message
        elif listener := self.listeners.get(message.get("sessionId", "")):
            listener(message["method"], message["params"])

    def _write(self, message: bytes) -> None:
        while message:
            message = message[os.write(self._commands, message) :]


@contextlib.contextmanager
def running(chromium: Chromium) -> Generator[Pipe]:
    """A browser's process with a profile of its own; it ends with the block."""
    from_us, commands = os.pipe()
    events, to_us = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = " ".join((*chromium.flags, FLAGS, f"--user-data-dir={profile}"))
        # The browser speaks on its descriptors 3 and 4, wherever ours are; a plain sh knows one-digit numbers alone.
        command = f'exec "$0" {flags} --remote-debugging-pipe 3<&{from_us} 4>&{to_us}'
        process = subprocess.Popen(
            ["/bin/bash", "-c", command, chromium.program],
            pass_fds=(from_us, to_us),
            env=chromium.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(to_us)
        try:
            yield Pipe(commands, events)
        finally:
            process.terminate()
            process.wait(PATIENCE)
            os.close(commands)
            os.close(events)
