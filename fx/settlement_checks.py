"""What `ledger_verify` recomputes of settlements: the same that PostgreSQL held when they were written, and the money."""

from ledger.verification.sql_check import sql_check

# Every clearing leg is half of a settlement, and every settlement has both of its halves.
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

SETTLEMENTS_JOIN_TWO_JOURNALS = sql_check(
    "settlement_joins_two_journals",
    """
    SELECT s.ledger_id, format('settlement %s', s.id),
           format('%s %s %s through clearing, reversing %s', half.side, trim_scale(half.amount), half.ccy,
                  coalesce(half.reverses_id::text, 'nothing')),
           coalesce(format('%s %s %s through clearing, reversing %s', legs.sides, trim_scale(legs.amount), legs.ccy,
                           coalesce(j.reverses_id::text, 'nothing')), 'no journal')
      FROM fx_settlement s
      LEFT JOIN fx_settlement o ON o.id = s.reverses_id
     CROSS JOIN LATERAL (VALUES
            (s.base_journal_id, s.base, s.base_amount, s.base_side, o.base_journal_id),
            (s.quote_journal_id, s.quote, s.quote_amount,
             CASE s.base_side WHEN 'debit' THEN 'credit' ELSE 'debit' END, o.quote_journal_id)
           ) half (journal_id, ccy, amount, side, reverses_id)
      LEFT JOIN ledger_journal j ON j.id = half.journal_id AND j.ledger_id = s.ledger_id
      LEFT JOIN LATERAL (
            SELECT string_agg(l.side, '+') AS sides, sum(l.amount) AS amount, string_agg(DISTINCT l.ccy, '+') AS ccy
              FROM ledger_leg l JOIN fx_clearingaccount c ON c.account_id = l.account_id
             WHERE l.journal_id = j.id
           ) legs ON true
     WHERE s.ledger_id {only}
       AND (j.id IS NULL OR (legs.sides, legs.amount, legs.ccy, j.reverses_id)
                             IS DISTINCT FROM (half.side, half.amount, half.ccy, half.reverses_id))
    """,
)

# Times the divisor, so that nothing is divided and the comparison is exact; a reversal leaves what the original left.
RESIDUALS_ARE_WHAT_THE_RATE_LEAVES = sql_check(
    "settlement_residual_is_what_the_rate_leaves",
    """
    SELECT s.ledger_id, format('settlement %s', s.id),
           format('residual %s',
                  trim_scale(round(s.quote_amount - s.base_amount * s.multiply_by / s.divide_by, 18))),
           format('residual %s', trim_scale(s.residual))
      FROM fx_settlement s
     WHERE s.ledger_id {only}
       AND abs((s.quote_amount - s.residual) * s.divide_by - s.base_amount * s.multiply_by) > s.divide_by * 1e-29
    """,
)

CHECKS = (CLEARING_LEGS_ARE_COVERED, SETTLEMENTS_JOIN_TWO_JOURNALS, RESIDUALS_ARE_WHAT_THE_RATE_LEAVES)
