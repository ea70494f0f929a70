-- P7: nothing is posted on or before a closed day, even by a posting in flight while the day closes.
-- Fires after the statement. It first takes the gate, which a close holds, and then locks the book's state: READ
-- COMMITTED sees what the close wrote, the stricter levels fail with 40001. A plain read would leave both holes.
CREATE OR REPLACE FUNCTION journal_day_must_be_open() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    refused record;
BEGIN
    LOCK TABLE ledger_gate IN ROW EXCLUSIVE MODE;
    PERFORM FROM ledger_bookstate
      WHERE ledger_id = ANY (ARRAY(SELECT DISTINCT ledger_id FROM new_rows))
      ORDER BY ledger_id FOR UPDATE;
    SELECT j.value_date, b.closed_through INTO refused
      FROM new_rows j JOIN ledger_bookstate b ON b.ledger_id = j.ledger_id
     WHERE j.value_date <= b.closed_through
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is closed: the books are closed through %', refused.value_date, refused.closed_through
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'journal_day_must_be_open',
                  TABLE = 'ledger_journal';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER journal_day_must_be_open AFTER INSERT ON ledger_journal
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal_day_must_be_open();
