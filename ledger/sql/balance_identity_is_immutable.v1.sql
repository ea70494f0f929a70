-- What a balance row repeats of its account never changes either. In place of the trigger in identity_is_immutable.
CREATE OR REPLACE TRIGGER balance_identity_is_immutable
    BEFORE UPDATE OF account_id, ledger_id, ccy, minor_units, debit_normal, non_negative ON ledger_balance
    FOR EACH ROW EXECUTE FUNCTION identity_is_immutable();
