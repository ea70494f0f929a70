"""A real HTTP server between client and ledger, which loses, delays and refuses what it is told to."""

import http.client
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Fault = Callable[["_Handler"], None]


class FlakyProxy:
    """Forwards every request to the ledger, except that the next ones meet the `faults`, in their order."""

    def __init__(self, port: int) -> None:
        self.faults: deque[Fault] = deque()
        self.seen: list[str] = []
        self.released = threading.Event()
        proxy = self

        class Handler(_Handler):
            ledger_port = port
            owner = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ledger_port: int
    owner: FlakyProxy

    def do_any(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.owner.seen.append(f"{self.command} {self.path}")
        fault = self.owner.faults.popleft() if self.owner.faults else forwarded
        fault(self)

    do_GET = do_POST = do_PATCH = do_any  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
        pass

    def ask_the_ledger(self) -> http.client.HTTPResponse:
        ledger = http.client.HTTPConnection("127.0.0.1", self.ledger_port, timeout=30)
        ledger.request(self.command, self.path, self.body or None, dict(self.headers))
        return ledger.getresponse()

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        """Close the connection as a crash does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


def forwarded(handler: _Handler) -> None:
    answer = handler.ask_the_ledger()
    handler.answer(answer.status, answer.read(), Content_Type=answer.headers["Content-Type"])


def lost_on_the_way_there(handler: _Handler) -> None:
    handler.reset()


def lost_on_the_way_back(handler: _Handler) -> None:
    """The ledger does it, and nobody hears of it."""
    handler.ask_the_ledger().read()
    handler.reset()


def never_answered(handler: _Handler) -> None:
    """The ledger does it, and the answer does not come as long as anybody waits."""
    handler.ask_the_ledger().read()
    handler.owner.released.wait(60)
    handler.close_connection = True


def answering(status: int, body: bytes, **headers: str) -> Fault:
    return lambda handler: handler.answer(status, body, **headers)


def refusing(status: int, code: str, **headers: str) -> Fault:
    body = f'{{"code": "{code}", "status": {status}, "title": "", "detail": "Later.", "field": null}}'
    return answering(status, body.encode(), Content_Type="application/problem+json", **headers)


def losing_the_commits_reply(handler: _Handler) -> None:
    """The ledger does it, and says that it does not know."""
    handler.ask_the_ledger().read()
    refusing(503, "outcome_unknown")(handler)
