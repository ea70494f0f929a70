-- P6: a key is written with exactly its journals, 1 to n, in one statement; none is added to it later.
-- Fires after the statement on both tables: a key alone would be burnt for nothing, a journal more would be a
-- second posting. (key, ordinal) is unique, so an old key has no ordinal free.
CREATE OR REPLACE FUNCTION key_must_have_its_journals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF TG_TABLE_NAME = 'ledger_idempotencykey' THEN
        IF EXISTS (
            SELECT FROM new_rows k
             WHERE k.journal_count <> (SELECT count(*) FROM ledger_journal j WHERE j.idempotency_key_id = k.id)
        ) THEN
            RAISE EXCEPTION 'a key was written without exactly its journals'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'key_must_have_its_journals',
                      TABLE = TG_TABLE_NAME;
        END IF;
    ELSIF EXISTS (
        SELECT FROM new_rows j
          LEFT JOIN ledger_idempotencykey k ON k.id = j.idempotency_key_id
         WHERE k.id IS NULL OR k.ledger_id <> j.ledger_id OR j.ordinal NOT BETWEEN 1 AND k.journal_count
    ) THEN
        RAISE EXCEPTION 'a journal belongs to no key of its ledger, or to one that has all its journals'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'key_must_have_its_journals',
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER key_must_have_its_journals AFTER INSERT ON ledger_idempotencykey
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION key_must_have_its_journals();
CREATE OR REPLACE TRIGGER journal_belongs_to_its_key AFTER INSERT ON ledger_journal
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION key_must_have_its_journals();
