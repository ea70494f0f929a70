-- A change of a rate is its next revision, and every revision that ever was stays: what a settlement used is readable.
-- When a revision was recorded is the database's own word. Fires after the statement, so that one check and one INSERT
-- serve a file of rates.
CREATE OR REPLACE FUNCTION rate_revision_is_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF EXISTS (SELECT FROM new_rows WHERE revision <> 1) THEN
            RAISE EXCEPTION 'a rate begins with revision 1'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'rate_revision_is_kept',
                      TABLE = TG_TABLE_NAME;
        END IF;
    ELSIF EXISTS (
        SELECT FROM new_rows n
          JOIN old_rows o ON o.id = n.id
         WHERE n.revision <> o.revision + 1 OR n.value = o.value
    ) THEN
        RAISE EXCEPTION 'a rate that changes is one revision further, and one that does not change stays as it is'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'rate_revision_is_kept',
                  TABLE = TG_TABLE_NAME;
    END IF;
    IF EXISTS (SELECT FROM new_rows WHERE recorded_at NOT BETWEEN '2000-01-01' AND clock_timestamp()) THEN
        RAISE EXCEPTION 'a rate is recorded neither before there were any nor in the future'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'rate_revision_is_kept', TABLE = TG_TABLE_NAME;
    END IF;
    INSERT INTO fx_raterevision (rate_id, revision, value, quoted_value, quoted_inverted, recorded_at)
    SELECT id, revision, value, quoted_value, quoted_inverted, statement_timestamp() FROM new_rows;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER rate_begins_with_a_revision AFTER INSERT ON fx_rate
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION rate_revision_is_kept();
CREATE OR REPLACE TRIGGER rate_revision_is_kept AFTER UPDATE ON fx_rate
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION rate_revision_is_kept();
