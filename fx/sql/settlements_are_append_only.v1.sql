-- P4, P9: settlements, revaluations and clearing accounts are never changed nor removed.
-- settlements_are_append_only as their journals are, and by the function that says so of the books.
CREATE OR REPLACE TRIGGER settlement_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fx_settlement
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
CREATE OR REPLACE TRIGGER revaluation_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fx_revaluation
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
CREATE OR REPLACE TRIGGER clearing_account_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON fx_clearingaccount
    FOR EACH STATEMENT EXECUTE FUNCTION books_are_append_only();
