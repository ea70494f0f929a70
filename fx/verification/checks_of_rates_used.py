"""A settlement's rate is that of the revisions it names, and its figures are what that rate makes of its amounts."""

from ledger.verification.sql_check import sql_check

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

# The rate for people has fifty digits; a cross multiplies two that were rounded to as many.
RATES_ARE_THEIR_FRACTION = sql_check(
    "settlement_rate_is_its_fraction",
    """
    SELECT s.ledger_id, format('settlement %s', s.id),
           format('rate %s', trim_scale(round(s.multiply_by / s.divide_by, 18))), format('rate %s', trim_scale(s.rate))
      FROM fx_settlement s
     WHERE s.ledger_id {only} AND abs(s.rate * s.divide_by - s.multiply_by) > s.multiply_by * 1e-47
    """,
)

# Compared as text, so that a step that is no longer a step is told like any other lie.
RATES_ARE_THOSE_OF_THEIR_STEPS = sql_check(
    "settlement_rate_is_that_of_its_steps",
    """
    WITH steps AS (
        SELECT s.id, n, it->>'rate_id' AS rate_id, it->>'revision' AS revision, it->>'inverted' AS inverted
          FROM fx_settlement s
         CROSS JOIN jsonb_array_elements(CASE jsonb_typeof(s.steps) WHEN 'array' THEN s.steps ELSE '[]' END)
               WITH ORDINALITY AS step (it, n)
         WHERE s.ledger_id {only}
    ), used AS (
        SELECT steps.id, count(*) AS steps, count(v.revision) AS kept,
               coalesce(max(v.quoted_value) FILTER (WHERE n = 1 AND inverted = 'false'), 1)
               * coalesce(max(v.quoted_value) FILTER (WHERE n = 2 AND inverted = 'false'), 1) AS multiply_by,
               coalesce(max(v.quoted_value) FILTER (WHERE n = 1 AND inverted = 'true'), 1)
               * coalesce(max(v.quoted_value) FILTER (WHERE n = 2 AND inverted = 'true'), 1) AS divide_by
          FROM steps
          LEFT JOIN fx_raterevision v ON v.rate_id::text = steps.rate_id AND v.revision::text = steps.revision
         GROUP BY steps.id
    )
    SELECT s.ledger_id, format('settlement %s', s.id),
           CASE WHEN s.path = 'stated' THEN 'no stored rate, as one was stated'
                WHEN u.kept = u.steps THEN format('%s / %s, as its steps say', trim_scale(u.multiply_by), trim_scale(u.divide_by))
                ELSE 'stored revisions of rates for its steps' END,
           CASE WHEN u.kept = u.steps THEN format('%s / %s by %s steps', trim_scale(s.multiply_by), trim_scale(s.divide_by), u.steps)
                ELSE format('%s of %s steps stored', coalesce(u.kept, 0), coalesce(u.steps, 0)) END
      FROM fx_settlement s
      LEFT JOIN used u ON u.id = s.id
     WHERE s.ledger_id {only}
       AND CASE s.path WHEN 'stated' THEN u.id IS NOT NULL
                ELSE (u.steps, u.kept, u.multiply_by, u.divide_by)
                     IS DISTINCT FROM (CASE s.path WHEN 'cross' THEN 2 ELSE 1 END, u.steps, s.multiply_by, s.divide_by) END
    """,
)

BOOK_VALUES_ARE_AMOUNTS = sql_check(
    "settlement_book_value_is_its_own_amount",
    """
    SELECT s.ledger_id, format('settlement %s', s.id), format('book value %s %s', trim_scale(own.amount), b.base_ccy),
           format('book value %s', coalesce(trim_scale(s.book_value)::text, 'unknown'))
      FROM fx_settlement s
      JOIN ledger_ledger b ON b.id = s.ledger_id
     CROSS JOIN LATERAL (SELECT CASE b.base_ccy WHEN s.base THEN s.base_amount WHEN s.quote THEN s.quote_amount END) own (amount)
     WHERE s.ledger_id {only} AND own.amount IS NOT NULL AND s.book_value IS DISTINCT FROM own.amount
    """,
)

CHECKS = (
    RESIDUALS_ARE_WHAT_THE_RATE_LEAVES,
    RATES_ARE_THEIR_FRACTION,
    RATES_ARE_THOSE_OF_THEIR_STEPS,
    BOOK_VALUES_ARE_AMOUNTS,
)
