"""What must hold for every account: its balance row, and what that row repeats of it."""

from ledger.verification.sql_check import sql_check

BALANCE_IS_THE_SUM = sql_check(
    "balance_is_the_sum_of_its_legs",
    """
    WITH of_legs AS (
        SELECT a.id, a.ledger_id, a.code, a.type IN ('asset', 'expense') AS debit_normal, count(l.position) AS legs,
               coalesce(sum(l.amount) FILTER (WHERE l.side = 'debit'), 0) AS debits,
               coalesce(sum(l.amount) FILTER (WHERE l.side = 'credit'), 0) AS credits
          FROM ledger_account a LEFT JOIN ledger_leg l ON l.account_id = a.id
         WHERE a.ledger_id {only} GROUP BY a.id
    ), expected AS (
        SELECT *, CASE WHEN debit_normal THEN debits - credits ELSE credits - debits END AS balance FROM of_legs
    )
    SELECT e.ledger_id, format('account %s', e.code),
           format('debits %s, credits %s, %s legs, balance %s',
                  trim_scale(e.debits), trim_scale(e.credits), e.legs, trim_scale(e.balance)),
           CASE WHEN b.account_id IS NULL THEN 'no balance row'
                ELSE format('debits %s, credits %s, %s legs, balance %s',
                            trim_scale(b.debits), trim_scale(b.credits), b.leg_count, trim_scale(b.balance)) END
      FROM expected e
      LEFT JOIN ledger_balance b ON b.account_id = e.id
     WHERE (b.debits, b.credits, b.leg_count, b.balance) IS DISTINCT FROM (e.debits, e.credits, e.legs, e.balance)
    """,
)

BALANCE_ROW_FLAGS = sql_check(
    "balance_row_is_that_of_its_account",
    """
    SELECT a.ledger_id, format('account %s', a.code),
           format('%s normal, non_negative %s, active %s',
                  CASE WHEN a.type IN ('asset', 'expense') THEN 'debit' ELSE 'credit' END,
                  a.non_negative::text, (a.status = 'active')::text),
           format('%s normal, non_negative %s, active %s',
                  CASE WHEN b.debit_normal THEN 'debit' ELSE 'credit' END, b.non_negative::text, b.active::text)
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.ledger_id {only}
       AND (b.debit_normal, b.non_negative, b.active)
           <> (a.type IN ('asset', 'expense'), a.non_negative, a.status = 'active')
    UNION ALL
    SELECT a.ledger_id, format('account %s', a.code),
           format('ledger %s, %s with %s decimals', a.ledger_id, a.ccy, c.minor_units),
           format('ledger %s, %s with %s decimals', b.ledger_id, b.ccy, b.minor_units)
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id JOIN ledger_currency c ON c.code = a.ccy
     WHERE a.ledger_id {only} AND (b.ledger_id, b.ccy, b.minor_units) <> (a.ledger_id, a.ccy, c.minor_units)
    """,
)

CLOSED_IS_EMPTY = sql_check(
    "account_must_be_empty_to_close",
    """
    SELECT a.ledger_id, format('account %s, which is closed', a.code), 'balance 0',
           format('balance %s', trim_scale(b.balance))
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.ledger_id {only} AND a.status = 'closed' AND b.balance <> 0
    """,
)
