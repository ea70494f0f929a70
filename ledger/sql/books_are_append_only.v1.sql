-- P4: journals, legs and keys are never changed nor removed; a correction is a reversal.
-- Fires before the statement, so that not even a statement that touches no row passes unnoticed.
CREATE OR REPLACE FUNCTION books_are_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the books are append-only, correct them by a reversal',
        TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;

CREATE OR REPLACE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_journal
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
CREATE OR REPLACE TRIGGER leg_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leg
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
CREATE OR REPLACE TRIGGER key_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_idempotencykey
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
-- What the books point at stays too: these stand in for the foreign keys that the set-wise triggers replace.
CREATE OR REPLACE TRIGGER account_is_never_removed BEFORE DELETE OR TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
CREATE OR REPLACE TRIGGER balance_is_never_removed BEFORE DELETE OR TRUNCATE ON ledger_balance
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
CREATE OR REPLACE TRIGGER book_state_is_never_removed BEFORE DELETE OR TRUNCATE ON ledger_bookstate
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
CREATE OR REPLACE TRIGGER ledger_is_never_removed BEFORE DELETE OR TRUNCATE ON ledger_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
CREATE OR REPLACE TRIGGER currency_is_never_removed BEFORE DELETE OR TRUNCATE ON ledger_currency
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
