"""What must hold for every leg: between it, its journal and its account, and from one step of its account to the next."""

from ledger.verification.sql_check import sql_check

LEG_FITS_ITS_JOURNAL = sql_check(
    "leg_must_fit_its_journal",
    """
    SELECT coalesce(j.ledger_id, l.ledger_id),
           format('leg %s of journal %s', l.position, coalesce(j.number::text, l.journal_id::text)),
           CASE WHEN j.id IS NULL THEN 'a journal' ELSE format('ledger %s, value date %s', j.ledger_id, j.value_date) END,
           CASE WHEN j.id IS NULL THEN 'none' ELSE format('ledger %s, value date %s', l.ledger_id, l.value_date) END
      FROM ledger_leg l
      LEFT JOIN ledger_journal j ON j.id = l.journal_id
     WHERE (l.ledger_id {only} OR j.ledger_id {only})
       AND (j.id IS NULL OR j.ledger_id <> l.ledger_id OR j.value_date <> l.value_date)
    """,
)

LEG_FITS_ITS_ACCOUNT = sql_check(
    "leg_must_fit_its_account",
    """
    SELECT l.ledger_id,
           format('leg %s of account %s', l.account_seq, coalesce(a.code, l.account_id::text)),
           CASE WHEN a.id IS NULL THEN 'an account'
                ELSE format('ledger %s, a debit or credit in %s above zero with %s decimals at most',
                            a.ledger_id, a.ccy, c.minor_units) END,
           CASE WHEN a.id IS NULL THEN 'none'
                ELSE format('ledger %s, %s %s %s', l.ledger_id, l.side, trim_scale(l.amount), l.ccy) END
      FROM ledger_leg l
      LEFT JOIN ledger_account a ON a.id = l.account_id
      LEFT JOIN ledger_currency c ON c.code = a.ccy
     WHERE (l.ledger_id {only} OR a.ledger_id {only})
       AND (a.id IS NULL OR a.ledger_id <> l.ledger_id OR a.ccy <> l.ccy OR l.side NOT IN ('debit', 'credit')
            OR NOT (l.amount > 0 AND l.amount < 1e20) OR l.amount <> round(l.amount, c.minor_units))
    """,
)

# Each drift is told once, where it begins: an amount that was changed shifts every later step by the same.
LEG_IS_THE_NEXT_STEP = sql_check(
    "leg_is_its_accounts_next_step",
    """
    WITH counted AS (
        SELECT a.ledger_id, a.code, a.non_negative, l.account_id, l.account_seq, l.balance_after, l.position, j.number,
               row_number() OVER steps AS step,
               sum(CASE WHEN (l.side = 'debit') = (a.type IN ('asset', 'expense')) THEN l.amount ELSE -l.amount END)
                   OVER steps AS running
          FROM ledger_leg l
          JOIN ledger_account a ON a.id = l.account_id
          LEFT JOIN ledger_journal j ON j.id = l.journal_id
         WHERE a.ledger_id {only}
        WINDOW steps AS (PARTITION BY l.account_id ORDER BY l.account_seq ROWS UNBOUNDED PRECEDING)
    ), compared AS (
        SELECT *, account_seq - step AS seq_drift, lag(account_seq - step, 1, 0::bigint) OVER steps AS seq_drift_before,
               balance_after - running AS drift, lag(balance_after - running, 1, 0) OVER steps AS drift_before,
               lag(number) OVER steps AS number_before, lag(position) OVER steps AS position_before
          FROM counted
        WINDOW steps AS (PARTITION BY account_id ORDER BY account_seq)
    )
    SELECT ledger_id, format('leg %s of account %s: %s', account_seq, code, what), expected, found
      FROM (SELECT * FROM compared
             WHERE seq_drift <> 0 OR drift <> 0 OR (non_negative AND balance_after < 0)
                OR (number, position) <= (number_before, position_before)) suspects
     CROSS JOIN LATERAL (VALUES
           ('running number', (account_seq - seq_drift + seq_drift_before)::text, account_seq::text,
            seq_drift <> 0 AND seq_drift <> seq_drift_before),
           ('balance_after', trim_scale(running)::text, trim_scale(balance_after)::text,
            drift <> 0 AND drift <> drift_before),
           ('floor', 'not below zero', trim_scale(balance_after)::text, non_negative AND balance_after < 0),
           ('place', format('behind leg %s of journal %s', position_before, number_before),
            format('leg %s of journal %s', position, number),
            (number, position) <= (number_before, position_before))
           ) AS question (what, expected, found, is_wrong)
     WHERE is_wrong
    """,
)
