"""The accountant's and the operator's day in a real browser, against the product as `make run` starts it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.doublex.running import Running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
MAKE_OPERATOR = """
from django.contrib.auth.models import Group, User
operator = User.objects.create_user("operator", password="an-operators-secret", is_staff=True)
operator.groups.add(Group.objects.get(name="operators"))
"""

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser: {CHROMIUM} (Debian's chromium) is not installed"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("run") / "data")
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


class Visit:
    """One user's window; it notes every host that a page asks for anything, and every error of its scripts."""

    def __init__(self, browser: "Browser", run: Running, name: str, password: str, width: int) -> None:
        self.address = f"http://127.0.0.1:{run.port}"
        self.page: Page = browser.new_page(viewport={"width": width, "height": 900})
        self.strangers: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.open("/admin/")
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url("**/admin/")

    def open(self, path: str) -> None:
        answer = self.page.goto(f"{self.address}{path}")
        assert answer
        assert answer.status == 200, path

    def click_action(self, name: str) -> None:
        """A button of the page's head; on a small screen it is behind the dots."""
        button = self.page.locator("a", has_text=re.compile(rf"^\s*(\w+\s+)?{name}\s*$")).first
        if not button.is_visible():
            self.page.locator("text=more_horiz").first.click()
        button.click()
        self.page.wait_for_load_state()

    def submit(self) -> None:
        self.page.locator("#content form button[type=submit]").last.click()
        self.page.wait_for_load_state()

    def says(self, text: str) -> None:
        self.page.wait_for_selector(f"text={text}")

    def aligned(self, *selectors: str) -> set[str]:
        """To which side the first of each is aligned."""
        return {self.page.eval_on_selector(each, "cell => getComputedStyle(cell).textAlign") for each in selectors}

    def fits(self) -> None:
        """Nothing makes the page itself wider than the window."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (self.page.url, wide)

    def _note(self, request: "object") -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith((self.address, "data:", "blob:")):
            self.strangers.append(url)


@pytest.mark.parametrize("width", [1280, 390])
def test_an_accountant_opens_and_freezes_an_account_and_reverses_a_journal(
    run: Running, browser: "Browser", width: int
) -> None:
    sides = {"DEMO-CASH": "debit", "DEMO-REV": "credit"}
    legs = [{"account": code, "side": side, "amount": "12.50", "ccy": "EUR"} for code, side in sides.items()]
    journal = run.ask("/api/transfers/", {"idempotency_key": f"browser-{width}", "legs": legs})
    visit = Visit(browser, run, "accountant", "doublex-demo", width)
    visit.says("in balance")
    visit.fits()

    visit.open("/admin/ledger/account/")
    visit.fits()
    visit.click_action("Open account")
    visit.page.fill("input[name=code]", f"TILL-{width}")
    visit.page.fill("input[name=name]", "The till")
    visit.fits()
    visit.submit()
    visit.says(f"Account TILL-{width} is open.")
    visit.fits()
    visit.click_action("Freeze")
    visit.submit()
    visit.says(f"Account TILL-{width} is frozen.")
    assert run.ask(f"/api/accounts/TILL-{width}")["status"] == "frozen"

    visit.open(f"/admin/ledger/journal/{journal['journal_id']}/change/")
    visit.says("12.50 EUR")
    visit.fits()
    visit.click_action("Reverse")
    visit.page.fill("input[name=description]", "posted by mistake")
    visit.submit()
    visit.says(f"Journal {journal['number']} is reversed")
    reversed_by = run.ask(f"/api/journals/{journal['journal_id']}")["reversed_by"]
    assert reversed_by
    assert reversed_by in visit.page.url
    assert (visit.strangers, visit.errors) == ([], [])


def test_figures_and_the_names_of_their_columns_stand_at_the_right_and_texts_at_the_left(
    run: Running, browser: "Browser"
) -> None:
    sides = {"DEMO-CASH": "debit", "DEMO-REV": "credit"}
    legs = [{"account": code, "side": side, "amount": "1.00", "ccy": "EUR"} for code, side in sides.items()]
    journal = run.ask("/api/transfers/", {"idempotency_key": "browser-figures", "legs": legs})
    visit = Visit(browser, run, "accountant", "doublex-demo", 1280)
    visit.open("/admin/ledger/journal/?ledger=demo")
    assert visit.aligned(".column-total", ".field-total", ".column-number", ".field-number") == {"right"}
    assert visit.aligned(".column-value_day", ".field-value_day") == {"left"}
    visit.open(f"/admin/ledger/journal/{journal['journal_id']}/change/")
    assert visit.aligned(*(f"table {cell}:nth-child({n})" for cell in ("th", "td") for n in (1, 4, 5, 6))) == {"right"}
    assert visit.aligned("table th:nth-child(2)", "table td:nth-child(2)") == {"left"}


def test_an_operator_makes_a_key_and_sees_it_once(run: Running, browser: "Browser") -> None:
    made = run.beside("manage.py", "shell", "-v0", "-c", MAKE_OPERATOR)
    assert made.returncode == 0, made.stderr
    visit = Visit(browser, run, "operator", "an-operators-secret", 1280)
    visit.open("/admin/ledger/apikey/")
    visit.click_action("Make key")
    visit.page.fill("input[name=name]", "the shop")
    visit.submit()
    secret = visit.page.inner_text("#new-key")
    assert re.fullmatch(r"dx_[\w-]{43}", secret)
    for path in ("/admin/ledger/apikey/", "/admin/ledger/auditentry/"):
        visit.open(path)
        visit.says(secret[:11])
        assert secret not in visit.page.content()
        visit.fits()
    assert (visit.strangers, visit.errors) == ([], [])
