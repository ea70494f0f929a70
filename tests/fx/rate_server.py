"""A real HTTP server on this machine that answers as a test tells it to."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class RateServer(ThreadingHTTPServer):
    """Answers each request with the next of `answers`, the last one again and again: a status and a body.

    `pause_seconds` goes by between the bytes of a body.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.answers: list[tuple[int, bytes]] = [(200, b"")]
        self.pause_seconds = 0.0
        self.requests = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/rates"


class _Answer(BaseHTTPRequestHandler):
    server: RateServer

    def do_GET(self) -> None:
        answers = self.server.answers
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.server.requests += 1
        self.send_response(status)
        if status in {301, 302}:
            self.send_header("Location", body.decode())
            body = b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for i in range(0, len(body), 1 if self.server.pause_seconds else 65536):
                self.wfile.write(body[i : i + (1 if self.server.pause_seconds else 65536)])
                self.wfile.flush()
                time.sleep(self.server.pause_seconds)
        except OSError:
            pass  # the client has heard enough

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def rate_server() -> Iterator[RateServer]:
    with RateServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
