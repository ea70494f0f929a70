"""Writes iso4217.csv anew from the installed iso4217 package (a development dependency).

    python -m ledger.data.write_iso4217

Then write down the new date in this folder's docstring, and add a migration that loads the new rows.
"""

import csv

import iso4217

from ledger.data import ISO4217_PATH


def write_iso4217() -> None:
    """One line per code, by code; ISO repeats a currency for every country that uses it."""
    with ISO4217_PATH.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["code", "number", "minor_units", "name"])
        for code, entry in sorted((code, entry) for code, entry in iso4217.raw_table.items() if code):
            units = str(entry["CcyMnrUnts"])
            out.writerow([code, f"{entry['CcyNbr']:03}", units if units.isdigit() else "", entry["CcyNm"]])


if __name__ == "__main__":
    write_iso4217()
