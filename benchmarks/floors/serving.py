"""The hand-written endpoint as a server of its own: python -m benchmarks.floors.serving --question list --port 8001."""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

import uvicorn
import uvloop
from benchmarks.support.contest import contest
from benchmarks.support.measured_shop import opened


async def serve(url: str, question: str, port: int) -> None:
    """Serve /by-hand and /prebuilt for one question over a shop that is set up already, until told to stop."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(url, Path(folder)) as shop:
            app = (await contest(shop, question)).rivals
            config = uvicorn.Config(app, port=port, http="httptools", lifespan="off", log_config=None, access_log=False)
            await uvicorn.Server(config).serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--question", required=True)
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(os.environ["VETRINA_DATABASE_URL"], asked.question, asked.port))
