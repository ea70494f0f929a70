-- An account is closed only at a balance of zero, and a frozen or closed one takes no legs.
-- Fires per row after a change of status. Writing `active` into the balance row is what makes it safe: a posting
-- folds into that same row, so one of the two waits for the other and then sees what it did, at any isolation level.
CREATE OR REPLACE FUNCTION account_must_be_empty_to_close() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE ledger_balance SET active = (NEW.status = 'active')
     WHERE account_id = NEW.id AND (NEW.status <> 'closed' OR balance = 0);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'account % cannot be closed: its balance is not zero', NEW.code
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'account_must_be_empty_to_close',
                  TABLE = 'ledger_account';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER account_must_be_empty_to_close AFTER UPDATE OF status ON ledger_account
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION account_must_be_empty_to_close();
