"""Everything that posts, behind PgBouncer in transaction mode: no state of a session is relied on."""

import os
import subprocess
import sys

import pytest

from tests.doublex.running import ROOT
from tests.pooler import pgbouncer

POSTING = [
    "tests/ledger/test_posting.py",
    "tests/ledger/test_posting_answers.py",
    "tests/ledger/test_posting_attempts.py",
    "tests/ledger/test_posting_under_contention.py",
    "tests/ledger/test_batches_and_reversals.py",
    "tests/ledger/test_accounts.py",
    "tests/ledger/api",
    "tests/proofs/test_model.py",
]


@pytest.mark.prove
@pytest.mark.skipif(pgbouncer() is None, reason="there is no pgbouncer here: Debian's package of that name has it")
def test_the_tests_that_post_pass_behind_a_transaction_pooler() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not prove", *POSTING],
        cwd=ROOT,
        env=os.environ | {"PGBOUNCER": "1", "DATABASE_IS_MIGRATED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
