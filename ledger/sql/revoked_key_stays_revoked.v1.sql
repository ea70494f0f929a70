-- A revoked key stays revoked, from the instant on that was written first.
CREATE OR REPLACE FUNCTION revoked_key_stays_revoked() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'key % is revoked for good: make another', OLD.prefix
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'revoked_key_stays_revoked',
              TABLE = 'ledger_apikey';
END $$;

CREATE OR REPLACE TRIGGER revoked_key_stays_revoked BEFORE UPDATE OF revoked_at ON ledger_apikey
    FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
    EXECUTE FUNCTION revoked_key_stays_revoked();
