-- Journal numbers are gapless per ledger, in posting order: each statement takes the next numbers, at one instant
-- that is neither before the last posting, nor before its own transaction began, nor in the future: what was known at an
-- instant stays known.
-- Fires after the statement, behind journal_day_must_be_open, which holds the gate and the book's state by then.
CREATE OR REPLACE FUNCTION journal_number_has_no_gap() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    ledgers_moved bigint;
BEGIN
    UPDATE ledger_bookstate b
       SET last_number = n.last_number, last_posted_at = n.posted_at
      FROM (SELECT ledger_id, count(*) AS journals, min(number) AS first_number, max(number) AS last_number,
                   min(posted_at) AS posted_at, max(posted_at) AS last_posted_at
              FROM new_rows GROUP BY ledger_id) n
     WHERE b.ledger_id = n.ledger_id
       AND n.first_number = b.last_number + 1
       AND n.last_number = b.last_number + n.journals
       AND n.posted_at = n.last_posted_at
       AND n.posted_at >= greatest(transaction_timestamp(), b.last_posted_at)
       AND n.posted_at <= greatest(clock_timestamp(), b.last_posted_at);
    GET DIAGNOSTICS ledgers_moved = ROW_COUNT;
    IF ledgers_moved <> (SELECT count(DISTINCT ledger_id) FROM new_rows) THEN
        RAISE EXCEPTION 'journal numbers or instants do not follow the ledger''s last ones'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'journal_number_has_no_gap',
                  TABLE = 'ledger_journal';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER journal_number_has_no_gap AFTER INSERT ON ledger_journal
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal_number_has_no_gap();
