"""A revaluation is a journal in base currency for its day, its reversal on the next, and figures that add up."""

from ledger.verification.sql_check import sql_check

REVALUATIONS_HAVE_THEIR_JOURNALS = sql_check(
    "revaluation_has_its_journals",
    """
    SELECT v.ledger_id, format('revaluation %s of %s', v.ordinal, v.date),
           format('a revaluation on %s, reversed on %s', v.date, v.date + 1),
           format('%s, %s', coalesce(format('a %s on %s', j.kind, j.value_date), 'no journal'),
                  CASE WHEN r.id IS NULL THEN 'no reversal' WHEN r.reverses_id IS DISTINCT FROM v.journal_id
                       THEN 'reversed by a journal of something else' ELSE format('reversed on %s', r.value_date) END)
      FROM fx_revaluation v
      LEFT JOIN ledger_journal j ON j.id = v.journal_id AND j.ledger_id = v.ledger_id
      LEFT JOIN ledger_journal r ON r.id = v.reversal_id AND r.ledger_id = v.ledger_id
     WHERE v.ledger_id {only}
       AND (j.kind, j.value_date, r.value_date, r.reverses_id)
           IS DISTINCT FROM ('revaluation', v.date, v.date + 1, v.journal_id)
    """,
)

REVALUATION_JOURNALS_ARE_RECORDED = sql_check(
    "revaluation_journal_is_recorded",
    """
    SELECT j.ledger_id, format('journal %s', j.number), 'a recorded revaluation', 'none'
      FROM ledger_journal j
     WHERE j.ledger_id {only} AND j.kind = 'revaluation'
       AND NOT EXISTS (SELECT FROM fx_revaluation v WHERE v.journal_id = j.id)
    """,
)

# The result is revenue; what it is held against is the valuation account, an asset.
REVALUATIONS_POST_THEIR_AMOUNT = sql_check(
    "revaluation_posts_its_amount_in_base_currency",
    """
    SELECT v.ledger_id, format('journal %s', j.number),
           format('asset %s, revenue %s of %s %s', half.asset_side, half.revenue_side, trim_scale(abs(v.amount)), b.base_ccy),
           coalesce(legs.shown, 'no legs')
      FROM fx_revaluation v
      JOIN ledger_ledger b ON b.id = v.ledger_id
     CROSS JOIN LATERAL (
            SELECT v.journal_id, CASE WHEN v.amount > 0 THEN 'debit' ELSE 'credit' END,
                   CASE WHEN v.amount > 0 THEN 'credit' ELSE 'debit' END
             UNION ALL
            SELECT v.reversal_id, CASE WHEN v.amount > 0 THEN 'credit' ELSE 'debit' END,
                   CASE WHEN v.amount > 0 THEN 'debit' ELSE 'credit' END
           ) half (journal_id, asset_side, revenue_side)
      JOIN ledger_journal j ON j.id = half.journal_id
      LEFT JOIN LATERAL (
            SELECT string_agg(format('%s %s %s %s', a.type, l.side, trim_scale(l.amount), l.ccy), ', ' ORDER BY a.type) AS shown,
                   count(*) = 2
                   AND bool_and(l.ccy = b.base_ccy AND l.amount = abs(v.amount))
                   AND count(*) FILTER (WHERE (a.type, l.side) = ('asset', half.asset_side)) = 1
                   AND count(*) FILTER (WHERE (a.type, l.side) = ('revenue', half.revenue_side)) = 1 AS fits
              FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
             WHERE l.journal_id = j.id
           ) legs ON true
     WHERE v.ledger_id {only} AND legs.fits IS NOT TRUE
    """,
)

REVALUATIONS_ADD_UP = sql_check(
    "revaluation_steps_add_up",
    """
    SELECT ledger_id, format('revaluation %s of %s', ordinal, date), format('step %s, result %s', step, trim_scale(total)),
           format('step %s, result %s', ordinal, trim_scale(result))
      FROM (SELECT v.ledger_id, v.date, v.ordinal, v.result,
                   row_number() OVER so_far AS step, sum(v.amount) OVER so_far AS total
              FROM fx_revaluation v WHERE v.ledger_id {only}
            WINDOW so_far AS (PARTITION BY v.ledger_id, v.date ORDER BY v.ordinal)) steps
     WHERE (ordinal, result) IS DISTINCT FROM (step, total)
    """,
)

# What is no number counts as missing, so that a figure that was overwritten is told and stops nothing.
REVALUATIONS_ARE_OF_THEIR_POSITIONS = sql_check(
    "revaluation_is_the_sum_of_its_positions",
    r"""
    SELECT v.ledger_id, format('revaluation %s of %s', v.ordinal, v.date), format('result %s', trim_scale(v.result)),
           format('positions of %s', coalesce(trim_scale(found.total)::text, 'nothing'))
      FROM fx_revaluation v
     CROSS JOIN LATERAL (
            SELECT sum(CASE WHEN it->>'value' ~ '^-?\d+(\.\d+)?$' AND it->>'carried' ~ '^-?\d+(\.\d+)?$'
                            THEN (it->>'value')::numeric - (it->>'carried')::numeric END) AS total
              FROM jsonb_array_elements(CASE jsonb_typeof(v.positions) WHEN 'array' THEN v.positions ELSE '[]' END) it
           ) found
     WHERE v.ledger_id {only} AND coalesce(found.total, 0) <> v.result
    """,
)

CHECKS = (
    REVALUATIONS_HAVE_THEIR_JOURNALS,
    REVALUATION_JOURNALS_ARE_RECORDED,
    REVALUATIONS_POST_THEIR_AMOUNT,
    REVALUATIONS_ADD_UP,
    REVALUATIONS_ARE_OF_THEIR_POSITIONS,
)
