"""The naive form: one SERIALIZABLE transaction per posting, row locks, row triggers, and a retry when it fails.

It has tables of its own, because the product's number their journals without a gap, which would make every naive
posting collide with every other. What it promises is less than what the product does: foreign keys, a key that posts
once, a journal that balances (a deferred row trigger, as in textbooks), balances that are kept with the legs. It
talks to the driver directly, without an ORM, so it is as quick as this form gets from Python.
"""

import random
import time
import uuid

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure

from bench.workloads import ACCOUNTS

JOURNALS_BEFORE = 50_000
SCHEMA = f"""
DROP TABLE IF EXISTS naive_leg, naive_journal, naive_account CASCADE;
CREATE TABLE naive_account (id integer PRIMARY KEY, balance numeric(38, 18) NOT NULL);
CREATE TABLE naive_journal (
    id uuid PRIMARY KEY, key text NOT NULL UNIQUE, value_date date NOT NULL, posted_at timestamptz NOT NULL
);
CREATE TABLE naive_leg (
    id bigserial PRIMARY KEY,
    journal_id uuid NOT NULL REFERENCES naive_journal,
    account_id integer NOT NULL REFERENCES naive_account,
    side text NOT NULL CHECK (side IN ('debit', 'credit')),
    amount numeric(38, 18) NOT NULL CHECK (amount > 0)
);
CREATE INDEX ON naive_leg (journal_id);
CREATE INDEX ON naive_leg (account_id);
CREATE OR REPLACE FUNCTION naive_journal_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(CASE side WHEN 'debit' THEN amount ELSE -amount END)
          FROM naive_leg WHERE journal_id = NEW.journal_id) <> 0 THEN
        RAISE EXCEPTION 'journal % does not balance', NEW.journal_id;
    END IF;
    RETURN NULL;
END $$;
INSERT INTO naive_account SELECT n, 0 FROM generate_series(0, {ACCOUNTS - 1}) n;
-- On empty tables this form reads whole tables and collides with everybody: it gets books that are in use.
INSERT INTO naive_journal SELECT gen_random_uuid(), n, current_date, now() FROM generate_series(1, {JOURNALS_BEFORE}) n;
INSERT INTO naive_leg (journal_id, account_id, side, amount)
    SELECT id, key::integer % {ACCOUNTS}, side, 1 FROM naive_journal, (VALUES ('debit'), ('credit')) s (side);
CREATE CONSTRAINT TRIGGER naive_journal_must_balance AFTER INSERT ON naive_leg
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION naive_journal_must_balance();
ANALYZE naive_account, naive_journal, naive_leg;
"""  # noqa: S608 - a constant of our own

WAIT_SECONDS_FIRST, WAIT_SECONDS_MAX = 0.002, 0.1


class NaivePoster:
    """One caller of the naive form, with a connection of its own."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url)
        self._connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        self.retries = 0

    def post(self, debit: int, credit: int) -> None:
        """Post one unit, trying again for as long as it takes."""
        key, wait_seconds = uuid.uuid4().hex, WAIT_SECONDS_FIRST
        while True:
            try:
                with self._connection.transaction():
                    self._post_once(key, debit, credit)
            except (SerializationFailure, DeadlockDetected):
                self.retries += 1
                time.sleep(random.uniform(0, wait_seconds))  # noqa: S311 - jitter
                wait_seconds = min(2 * wait_seconds, WAIT_SECONDS_MAX)
            else:
                return

    def close(self) -> None:
        self._connection.close()

    def _post_once(self, key: str, debit: int, credit: int) -> None:
        execute = self._connection.execute
        if execute("SELECT id FROM naive_journal WHERE key = %s", [key]).fetchone():
            return
        execute("SELECT id, balance FROM naive_account WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [[debit, credit]])
        journal_id = uuid.uuid4()
        execute("INSERT INTO naive_journal VALUES (%s, %s, current_date, now())", [journal_id, key])
        execute(
            "INSERT INTO naive_leg (journal_id, account_id, side, amount) VALUES (%s, %s, %s, 1), (%s, %s, %s, 1)",
            [journal_id, debit, "debit", journal_id, credit, "credit"],
        )
        execute("UPDATE naive_account SET balance = balance + 1 WHERE id = %s", [debit])
        execute("UPDATE naive_account SET balance = balance - 1 WHERE id = %s", [credit])
