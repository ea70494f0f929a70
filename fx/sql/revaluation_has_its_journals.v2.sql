-- P10: a revaluation is of two journals of its ledger: one of its own kind dated its day, and its reversal on the next.
-- Deferred, because the row may be written ahead of its journals.
CREATE OR REPLACE FUNCTION revaluation_has_its_journals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_journal j JOIN ledger_journal r ON r.id = NEW.reversal_id AND r.ledger_id = NEW.ledger_id
         WHERE j.id = NEW.journal_id AND j.ledger_id = NEW.ledger_id AND j.kind = 'revaluation'
           AND j.value_date = NEW.date AND r.reverses_id = j.id AND r.value_date = NEW.date + 1
    ) THEN
        RAISE EXCEPTION 'revaluation % is not of two journals of its ledger and its day', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'revaluation_has_its_journals',
                  TABLE = 'fx_revaluation';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS revaluation_has_its_journals ON fx_revaluation;
CREATE CONSTRAINT TRIGGER revaluation_has_its_journals AFTER INSERT ON fx_revaluation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION revaluation_has_its_journals();
