"""The README does what it says: its own curl lines, word for word, against a server that it says how to start."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doublex.running import ROOT, Running


def session_of_the_readme() -> list[str]:
    """The shell blocks with curl lines, each line whole."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), flags=re.DOTALL)
    return [block for block in blocks if "curl" in block]


def answers_of(block: str, port: int) -> list[dict[str, Any]]:
    script = block.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    said = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True).stdout
    decoder, answers = json.JSONDecoder(), []
    while said := said.strip():
        answer, end = decoder.raw_decode(said)
        answers.append(answer)
        said = said[end:]
    return answers


def assert_first_session(port: int) -> None:
    opened, posted, replayed, refused, balances = [answers_of(block, port) for block in session_of_the_readme()]
    assert [account["code"] for account in opened] == ["ANNA", "BANK"]
    assert posted[0]["status"] == "applied"
    assert replayed == [posted[0] | {"status": "duplicate"}]
    assert refused[0]["code"] == "journal_not_balanced"
    assert [balance["balance"] for balance in balances] == ["25.00", "25.00"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("run") / "data")
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


def test_the_first_session_of_the_readme_goes_as_it_says(run: Running) -> None:
    assert_first_session(run.port)


def test_every_example_of_the_api_document_shows_something(run: Running) -> None:
    """On whatever day it is tried, in the order of the document."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "api.md").read_text("utf-8"), flags=re.DOTALL)
    variables, examples = blocks[0], [block for block in blocks if "curl" in block]
    answers = [answer for block in examples for answer in answers_of(f"{variables}\n{block}", run.port)]
    assert len(answers) == sum(block.count("curl ") for block in examples) == 12
    opened, frozen, frozen_list, posted, *balances, statement, trial, sheet, income, journals = answers
    assert (opened["code"], frozen["status"], posted["status"]) == ("CASH:1", "frozen", "applied")
    assert [account["code"] for account in frozen_list["results"]] == ["CASH:1"]
    assert [balance["balance"] for balance in balances] == ["12.34"] * 3
    assert statement["lines"][0]["description"] == "Two coffees"
    assert [account["account"] for account in trial["rows"]][-2:] == ["DEMO-CASH", "DEMO-REV"]
    assert "DEMO-CASH" in [account["account"] for account in sheet["rows"]]
    assert "DEMO-REV" in [account["account"] for account in income["rows"]]
    assert journals["results"][0]["reference"] == "order-4711"


def test_every_command_of_the_document_on_conversions_goes_as_it_stands(run: Running) -> None:
    text = (ROOT / "docs" / "fx.md").read_text("utf-8")
    script = "".join(re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL))
    script = script.replace("127.0.0.1:8000", f"127.0.0.1:{run.port}").replace(".venv/bin/python", sys.executable)
    done = subprocess.run(
        ["bash", "-euc", script], cwd=ROOT, env=run.environment, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    for said in (
        "3 accounts opened",
        "1 new, 0 revised",
        '"amount":"110.00","ccy":"USD"',
        "rounding half-up, tolerance 5 bps",
        "EUR/USD: 50 bps to FX-INCOME-USD",
        "unrealised result 0.00 EUR",
    ):
        assert said in done.stdout, done.stdout


@pytest.mark.prove
def test_a_fresh_clone_needs_nothing_but_make_run(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    run = Running(clone / ".doublex", command=("make", "run"), checkout=clone)
    try:
        run.wait_until_up()
        assert_first_session(run.port)
        ours = run.tree()
    finally:
        run.end()
    assert not [process for process in ours if process.is_running()]
