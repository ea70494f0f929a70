"""The samples of docs/imports.md go in as they are."""

from decimal import Decimal

from doublex.settings import BASE_DIR
from ledger.models import Balance, Ledger
from tests.ledger.imports.files import run

SAMPLES = BASE_DIR / "docs" / "samples"


def test_the_samples_are_imported_in_the_order_of_the_documentation(ledger: Ledger) -> None:
    assert run("accounts_import", SAMPLES / "chart.csv", ledger.code).out.startswith("6 accounts opened")
    assert run("journals_import", SAMPLES / "journals.csv", ledger.code).out.startswith("2 applied, 0 duplicate")
    assert run("journals_import", SAMPLES / "journals.jsonl", ledger.code).out.startswith("1 applied, 1 duplicate")
    held = dict(Balance.objects.filter(account__ledger=ledger).values_list("account__code", "balance"))
    assert held == {
        "CASH": Decimal(0),
        "CASH:1": Decimal("512.34"),
        "BANK": Decimal(8700),
        "EQUITY": Decimal(10000),
        "SALES": Decimal("12.34"),
        "RENT": Decimal(800),
    }
