-- P9: a clearing account is of its ledger and currency, may go below zero, and has no leg from before it was one.
-- Fires per row after INSERT. Writing to the balance row, as it is, makes it safe: a posting on the account folds into
-- that same row, so one of the two waits for the other and then sees what it did, at any isolation level.
CREATE OR REPLACE FUNCTION clearing_account_is_new() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE ledger_balance b SET active = b.active
      FROM ledger_account a
     WHERE b.account_id = NEW.account_id AND a.id = b.account_id
       AND a.ledger_id = NEW.ledger_id AND a.ccy = NEW.ccy AND NOT b.non_negative AND b.leg_count = 0;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'account % cannot clear %: it has legs, or another ledger, currency or floor',
            NEW.account_id, NEW.ccy
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'clearing_account_is_new',
                  TABLE = 'fx_clearingaccount';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER clearing_account_is_new AFTER INSERT ON fx_clearingaccount
    FOR EACH ROW EXECUTE FUNCTION clearing_account_is_new();
