-- P1, P3, P10: a leg has its journal's ledger and value date, a position that the journal has room for, and comes in its
-- account in the order of journals and positions: steps are numbered in the order in which they are read.
-- A journal is complete from its first statement on and (journal, position) is unique, so a leg added later finds
-- every position up to leg_count taken, and is refused here beyond it.
-- One look at its journal serves a leg for all of that.
-- The join is on the primary key alone: with the ledger in it, the planner may walk the whole ledger per leg.
CREATE OR REPLACE FUNCTION leg_must_fit_its_journal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    refused record;
BEGIN
    SELECT s.journal_id, s.position INTO refused
      FROM (SELECT l.journal_id, l.position, l.account_seq,
                   lag(l.account_seq) OVER (PARTITION BY l.account_id ORDER BY j.number, l.position) AS seq_before,
                   j.ledger_id = l.ledger_id AND j.value_date = l.value_date AND l.position BETWEEN 1 AND j.leg_count AS fits
              FROM new_rows l LEFT JOIN ledger_journal j ON j.id = l.journal_id) s
     WHERE s.fits IS NOT TRUE OR s.account_seq <= s.seq_before
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'leg % does not fit journal %: ledger, value date, position and order are the journal''s',
            refused.position, refused.journal_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'leg_must_fit_its_journal',
                  TABLE = 'ledger_leg';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER leg_must_fit_its_journal AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION leg_must_fit_its_journal();
