-- P4: a reversal is the exact mirror image of one journal of its ledger that is no reversal itself.
-- Fires once after the statement that inserts journals and legs together; leg counts being equal, no leg of the original
-- that is missing in the reversal means that none is left over either.
CREATE OR REPLACE FUNCTION reversal_must_mirror() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    refused record;
BEGIN
    SELECT j.id, j.reverses_id INTO refused
      FROM new_rows j
      LEFT JOIN ledger_journal o ON o.id = j.reverses_id
     WHERE j.reverses_id IS NOT NULL
       AND (o.id IS NULL OR o.ledger_id <> j.ledger_id OR o.kind = 'reversal' OR o.leg_count <> j.leg_count
            OR EXISTS (
                SELECT account_id, side, amount FROM ledger_leg WHERE journal_id = o.id
                EXCEPT ALL
                SELECT account_id, CASE side WHEN 'debit' THEN 'credit' ELSE 'debit' END, amount
                  FROM ledger_leg WHERE journal_id = j.id))
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % is not the mirror image of journal %', refused.id, refused.reverses_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reversal_must_mirror',
                  TABLE = 'ledger_journal';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER reversal_must_mirror AFTER INSERT ON ledger_journal
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION reversal_must_mirror();
