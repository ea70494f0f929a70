-- An audit entry is never changed nor removed, not even by the database's owner while this trigger stands.
-- Fires before the statement, so that not even a statement that touches no row passes unnoticed.
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what was recorded stays', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;

CREATE OR REPLACE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
