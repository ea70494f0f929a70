-- Every account has exactly one balance row, made with it at zero; the app's role may not make or fill one itself.
-- The row repeats what a leg must fit and what never changes of it: ledger, currency, decimals, normal side and floor. So
-- the fold that writes a balance sees all of it in the row that it has in hand.
CREATE OR REPLACE FUNCTION account_has_a_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    decimals smallint := (SELECT minor_units FROM ledger_currency WHERE code = NEW.ccy);
BEGIN
    -- The foreign key would say so only at the end of the transaction.
    IF decimals IS NULL THEN
        RAISE EXCEPTION 'account % is in %, which is no currency yet', NEW.code, NEW.ccy
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'account_has_a_balance', TABLE = 'ledger_account';
    END IF;
    INSERT INTO ledger_balance (account_id, ledger_id, ccy, minor_units, debit_normal, non_negative, active,
                                debits, credits, leg_count)
    VALUES (NEW.id, NEW.ledger_id, NEW.ccy, decimals, NEW.type IN ('asset', 'expense'), NEW.non_negative,
            NEW.status = 'active', 0, 0, 0);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER account_has_a_balance AFTER INSERT ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION account_has_a_balance();
