-- P10: a spread is posted to an account of its own ledger, in one of the pair's two currencies.
-- Fires per row; the account's ledger and currency never change, so nothing has to look again.
CREATE OR REPLACE FUNCTION spread_income_is_in_its_ledger() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_account a
                    WHERE a.id = NEW.income_account_id AND a.ledger_id = NEW.ledger_id
                      AND a.ccy IN (NEW.base, NEW.quote)) THEN
        RAISE EXCEPTION 'account % is not of the ledger, or in neither % nor %', NEW.income_account_id, NEW.base, NEW.quote
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'spread_income_is_in_its_ledger',
                  TABLE = 'fx_spread';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER spread_income_is_in_its_ledger AFTER INSERT OR UPDATE ON fx_spread
    FOR EACH ROW EXECUTE FUNCTION spread_income_is_in_its_ledger();
