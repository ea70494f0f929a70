"""A settlement is two journals of one order, and two journals of one order between currencies are one settlement."""

from ledger.verification.sql_check import sql_check

SETTLEMENTS_JOIN_TWO_JOURNALS = sql_check(
    "settlement_joins_two_journals",
    """
    SELECT s.ledger_id, format('settlement %s', s.id),
           format('%s %s %s through clearing, reversing %s', half.side, trim_scale(half.amount), half.ccy,
                  coalesce(half.reverses_id::text, 'nothing')),
           CASE WHEN j.id IS NULL THEN 'no journal' WHEN legs.sides IS NULL THEN 'nothing through clearing'
                ELSE format('%s %s %s through clearing, reversing %s', legs.sides, trim_scale(legs.amount), legs.ccy,
                            coalesce(j.reverses_id::text, 'nothing')) END
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

SETTLEMENTS_ARE_OF_ONE_KEY = sql_check(
    "settlement_is_of_one_key_and_day",
    """
    SELECT s.ledger_id, format('settlement %s', s.id), 'two journals of one key and one day',
           format('key %s on %s and key %s on %s', b.idempotency_key_id, b.value_date, q.idempotency_key_id, q.value_date)
      FROM fx_settlement s
      JOIN ledger_journal b ON b.id = s.base_journal_id
      JOIN ledger_journal q ON q.id = s.quote_journal_id
     WHERE s.ledger_id {only} AND (b.idempotency_key_id, b.value_date) <> (q.idempotency_key_id, q.value_date)
    """,
)

JOURNALS_ARE_IN_ONE_SETTLEMENT = sql_check(
    "journal_is_in_one_settlement",
    """
    SELECT s.ledger_id, format('journal %s', coalesce(j.number::text, half.journal_id::text)),
           'one settlement', format('%s settlements', count(*))
      FROM fx_settlement s
     CROSS JOIN LATERAL (VALUES (s.base_journal_id), (s.quote_journal_id)) half (journal_id)
      LEFT JOIN ledger_journal j ON j.id = half.journal_id
     WHERE s.ledger_id {only}
     GROUP BY s.ledger_id, half.journal_id, j.number
    HAVING count(*) > 1
    """,
)

# Nobody but a conversion posts two journals of a transfer, or of a reversal, under one key.
PAIRS_HAVE_THEIR_SETTLEMENT = sql_check(
    "pair_of_journals_has_its_settlement",
    """
    SELECT k.ledger_id, format('key %s', k.key), 'a settlement of its two journals', 'none'
      FROM ledger_idempotencykey k
      JOIN ledger_journal j ON j.idempotency_key_id = k.id AND j.ordinal = 1
      JOIN ledger_journal other ON other.idempotency_key_id = k.id AND other.ordinal = 2
     WHERE k.ledger_id {only} AND j.kind IN ('transfer', 'reversal')
       AND NOT EXISTS (SELECT FROM fx_settlement s WHERE s.base_journal_id = j.id)
       AND NOT EXISTS (SELECT FROM fx_settlement s WHERE s.quote_journal_id = j.id)
    """,
)

SETTLEMENTS_ARE_REVERSED_WHOLE = sql_check(
    "settlement_is_reversed_whole",
    """
    SELECT s.ledger_id, format('settlement %s', s.id), 'both journals reversed by one settlement, or neither',
           format('journal %s reversed by %s, journal %s by %s, of settlement %s', b.number,
                  coalesce(rb.number::text, 'nothing'), q.number, coalesce(rq.number::text, 'nothing'),
                  coalesce(r.id::text, 'none'))
      FROM fx_settlement s
      JOIN ledger_journal b ON b.id = s.base_journal_id
      JOIN ledger_journal q ON q.id = s.quote_journal_id
      LEFT JOIN ledger_journal rb ON rb.reverses_id = b.id
      LEFT JOIN ledger_journal rq ON rq.reverses_id = q.id
      LEFT JOIN fx_settlement r ON r.reverses_id = s.id
     WHERE s.ledger_id {only} AND (rb.id, rq.id) IS DISTINCT FROM (r.base_journal_id, r.quote_journal_id)
    """,
)

CHECKS = (
    SETTLEMENTS_JOIN_TWO_JOURNALS,
    SETTLEMENTS_ARE_OF_ONE_KEY,
    JOURNALS_ARE_IN_ONE_SETTLEMENT,
    PAIRS_HAVE_THEIR_SETTLEMENT,
    SETTLEMENTS_ARE_REVERSED_WHOLE,
)
