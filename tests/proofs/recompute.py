"""Everything that the books say, computed again from their legs, by SQL that shares nothing with the product's."""

from typing import Any

import psycopg

# Each finds the rows that contradict a promise; %(ledger)s NULL looks at all ledgers.
CHECKS = {
    "a journal's debits are its credits, per currency": """
        SELECT l.journal_id, l.ccy FROM ledger_leg l WHERE {scope} GROUP BY l.journal_id, l.ccy
        HAVING sum(l.amount) FILTER (WHERE l.side = 'debit') IS DISTINCT FROM
               sum(l.amount) FILTER (WHERE l.side = 'credit')""",
    "a journal has all its legs": """
        SELECT j.id, j.leg_count FROM ledger_journal j LEFT JOIN ledger_leg l ON l.journal_id = j.id
        WHERE ({ledger}::uuid IS NULL OR j.ledger_id = {ledger}) GROUP BY j.id, j.leg_count
        HAVING count(l.position) <> j.leg_count OR max(l.position) <> j.leg_count OR min(l.position) <> 1""",
    "a leg belongs to a journal of its ledger and day, and to an account of its ledger and currency": """
        SELECT l.journal_id, l.position FROM ledger_leg l LEFT JOIN ledger_journal j ON j.id = l.journal_id
        LEFT JOIN ledger_account a ON a.id = l.account_id
        WHERE {scope} AND (j.ledger_id IS DISTINCT FROM l.ledger_id OR j.value_date IS DISTINCT FROM l.value_date
            OR a.ledger_id IS DISTINCT FROM l.ledger_id OR a.ccy IS DISTINCT FROM l.ccy)""",
    "a key has all its journals": """
        SELECT k.key FROM ledger_idempotencykey k LEFT JOIN ledger_journal j ON j.idempotency_key_id = k.id
        WHERE ({ledger}::uuid IS NULL OR k.ledger_id = {ledger}) GROUP BY k.id
        HAVING count(j.id) <> k.journal_count""",
    "numbers have no gap, and instants follow them": """
        SELECT n.ledger_id, n.number FROM (
            SELECT j.*, row_number() OVER byn AS nth, lag(posted_at) OVER byn AS before FROM ledger_journal j
            WHERE ({ledger}::uuid IS NULL OR j.ledger_id = {ledger})
            WINDOW byn AS (PARTITION BY ledger_id ORDER BY number)) n
        WHERE n.number <> n.nth OR n.posted_at < n.before""",
    "a ledger's last number is its newest journal's": """
        SELECT b.ledger_id, b.last_number FROM ledger_bookstate b
        WHERE ({ledger}::uuid IS NULL OR b.ledger_id = {ledger}) AND b.last_number <> (
            SELECT count(*) FROM ledger_journal j WHERE j.ledger_id = b.ledger_id)""",
    "a balance is the sum of its legs": """
        SELECT a.code, b.balance FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
        LEFT JOIN ledger_leg l ON l.account_id = a.id WHERE ({ledger}::uuid IS NULL OR a.ledger_id = {ledger})
        GROUP BY a.id, b.account_id
        HAVING b.debits <> coalesce(sum(l.amount) FILTER (WHERE l.side = 'debit'), 0)
            OR b.credits <> coalesce(sum(l.amount) FILTER (WHERE l.side = 'credit'), 0)
            OR b.leg_count <> count(l.position) OR b.active <> (a.status = 'active')
            OR b.balance <> (b.debits - b.credits) * CASE WHEN a.type IN ('asset', 'expense') THEN 1 ELSE -1 END""",
    "each step is the one before plus its leg, and not below zero where that must not be": """
        SELECT s.code, s.account_seq FROM (
            SELECT a.code, a.non_negative, l.account_seq, l.balance_after, row_number() OVER steps AS nth,
                   sum(CASE WHEN (l.side = 'debit') = (a.type IN ('asset', 'expense')) THEN l.amount ELSE -l.amount END)
                       OVER steps AS computed
            FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id WHERE {scope}
            WINDOW steps AS (PARTITION BY l.account_id ORDER BY l.account_seq)) s
        WHERE s.nth <> s.account_seq OR s.computed <> s.balance_after OR (s.non_negative AND s.balance_after < 0)""",
    "a reversal undoes exactly one journal": """
        SELECT r.id FROM ledger_journal r JOIN ledger_journal o ON o.id = r.reverses_id
        WHERE ({ledger}::uuid IS NULL OR r.ledger_id = {ledger}) AND EXISTS (
            SELECT account_id FROM ledger_leg WHERE journal_id IN (r.id, o.id) GROUP BY account_id
            HAVING sum(CASE side WHEN 'debit' THEN amount ELSE -amount END) <> 0)""",
}


def discrepancies(connection: psycopg.Connection, ledger_id: Any = None) -> list[str]:
    """One line per row that contradicts a promise; none, if the books are right."""
    found = []
    for promise, query in CHECKS.items():
        scope = "({ledger}::uuid IS NULL OR l.ledger_id = {ledger})"
        text = query.replace("{scope}", scope).replace("{ledger}", "%(ledger)s")
        found += [f"{promise}: {row}" for row in connection.execute(text, {"ledger": ledger_id})]
    return found
