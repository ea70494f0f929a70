-- A rate is revised, never removed; its key never changes, and its revisions never change at all.
-- Fires before the statement, so that not even a statement that touches no row passes unnoticed.
CREATE OR REPLACE FUNCTION rate_is_never_removed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: a rate is revised, and what it was before stays', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;

CREATE OR REPLACE TRIGGER rate_is_never_removed BEFORE DELETE OR TRUNCATE ON fx_rate
    FOR EACH STATEMENT EXECUTE FUNCTION rate_is_never_removed();
CREATE OR REPLACE TRIGGER rate_revision_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON fx_raterevision
    FOR EACH STATEMENT EXECUTE FUNCTION rate_is_never_removed();
CREATE OR REPLACE TRIGGER rate_identity_is_immutable
    BEFORE UPDATE OF id, base, quote, type, source, date, quoted_at ON fx_rate
    FOR EACH ROW
    WHEN ((OLD.id, OLD.base, OLD.quote, OLD.type, OLD.source, OLD.date, OLD.quoted_at)
          IS DISTINCT FROM
          (NEW.id, NEW.base, NEW.quote, NEW.type, NEW.source, NEW.date, NEW.quoted_at))
    EXECUTE FUNCTION identity_is_immutable();
