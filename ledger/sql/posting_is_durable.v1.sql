-- P8: nobody posts in a session, or under a role, whose commits are answered before they are on disk.
-- Fires after the statement. A session that turns synchronous_commit off between this statement and its COMMIT deceives
-- only itself; what it cannot do is turn it off for others, as ALTER ROLE would have.
CREATE OR REPLACE FUNCTION posting_is_durable() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        RAISE EXCEPTION 'synchronous_commit is %: a posting is acknowledged only after it is durable',
            current_setting('synchronous_commit')
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'posting_is_durable',
                  TABLE = 'ledger_journal';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER posting_is_durable AFTER INSERT ON ledger_journal
    FOR EACH STATEMENT EXECUTE FUNCTION posting_is_durable();
