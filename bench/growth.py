"""Does posting slow down as the books grow? The same rounds on empty books and on five million legs."""

import psycopg
from tqdm import tqdm

from bench.contest import Contest, Entry, Results
from bench.workloads import ACCOUNTS, Workload

ENTRIES = [Entry("verb", Workload.UNIFORM, 32), Entry("HTTP", Workload.UNIFORM, 32)]
# Its own tables do not grow.
PACE = Entry("plain SQL", Workload.UNIFORM, 32)
SWEEPS = 250
SWEEPS_AT_ONCE = 10
LEGS = 2 * ACCOUNTS * SWEEPS

_TABLES = ("ledger_idempotencykey", "ledger_journal", "ledger_leg", "ledger_balance", "ledger_bookstate")

# Valid rows, written by the owner past the triggers, which would take an hour to check them one group at a time. In a
# sweep each account pays one unit to the next, so that it ends with what it had, and with two legs more.
_ACCOUNTS = """
CREATE TEMPORARY TABLE grown AS
SELECT a.id, row_number() OVER (ORDER BY a.code) AS place, b.leg_count, b.balance
  FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id WHERE a.ledger_id = %(ledger)s;
"""
# A UUID version 7, which PostgreSQL makes itself from version 18 on: the time, and two bits that turn a 4 into a 7.
_NEW_ID = """
CREATE FUNCTION pg_temp.new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
       PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
       52, 1), 53, 1), 'hex')::uuid
$$
"""
_SWEEPS = """
WITH new AS MATERIALIZED (
    SELECT pg_temp.new_id() AS id, pg_temp.new_id() AS key_id, sweep, payer.place AS place, s.last_number
             + (sweep - %(first)s) * %(accounts)s + payer.place AS number,
           payer.id AS payer_id, payer.leg_count AS payer_legs, payer.balance AS payer_balance,
           payee.id AS payee_id, payee.leg_count AS payee_legs, payee.balance AS payee_balance
      FROM generate_series(%(first)s, %(last)s) sweep
     CROSS JOIN grown payer
      JOIN grown payee ON payee.place = payer.place %% %(accounts)s + 1
     CROSS JOIN ledger_bookstate s WHERE s.ledger_id = %(ledger)s
), keys AS (
    INSERT INTO ledger_idempotencykey (id, ledger_id, key, fingerprint, journal_count)
    SELECT key_id, %(ledger)s, 'grown-' || number, '\\x00', 1 FROM new ORDER BY number
), journals AS (
    INSERT INTO ledger_journal (id, ledger_id, number, kind, idempotency_key_id, ordinal, value_date, posted_at,
                                description, reference, metadata, leg_count)
    SELECT id, %(ledger)s, number, 'transfer', key_id, 1, current_date, now(), '', '', '{}', 2 FROM new ORDER BY number
), state AS (
    UPDATE ledger_bookstate SET last_number = (SELECT max(number) FROM new), last_posted_at = now()
     WHERE ledger_id = %(ledger)s
)
INSERT INTO ledger_leg (ledger_id, journal_id, position, account_id, side, amount, ccy, value_date, account_seq,
                        balance_after)
SELECT %(ledger)s, id, leg.position, leg.account_id, leg.side, 1, 'EUR', current_date,
       leg.legs + 2 * sweep + leg.step, leg.balance + leg.moved
  FROM new
 CROSS JOIN LATERAL (VALUES
       -- Whoever is paid before it pays is one up in between; the first account pays first.
       (1, 'credit', payer_id, payer_legs, payer_balance, CASE place WHEN 1 THEN 1 ELSE 2 END,
           CASE place WHEN 1 THEN -1 ELSE 0 END),
       (2, 'debit', payee_id, payee_legs, payee_balance, CASE place WHEN %(accounts)s THEN 2 ELSE 1 END,
           CASE place WHEN %(accounts)s THEN 0 ELSE 1 END)
       ) leg (position, side, account_id, legs, balance, step, moved)
 ORDER BY number, position
"""
_BALANCES = """
UPDATE ledger_balance b SET debits = debits + %(sweeps)s, credits = credits + %(sweeps)s,
       leg_count = b.leg_count + 2 * %(sweeps)s FROM grown WHERE grown.id = b.account_id
"""


def measured(run: Contest, *, rounds: int, seconds: float) -> dict[str, object]:
    """Transfers per second before and after, for the verb and over HTTP, and their ratio.

    Minutes lie between, in which the machine changes its pace: the ratio is of what each is against plain SQL in its turns.
    """
    entries = [*ENTRIES, PACE]
    before = run.take_turns(entries, rounds, seconds, lambda _: None)
    grow(run.product.owner_url, str(run.product.ledger_id))
    run.warm_up()
    after = run.take_turns(entries, rounds, seconds, lambda _: None)
    return {"legs": LEGS} | {entry.name: _comparison(entry, before, after) for entry in ENTRIES}


def grow(owner_url: str, ledger_id: str, sweeps: int = SWEEPS) -> None:
    """Add so many sweeps, of two legs for each account, to the ledger's books; nobody may post meanwhile."""
    # Values are written into the statements here, where a number is just a number and of no size.
    with psycopg.connect(owner_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as owner:
        owner.execute(_ACCOUNTS, {"ledger": ledger_id})
        owner.execute(_NEW_ID)
        owner.execute("CREATE INDEX ON grown (place); ANALYZE grown")
        accounts = (owner.execute("SELECT count(*) FROM grown").fetchone() or (0,))[0]
        ledger = {"ledger": ledger_id, "accounts": accounts}
        for table in _TABLES:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            with owner.transaction():
                for first in tqdm(range(0, sweeps, SWEEPS_AT_ONCE), desc="growing the books", unit="200,000 legs"):
                    last = min(first + SWEEPS_AT_ONCE, sweeps) - 1
                    owner.execute(_SWEEPS, ledger | {"first": first, "last": last})
                owner.execute(_BALANCES, {"sweeps": sweeps})
        finally:
            for table in _TABLES:
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        owner.execute("VACUUM ANALYZE")


def _comparison(entry: Entry, before: Results, after: Results) -> dict[str, float]:
    empty, grown = (results[entry].against(results[PACE]) for results in (before, after))
    return {
        "empty": round(before[entry].per_second),
        "grown": round(after[entry].per_second),
        "ratio": round(grown / max(empty, 1e-9), 2),
    }
