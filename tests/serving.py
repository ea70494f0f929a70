"""The web server that `make run` starts, on the test's own database, for what only a real server can show."""

import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doublex.embedded.process import Child, free_port

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS_MAX = 60


@contextmanager
def served(folder: Path, *, demo: bool = True) -> Iterator[str]:
    """The URL of a granian that runs until the block ends. In demo mode it speaks plain HTTP and needs no key."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "doublex.wsgi:application", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "1", "--blocking-threads", "8", "--no-ws", "--log-level", "warning"),
    )
    web = Child("web", command, folder / "web.log", environment={"DEMO": str(demo)}, folder=ROOT)
    web.start()
    try:
        web.wait_until(lambda: _answers(url), READY_SECONDS_MAX)
        yield url
    finally:
        web.stop()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (urllib.error.URLError, OSError):
        return False
