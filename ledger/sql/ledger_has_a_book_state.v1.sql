-- Every ledger has exactly one book state, made with it; the app's role may not make or fill one itself.
CREATE OR REPLACE FUNCTION ledger_has_a_book_state() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_bookstate (ledger_id, last_number) VALUES (NEW.id, 0);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER ledger_has_a_book_state AFTER INSERT ON ledger_ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_has_a_book_state();
