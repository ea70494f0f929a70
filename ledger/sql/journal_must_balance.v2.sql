-- P1, P6, P4: every journal has exactly the legs it says, written in the same statement, and they balance per currency; it is
-- one of the journals of a key of its ledger, which says how many these are; and a reversal is the exact mirror image of
-- one journal of its ledger that is no reversal itself.
-- Fires once after that statement, when all tables' rows are visible; one look at each of a thousand journals. (key, ordinal)
-- is unique, so an old key has no ordinal free. Leg counts being equal, no leg of the original that is missing in the
-- reversal means that none is left over either.
CREATE OR REPLACE FUNCTION journal_must_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    refused record;
BEGIN
    SELECT * INTO refused FROM (
        SELECT j.id, j.leg_count, j.reverses_id, l.found,
               CASE WHEN k.id IS NULL OR k.ledger_id <> j.ledger_id OR j.ordinal NOT BETWEEN 1 AND k.journal_count
                    THEN 'key_must_have_its_journals'
                    WHEN l.found IS DISTINCT FROM j.leg_count OR l.is_unbalanced THEN 'journal_must_balance'
                    WHEN j.reverses_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM ledger_journal o
                         WHERE o.id = j.reverses_id AND o.ledger_id = j.ledger_id AND o.kind <> 'reversal'
                           AND o.leg_count = j.leg_count AND NOT EXISTS (
                               SELECT account_id, side, amount FROM ledger_leg WHERE journal_id = o.id
                               EXCEPT ALL
                               SELECT account_id, CASE side WHEN 'debit' THEN 'credit' ELSE 'debit' END, amount
                                 FROM ledger_leg WHERE journal_id = j.id))
                    THEN 'reversal_must_mirror' END AS broken
          FROM new_rows j
          LEFT JOIN ledger_idempotencykey k ON k.id = j.idempotency_key_id
          LEFT JOIN LATERAL (
                SELECT sum(n) AS found, bool_or(imbalance <> 0) AS is_unbalanced
                  FROM (SELECT count(*) AS n, sum(CASE side WHEN 'debit' THEN amount ELSE -amount END) AS imbalance
                          FROM ledger_leg WHERE journal_id = j.id GROUP BY ccy) c
               ) l ON true) s
     WHERE broken IS NOT NULL
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % %', refused.id, CASE refused.broken
            WHEN 'key_must_have_its_journals' THEN 'belongs to no key of its ledger, or to one that has all its journals'
            WHEN 'journal_must_balance' THEN format('does not balance per currency, or has %s of its %s legs',
                                                    coalesce(refused.found, 0), refused.leg_count)
            ELSE format('is not the mirror image of journal %s', refused.reverses_id) END
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = refused.broken, TABLE = 'ledger_journal';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER journal_must_balance AFTER INSERT ON ledger_journal
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal_must_balance();
