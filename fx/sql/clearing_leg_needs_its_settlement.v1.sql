-- P9: a leg on a clearing account is half of a settlement, or of the reversal of one: nobody posts it alone.
-- Fires once after the INSERT of legs; the settlement is written ahead of its journals, in the same transaction. Its name
-- comes behind balance_is_the_sum_of_its_legs, which waits for an account that is being made a clearing account just now
-- and fails at the stricter levels: from there on this one sees it.
-- A journal without such a leg pays one look into a small index per leg.
CREATE OR REPLACE FUNCTION clearing_leg_needs_its_settlement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    refused record;
BEGIN
    IF NOT EXISTS (SELECT FROM new_rows l JOIN fx_clearingaccount c ON c.account_id = l.account_id) THEN
        RETURN NULL;
    END IF;
    SELECT l.journal_id, a.code INTO refused
      FROM new_rows l
      JOIN fx_clearingaccount c ON c.account_id = l.account_id
      JOIN ledger_account a ON a.id = l.account_id
     WHERE NOT EXISTS (SELECT FROM fx_settlement s WHERE s.base_journal_id = l.journal_id)
       AND NOT EXISTS (SELECT FROM fx_settlement s WHERE s.quote_journal_id = l.journal_id)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % posts to the clearing account % without a settlement', refused.journal_id, refused.code
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'clearing_leg_needs_its_settlement',
                  TABLE = 'ledger_leg';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER clearing_leg_needs_its_settlement AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION clearing_leg_needs_its_settlement();
