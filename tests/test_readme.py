"""The README does what it says: its own curl lines, word for word, against a server that it says how to start."""

import json
import re
import subprocess
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


def test_the_first_session_of_the_readme_goes_as_it_says(tmp_path: Path) -> None:
    run = Running(tmp_path / "data")
    try:
        run.wait_until_up()
        assert_first_session(run.port)
    finally:
        run.end()


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
