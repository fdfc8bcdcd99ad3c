"""Other processes of the same shop: to share its database with, and to kill."""

import asyncio
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def start(module: str, *arguments: str) -> "subprocess.Popen[str]":
    """Run a module of tests.support in a process of its own; its lines can be read."""
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.support.{module}", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


async def line_of(child: "subprocess.Popen[str]") -> str:
    """The child's next line, without its end; empty once it has ended."""
    assert child.stdout is not None
    return (await asyncio.to_thread(child.stdout.readline)).strip()


def kill(child: "subprocess.Popen[str]") -> None:
    """End a child as a power cut would, and close its pipe."""
    child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()
