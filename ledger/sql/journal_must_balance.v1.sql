-- P1: every journal balances, per currency, and has exactly the legs it says, written in the same statement.
-- Fires once after that statement, when both tables' rows are visible; one check serves a thousand journals.
CREATE OR REPLACE FUNCTION journal_must_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    refused record;
BEGIN
    SELECT j.id, j.leg_count, sum(l.n) AS found INTO refused
      FROM new_rows j
      LEFT JOIN LATERAL (
            SELECT count(*) AS n,
                   sum(CASE side WHEN 'debit' THEN amount ELSE -amount END) AS imbalance
              FROM ledger_leg WHERE journal_id = j.id GROUP BY ccy
           ) l ON true
     GROUP BY j.id, j.leg_count
    HAVING sum(l.n) IS DISTINCT FROM j.leg_count OR bool_or(l.imbalance <> 0)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % does not balance per currency, or has % of its % legs',
            refused.id, coalesce(refused.found, 0), refused.leg_count
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'journal_must_balance',
                  TABLE = 'ledger_journal';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER journal_must_balance AFTER INSERT ON ledger_journal
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal_must_balance();
