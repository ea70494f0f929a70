-- P1, P10: a leg has its journal's ledger and value date, and a position that the journal has room for.
-- A journal is complete from its first statement on and (journal, position) is unique, so a leg added later finds
-- every position up to leg_count taken, and is refused here beyond it.
-- The join is on the primary key alone: with the ledger in it, the planner may walk the whole ledger per leg.
CREATE OR REPLACE FUNCTION leg_must_fit_its_journal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    refused record;
BEGIN
    SELECT l.journal_id, l.position INTO refused
      FROM new_rows l
      LEFT JOIN ledger_journal j ON j.id = l.journal_id
     WHERE j.id IS NULL OR j.ledger_id <> l.ledger_id OR j.value_date <> l.value_date
        OR l.position NOT BETWEEN 1 AND j.leg_count
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'leg % does not fit journal %: ledger, value date and position are the journal''s',
            refused.position, refused.journal_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'leg_must_fit_its_journal',
                  TABLE = 'ledger_leg';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER leg_must_fit_its_journal AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION leg_must_fit_its_journal();
