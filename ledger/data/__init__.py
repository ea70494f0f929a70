"""Data that comes from elsewhere, kept here as it came: iso4217.csv, the official list of currencies.

Origin: ISO 4217 list one, published 2026-01-01 by its maintenance agency, as carried by the Python package
iso4217 1.16.20260101. Made by `python -m ledger.data.write_iso4217`; a test compares it with the package.

Ten codes or so have no minor unit in ISO's list (gold, SDR, the testing codes). They are in the file with that column
empty and are not loaded: how many decimals they have in somebody's books is that somebody's choice, and it cannot be
changed afterwards. `manage.py currency_add XAU --name Gold --minor-units 6` makes it.
"""

import csv
from pathlib import Path
from typing import NamedTuple

ISO4217_PATH = Path(__file__).parent / "iso4217.csv"


class Iso4217Row(NamedTuple):
    code: str
    number: str
    minor_units: int | None
    name: str


def iso4217_rows() -> list[Iso4217Row]:
    """The official list, the codes without a minor unit included."""
    with ISO4217_PATH.open(encoding="utf-8", newline="") as file:
        return [
            Iso4217Row(row["code"], row["number"], int(row["minor_units"]) if row["minor_units"] else None, row["name"])
            for row in csv.DictReader(file)
        ]
