-- A ledger's time zone is one that PostgreSQL knows by its IANA name: a day that cannot be told stops every posting.
CREATE OR REPLACE FUNCTION ledger_timezone_is_known() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_timezone_names WHERE name = NEW.timezone) THEN
        RAISE EXCEPTION '% is no time zone', NEW.timezone
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_timezone_is_known',
                  TABLE = 'ledger_ledger';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER ledger_timezone_is_known BEFORE INSERT OR UPDATE OF timezone ON ledger_ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_timezone_is_known();
