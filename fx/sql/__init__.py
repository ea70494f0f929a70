"""What rates promise as first-class SQL, in the manner of `ledger.sql`."""

from pathlib import Path

from ledger.sql import SqlFiles

_FILES = SqlFiles(Path(__file__).parent)
read = _FILES.read
install = _FILES.install
