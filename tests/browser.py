"""Debian's Chromium, driven by playwright; tests that need it are skipped where it is absent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)

needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not there: apt-get install chromium")


@contextmanager
def opened(url: str, width_px: int = 1280, scheme: str = "light") -> Iterator[Any]:
    """The page at the URL, in a browser of its own.

    What the page asks of another host, and what its own scripts or its policy complain of, is an error. Django's ORM
    is out of reach meanwhile: playwright runs an event loop in this thread.
    """
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        context = browser.new_context(viewport={"width": width_px, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
        page.on("request", lambda asked: None if asked.url.startswith(origin(url)) else complaints.append(asked.url))
        page.goto(url)
        yield page
        browser.close()
    assert not complaints


def origin(url: str) -> str:
    return "/".join(url.split("/")[:3])
