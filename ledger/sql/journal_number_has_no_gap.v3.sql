-- P7: nothing is posted on or before a closed day, even by a posting in flight while the day closes. And journal numbers are
-- gapless per ledger, in posting order: each statement takes the next numbers, at one instant that is neither before the
-- last posting, nor before its own transaction began, nor in the future: what was known at an instant stays known.
-- Fires after the statement. It first takes the gate, which a close holds, and then moves the book's state if all of that is
-- so: the UPDATE waits for whoever has the row, and then READ COMMITTED sees what a close wrote, the stricter levels fail
-- with 40001. A plain read would leave both holes.
CREATE OR REPLACE FUNCTION journal_number_has_no_gap() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    all_follow boolean;
    refused record;
BEGIN
    LOCK TABLE ledger_gate IN ROW EXCLUSIVE MODE;
    WITH moved AS (
        UPDATE ledger_bookstate b
           SET last_number = n.last_number, last_posted_at = n.posted_at
          FROM (SELECT ledger_id, count(*) AS journals, min(number) AS first_number, max(number) AS last_number,
                       min(posted_at) AS posted_at, max(posted_at) AS last_posted_at, min(value_date) AS first_day
                  FROM new_rows GROUP BY ledger_id) n
         WHERE b.ledger_id = n.ledger_id
           AND (b.closed_through IS NULL OR n.first_day > b.closed_through)
           AND n.first_number = b.last_number + 1
           AND n.last_number = b.last_number + n.journals
           AND n.posted_at = n.last_posted_at
           AND n.posted_at >= greatest(transaction_timestamp(), b.last_posted_at)
           AND n.posted_at <= greatest(clock_timestamp(), b.last_posted_at)
        RETURNING n.journals
    )
    SELECT coalesce(sum(journals), 0) = (SELECT count(*) FROM new_rows) INTO all_follow FROM moved;
    IF all_follow THEN
        RETURN NULL;
    END IF;
    SELECT j.value_date, b.closed_through INTO refused
      FROM new_rows j JOIN ledger_bookstate b ON b.ledger_id = j.ledger_id
     WHERE j.value_date <= b.closed_through
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is closed: the books are closed through %', refused.value_date, refused.closed_through
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'journal_day_must_be_open',
                  TABLE = 'ledger_journal';
    END IF;
    RAISE EXCEPTION 'journal numbers or instants do not follow the ledger''s last ones'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'journal_number_has_no_gap', TABLE = 'ledger_journal';
END $$;

CREATE OR REPLACE TRIGGER journal_number_has_no_gap AFTER INSERT ON ledger_journal
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal_number_has_no_gap();
