-- P6: a key is written with exactly its journals, 1 to n, in one statement; a key alone would be burnt for nothing.
-- That none is added to it later, journal_must_balance sees to, which refuses under this name.
CREATE OR REPLACE FUNCTION key_must_have_its_journals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_rows k
         WHERE k.journal_count <> (SELECT count(*) FROM ledger_journal j WHERE j.idempotency_key_id = k.id)
    ) THEN
        RAISE EXCEPTION 'a key was written without exactly its journals'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'key_must_have_its_journals',
                  TABLE = 'ledger_idempotencykey';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER journal_belongs_to_its_key ON ledger_journal;
