"""Clearing accounts are what they must be, and nothing passes through one but the halves of settlements."""

from ledger.verification.sql_check import sql_check

CLEARING_LEGS_ARE_COVERED = sql_check(
    "clearing_leg_needs_its_settlement",
    """
    SELECT l.ledger_id, format('leg %s of journal %s on %s', l.position, j.number, a.code), 'a settlement', 'none'
      FROM fx_clearingaccount c
      JOIN ledger_account a ON a.id = c.account_id
      JOIN ledger_leg l ON l.account_id = c.account_id
      JOIN ledger_journal j ON j.id = l.journal_id
     WHERE c.ledger_id {only}
       AND NOT EXISTS (SELECT FROM fx_settlement s WHERE s.base_journal_id = l.journal_id)
       AND NOT EXISTS (SELECT FROM fx_settlement s WHERE s.quote_journal_id = l.journal_id)
    """,
)

CLEARING_ACCOUNTS_FIT = sql_check(
    "clearing_account_fits_its_currency",
    """
    SELECT c.ledger_id, format('clearing account %s', coalesce(a.code, c.account_id::text)),
           format('ledger %s, %s, may go below zero', c.ledger_id, c.ccy),
           CASE WHEN a.id IS NULL THEN 'no such account'
                ELSE format('ledger %s, %s, %s', a.ledger_id, a.ccy,
                            CASE WHEN a.non_negative THEN 'must not go below zero' ELSE 'may go below zero' END) END
      FROM fx_clearingaccount c
      LEFT JOIN ledger_account a ON a.id = c.account_id
     WHERE c.ledger_id {only}
       AND (a.ledger_id, a.ccy, a.non_negative) IS DISTINCT FROM (c.ledger_id, c.ccy, false)
    """,
)

CHECKS = (CLEARING_LEGS_ARE_COVERED, CLEARING_ACCOUNTS_FIT)
