-- What legs rely on never changes: an account's ledger, code, currency, type and floor, what its balance row repeats of
-- them, a currency's decimals, the keys of balances and book states (the app's role holds UPDATE on those two only to
-- lock their rows).
-- Fires per row before UPDATE, and only when one of the named columns is in the SET list.
CREATE OR REPLACE FUNCTION identity_is_immutable() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the identity of a row of % never changes: open a new one', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;

CREATE OR REPLACE TRIGGER account_identity_is_immutable
    BEFORE UPDATE OF id, ledger_id, code, ccy, type, non_negative, created_at ON ledger_account
    FOR EACH ROW
    WHEN ((OLD.id, OLD.ledger_id, OLD.code, OLD.ccy, OLD.type, OLD.non_negative, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.ledger_id, NEW.code, NEW.ccy, NEW.type, NEW.non_negative, NEW.created_at))
    EXECUTE FUNCTION identity_is_immutable();
CREATE OR REPLACE TRIGGER balance_identity_is_immutable
    BEFORE UPDATE OF account_id, ledger_id, ccy, minor_units, debit_normal, non_negative ON ledger_balance
    FOR EACH ROW EXECUTE FUNCTION identity_is_immutable();
CREATE OR REPLACE TRIGGER book_state_identity_is_immutable
    BEFORE UPDATE OF ledger_id ON ledger_bookstate
    FOR EACH ROW EXECUTE FUNCTION identity_is_immutable();
CREATE OR REPLACE TRIGGER currency_identity_is_immutable
    BEFORE UPDATE OF code, minor_units ON ledger_currency
    FOR EACH ROW
    WHEN ((OLD.code, OLD.minor_units) IS DISTINCT FROM (NEW.code, NEW.minor_units))
    EXECUTE FUNCTION identity_is_immutable();
CREATE OR REPLACE TRIGGER ledger_identity_is_immutable
    BEFORE UPDATE OF id, code, base_ccy ON ledger_ledger
    FOR EACH ROW
    WHEN ((OLD.id, OLD.code, OLD.base_ccy) IS DISTINCT FROM (NEW.id, NEW.code, NEW.base_ccy))
    EXECUTE FUNCTION identity_is_immutable();
