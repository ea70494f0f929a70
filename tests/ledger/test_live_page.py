"""The live page in a browser, against the real server and the real books."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.demo import set_up_demo
from tests.browser import needs_chromium, opened
from tests.serving import served

pytestmark = [pytest.mark.prove, needs_chromium]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    set_up_demo()
    with served(tmp_path_factory.mktemp("web")) as here:
        yield f"{here}/"


class LivePage:
    """What a visitor does and sees."""

    def __init__(self, page: Any) -> None:
        self.page = page
        page.wait_for_function("document.querySelectorAll('[data-is=moved]')[1].textContent === 'now'")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        if name != "Rotate":
            self.page.wait_for_selector("#draft[aria-busy=false]")

    def write(self, amount: str) -> None:
        self.page.get_by_label("Amount in EUR").fill(amount)

    def said(self, *ids: str) -> list[str]:
        return [self.page.inner_text(f"#{name}") for name in ids]

    def balances(self) -> list[float]:
        return [float(text) for text in self.page.locator("[data-is=balance]").all_inner_texts()]

    def moved(self) -> list[str]:
        return list(self.page.locator("[data-is=moved]").all_inner_texts())


@pytest.mark.parametrize(("width_px", "scheme"), [(1280, "light"), (390, "dark")])
def test_post_replay_and_rotate_do_what_they_say(url: str, width_px: int, scheme: str) -> None:
    with opened(url, width_px, scheme) as page:
        live = LivePage(page)
        before = live.balances()
        live.write("7.25")
        live.press("Post")
        verdict, journal_id, status, round_trip, created_at = live.said(
            "verdict", "journal_id", "status", "round_trip", "created_at"
        )
        assert (verdict, status) == ("applied", "applied")
        assert re.fullmatch(r"[0-9a-f-]{36}", journal_id)
        assert re.fullmatch(r"[\d.]+ ms", round_trip)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", created_at)
        after = live.balances()
        assert after == pytest.approx([balance + 7.25 for balance in before])
        assert all(text.startswith("was ") for text in live.moved())
        assert f'"journal_id": "{journal_id}"' in live.said("response")[0]
        assert live.page.locator("#answer-card").bounding_box()["y"] < 844

        live.press("Replay")
        assert live.said("verdict", "status", "journal_id") == ["duplicate", "duplicate", journal_id]
        assert (live.balances(), live.moved()) == (after, ["unmoved", "unmoved"])
        live.press("Post")
        assert live.said("verdict") == ["duplicate"]

        live.write("8.00")
        live.press("Post")
        assert live.said("verdict") == ["idempotency_conflict"]
        live.press("Rotate")
        live.press("Post")
        assert live.said("verdict") == ["applied"]
        assert live.said("journal_id") != [journal_id]
        assert page.evaluate("document.documentElement.scrollWidth") <= width_px


@pytest.mark.parametrize(
    ("amount", "code"), [("501", "transfer_limit_exceeded"), ("a lot", "invalid_amount"), ("", "invalid_amount")]
)
def test_a_refused_amount_says_why_and_moves_nothing(url: str, amount: str, code: str) -> None:
    with opened(url) as page:
        live = LivePage(page)
        before = live.balances()
        live.write(amount)
        live.press("Post")
        assert live.said("verdict", "status", "journal_id") == [code, "refused, 422", "–"]
        assert (live.balances(), live.moved()) == (before, ["unmoved", "unmoved"])
        live.write("1")
        live.press("Post")
        assert live.said("verdict") == ["applied"]


def test_a_lost_answer_is_told_and_found_again_by_a_replay(url: str) -> None:
    with opened(url) as page:
        live = LivePage(page)
        page.route("**/api/transfers/", lambda route: (route.fetch(), route.abort()))
        live.press("Post")
        assert live.said("verdict", "status") == ["network error", "unknown"]
        assert "Press Replay" in live.said("detail")[0]
        page.unroute("**/api/transfers/")
        live.press("Replay")
        assert live.said("verdict") == ["duplicate"]


def test_a_server_that_is_away_is_told(url: str) -> None:
    with opened(url) as page:
        live = LivePage(page)
        page.context.set_offline(True)
        live.press("Post")
        assert live.said("verdict") == ["network error"]
        page.context.set_offline(False)
        live.press("Replay")
        assert live.said("verdict") == ["applied"]


def test_everything_is_reached_by_the_keyboard_and_keeps_its_focus(url: str) -> None:
    with opened(url) as page:
        live = LivePage(page)
        live.press("Rotate")
        page.get_by_label("Amount in EUR").focus()
        page.keyboard.type("0")
        page.keyboard.press("Enter")
        page.wait_for_selector("#verdict[data-kind=applied]")
        names = []
        for _ in range(4):
            page.keyboard.press("Tab")
            names.append(page.evaluate("document.activeElement.id"))
        assert names == ["key", "rotate", "post", "replay"]
        page.keyboard.press("Enter")
        page.wait_for_selector("#verdict[data-kind=duplicate]")
        assert page.evaluate("document.activeElement.id") == "replay"


def test_the_documents_of_the_api_work_without_the_network(url: str) -> None:
    with opened(f"{url}api/docs/") as page:
        page.wait_for_selector(".opblock")
        assert page.locator(".opblock").count() >= 10
        page.get_by_text("Read a balance").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_placeholder("code").fill("DEMO-CASH")
        page.get_by_role("button", name="Execute").click()
        page.wait_for_selector(".live-responses-table .response")
        assert '"account": "DEMO-CASH"' in page.inner_text(".live-responses-table")
