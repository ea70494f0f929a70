from pathlib import Path

import pytest

from ledger.models import Account, Ledger
from tests.ledger.imports.files import Said, file_of, run
from tests.ledger.imports.journals import Import


@pytest.fixture
def import_(ledger: Ledger, cash: Account, revenue: Account, tmp_path: Path) -> Import:
    def run_it(text: str | bytes, *options: str, name: str = "file.csv") -> Said:
        return run("journals_import", file_of(tmp_path, text, name), ledger.code, *options)

    return run_it
