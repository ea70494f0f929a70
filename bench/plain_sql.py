"""The limit for one posting per transaction: pgbench with plain SQL at READ COMMITTED, and no guarantees at all.

One journal, two legs, two balance updates; no key, no balance check, no rule, no Python.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from bench.measured import Round
from bench.workloads import ACCOUNTS, ZIPF_EXPONENT, Workload
from doublex.embedded.binaries import postgres_folder

SCHEMA = f"""
DROP TABLE IF EXISTS plain_leg, plain_journal, plain_account CASCADE;
CREATE TABLE plain_account (id integer PRIMARY KEY, balance numeric(38, 18) NOT NULL);
CREATE TABLE plain_journal (id bigserial PRIMARY KEY, value_date date NOT NULL, posted_at timestamptz NOT NULL);
CREATE TABLE plain_leg (
    id bigserial PRIMARY KEY, journal_id bigint NOT NULL, account_id integer NOT NULL,
    side text NOT NULL, amount numeric(38, 18) NOT NULL
);
INSERT INTO plain_account SELECT n, 0 FROM generate_series(0, {ACCOUNTS - 1}) n;
ANALYZE plain_account;
"""  # noqa: S608 - a constant of our own

# pgbench draws Zipf numbers only for exponents other than 1.
_OTHER_THAN_ONE = 1.001
_DRAWS = {
    Workload.UNIFORM: ("random(0, {last})", "random(0, {last})"),
    Workload.HOT: ("0", "random(1, {last})"),
    Workload.ZIPF: ("random_zipfian(1, {last} + 1, {exponent}) - 1", "random_zipfian(1, {last} + 1, {exponent}) - 1"),
}
# The smaller id first, or deadlocks would be all that is measured.
_POSTING = """
\\set a {a}
\\set b {b}
\\set first least(:a, :b)
\\set second greatest(:a, :b)
BEGIN;
INSERT INTO plain_journal (value_date, posted_at) VALUES (current_date, now()) RETURNING id AS journal \\gset
INSERT INTO plain_leg (journal_id, account_id, side, amount)
    VALUES (:journal, :first, 'debit', 1), (:journal, :second, 'credit', 1);
UPDATE plain_account SET balance = balance + 1 WHERE id = :first;
UPDATE plain_account SET balance = balance - 1 WHERE id = :second;
COMMIT;
"""
_MICROSECONDS = 1e-6
_COLUMN_OF_LATENCY = 2


def run_plain_sql(url: str, workload: Workload, clients: int, seconds: float) -> Round:
    """What pgbench reaches with so many clients; whole seconds are all that it knows."""
    whole_seconds = max(round(seconds), 1)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "posting.sql"
        script.write_text(_script(workload), encoding="utf-8")
        database = urlsplit(url)
        command: list[str | Path] = [
            postgres_folder() / "pgbench",
            *("-n", "-M", "prepared", "-f", script, "-c", str(clients), "-j", str(min(clients, 2))),
            *("-T", str(whole_seconds), "--log", f"--log-prefix={folder}/log"),
            *("-h", str(database.hostname), "-p", str(database.port), "-U", str(database.username)),
            database.path[1:],
        ]
        environment = {**os.environ, "PGPASSWORD": str(database.password)}
        subprocess.run(command, check=True, env=environment, capture_output=True)  # noqa: S603 - our own binary
        latencies = [
            int(line.split()[_COLUMN_OF_LATENCY]) * _MICROSECONDS
            for log in Path(folder).glob("log.*")
            for line in log.read_text("ascii").splitlines()
        ]
    return Round(len(latencies), whole_seconds, latencies)


def _script(workload: Workload) -> str:
    exponent = ZIPF_EXPONENT if ZIPF_EXPONENT != 1 else _OTHER_THAN_ONE
    a, b = (draw.format(last=ACCOUNTS - 1, exponent=exponent) for draw in _DRAWS[workload])
    return _POSTING.format(a=a, b=b)
