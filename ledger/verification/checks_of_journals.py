"""What must hold for every journal: its legs, its number, its key, and what it reverses."""

from ledger.verification.sql_check import sql_check

JOURNAL_BALANCES = sql_check(
    "journal_must_balance",
    """
    SELECT j.ledger_id, format('journal %s in %s', j.number, l.ccy),
           format('debits equal to credits'), format('debits %s, credits %s', trim_scale(l.debits), trim_scale(l.credits))
      FROM (SELECT journal_id, ccy, coalesce(sum(amount) FILTER (WHERE side = 'debit'), 0) AS debits,
                   coalesce(sum(amount) FILTER (WHERE side = 'credit'), 0) AS credits
              FROM ledger_leg GROUP BY journal_id, ccy) l
      JOIN ledger_journal j ON j.id = l.journal_id
     WHERE j.ledger_id {only} AND l.debits <> l.credits
    """,
)

JOURNAL_HAS_ITS_LEGS = sql_check(
    "journal_must_have_its_legs",
    """
    SELECT j.ledger_id, format('journal %s', j.number),
           format('%s legs, numbered 1 to %s', j.leg_count, j.leg_count),
           CASE WHEN l.legs IS NULL THEN 'none' ELSE format('%s, numbered %s to %s', l.legs, l.first, l.last) END
      FROM ledger_journal j
      LEFT JOIN (SELECT journal_id, count(*) AS legs, min(position) AS first, max(position) AS last
                   FROM ledger_leg GROUP BY journal_id) l ON l.journal_id = j.id
     WHERE j.ledger_id {only} AND (l.legs, l.first, l.last) IS DISTINCT FROM (j.leg_count, 1, j.leg_count)
    """,
)

JOURNAL_NUMBERS = sql_check(
    "journal_number_has_no_gap",
    """
    WITH compared AS (
        SELECT ledger_id, number, posted_at, lag(number, 1, 0::bigint) OVER posting AS number_before,
               lag(posted_at) OVER posting AS posted_before
          FROM ledger_journal WHERE ledger_id {only}
        WINDOW posting AS (PARTITION BY ledger_id ORDER BY number)
    )
    SELECT ledger_id, format('journal %s: %s', number, what), expected, found
      FROM (SELECT * FROM compared WHERE number <> number_before + 1 OR posted_at < posted_before) suspects
     CROSS JOIN LATERAL (VALUES
           ('number', (number_before + 1)::text, number::text, number <> number_before + 1),
           ('posted_at', format('not before %s', posted_before), posted_at::text, posted_at < posted_before)
           ) AS question (what, expected, found, is_wrong)
     WHERE is_wrong
    """,
)

BOOK_STATE = sql_check(
    "book_state_is_that_of_the_last_journal",
    """
    SELECT l.id, 'book state',
           format('last number %s, posted at %s', coalesce(j.number, 0), coalesce(j.posted_at::text, 'no time')),
           CASE WHEN s.ledger_id IS NULL THEN 'no book state'
                ELSE format('last number %s, posted at %s', s.last_number, coalesce(s.last_posted_at::text, 'no time')) END
      FROM ledger_ledger l
      LEFT JOIN ledger_bookstate s ON s.ledger_id = l.id
      LEFT JOIN LATERAL (SELECT number, posted_at FROM ledger_journal WHERE ledger_id = l.id
                          ORDER BY number DESC LIMIT 1) j ON true
     WHERE l.id {only}
       AND (s.last_number, s.last_posted_at) IS DISTINCT FROM (coalesce(j.number, 0), j.posted_at)
    """,
)

KEY_HAS_ITS_JOURNALS = sql_check(
    "key_must_have_its_journals",
    """
    SELECT k.ledger_id, format('key %s', k.key),
           format('%s journals, 1 to %s', k.journal_count, k.journal_count),
           CASE WHEN j.journals IS NULL THEN 'none' ELSE format('%s journals, %s to %s', j.journals, j.first, j.last) END
      FROM ledger_idempotencykey k
      LEFT JOIN (SELECT idempotency_key_id, count(*) AS journals, min(ordinal) AS first, max(ordinal) AS last
                   FROM ledger_journal GROUP BY 1) j ON j.idempotency_key_id = k.id
     WHERE k.ledger_id {only} AND (j.journals, j.first, j.last) IS DISTINCT FROM (k.journal_count, 1, k.journal_count)
    UNION ALL
    SELECT j.ledger_id, format('journal %s', j.number), 'a key of its ledger',
           CASE WHEN k.id IS NULL THEN 'none' ELSE format('key %s of ledger %s', k.key, k.ledger_id) END
      FROM ledger_journal j
      LEFT JOIN ledger_idempotencykey k ON k.id = j.idempotency_key_id
     WHERE j.ledger_id {only} AND (k.id IS NULL OR k.ledger_id <> j.ledger_id)
    """,
)

REVERSALS_MIRROR = sql_check(
    "reversal_must_mirror",
    """
    WITH reversals AS (
        SELECT r.id, r.ledger_id, r.number, r.reverses_id, count(*) OVER (PARTITION BY r.reverses_id) AS times
          FROM ledger_journal r WHERE r.reverses_id IS NOT NULL AND r.ledger_id {only}
    ), unmatched AS (
        SELECT DISTINCT id FROM (
            SELECT id, account_id, amount, side FROM (
                SELECT r.id, l.account_id, l.amount, CASE l.side WHEN 'debit' THEN 'credit' ELSE 'debit' END AS side, 1 AS n
                  FROM reversals r JOIN ledger_leg l ON l.journal_id = r.id
                UNION ALL
                SELECT r.id, l.account_id, l.amount, l.side, -1 FROM reversals r JOIN ledger_leg l ON l.journal_id = r.reverses_id
            ) both_sides GROUP BY id, account_id, amount, side HAVING sum(n) <> 0) missing
    )
    SELECT r.ledger_id, format('journal %s', r.number),
           format('the one mirror image of journal %s', coalesce(o.number::text, r.reverses_id::text)),
           CASE WHEN o.id IS NULL THEN 'no such journal'
                WHEN o.ledger_id <> r.ledger_id THEN format('a journal of ledger %s', o.ledger_id)
                WHEN o.kind = 'reversal' THEN 'a reversal itself'
                WHEN r.times > 1 THEN format('%s reversals of it', r.times)
                ELSE 'other legs' END
      FROM reversals r
      LEFT JOIN ledger_journal o ON o.id = r.reverses_id
     WHERE o.id IS NULL OR o.ledger_id <> r.ledger_id OR o.kind = 'reversal' OR r.times > 1
        OR r.id IN (SELECT id FROM unmatched)
    """,
)
