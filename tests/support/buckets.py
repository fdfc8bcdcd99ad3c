"""A server that speaks like S3, on loopback: objects in memory, and a log of what was asked of it."""

import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Bucket:
    """What it holds, and how it answers."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.refuses = False
        self.address = ""


@contextmanager
def a_bucket() -> Generator[Bucket]:
    """Serve until the block ends."""
    bucket = Bucket()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(bucket))
    bucket.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()


def _answering(bucket: Bucket) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self._may():
                bucket.objects[self.path] = content
                self._say(200, b"", content)

        def do_GET(self) -> None:
            content = bucket.objects.get(self.path)
            if not self._may():
                return
            if content is None:
                self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")
                return
            wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
            if wanted is None:
                self._say(200, content, content)
                return
            first, last = int(wanted[1]), min(int(wanted[2]), len(content) - 1)
            self._say(206, content[first : last + 1], content, f"bytes {first}-{last}/{len(content)}")

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_POST(self) -> None:
            """Many objects are deleted at once; one that is not there is deleted."""
            asked = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            if self._may():
                keys = re.findall("<Key>(.*?)</Key>", asked)
                for key in keys:
                    bucket.objects.pop(f"{self.path.partition('?')[0]}/{key}", None)
                deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
                self._say(200, f'<DeleteResult xmlns="{SPACE}">{deleted}</DeleteResult>'.encode())

        def _may(self) -> bool:
            headers = {name.lower(): value for name, value in self.headers.items()}
            bucket.asked.append((self.command, self.path, headers))
            if bucket.refuses or not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential=key/"):
                self._say(403, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
                return False
            return True

        def _say(self, status: int, body: bytes, whole: bytes | None = None, part: str = "") -> None:
            self.send_response(status)
            if whole is not None:
                self.send_header("etag", f'"{md5(whole, usedforsecurity=False).hexdigest()}"')
                self.send_header("last-modified", "Sat, 14 Mar 2026 09:26:53 GMT")
            if part:
                self.send_header("content-range", part)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the parent's word
            """Say nothing."""

    return Answer
