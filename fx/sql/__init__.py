"""What rates promise as first-class SQL, in the manner of `ledger.sql`."""

from pathlib import Path

from ledger.sql import SqlFiles

FILES = SqlFiles(Path(__file__).parent)
read = FILES.read
install = FILES.install
