import re
from pathlib import Path

from ledger.api.problems import KINDS

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "api.md"


def test_the_table_of_errors_is_the_whole_table() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \| (.*) \|$", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {code: (int(status), meaning) for status, code, meaning in rows} == KINDS
