-- Every account has exactly one balance row, made with it at zero; the app's role may not make or fill one itself.
CREATE OR REPLACE FUNCTION account_has_a_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_balance (account_id, debit_normal, non_negative, active, debits, credits, leg_count)
    VALUES (NEW.id, NEW.type IN ('asset', 'expense'), NEW.non_negative, NEW.status = 'active', 0, 0, 0);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER account_has_a_balance AFTER INSERT ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION account_has_a_balance();
