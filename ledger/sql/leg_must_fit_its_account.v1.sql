-- P2, P10: a leg is in its account's ledger and currency, with no more decimals than that currency has.
CREATE OR REPLACE FUNCTION leg_must_fit_its_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    refused record;
BEGIN
    SELECT l.account_id, l.amount, l.ccy INTO refused
      FROM new_rows l
      LEFT JOIN ledger_account a ON a.id = l.account_id
      LEFT JOIN ledger_currency c ON c.code = a.ccy
     WHERE a.id IS NULL OR a.ledger_id <> l.ledger_id OR a.ccy <> l.ccy OR l.amount <> round(l.amount, c.minor_units)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% % does not fit account %: ledger, currency and decimals are the account''s',
            refused.amount, refused.ccy, refused.account_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'leg_must_fit_its_account',
                  TABLE = 'ledger_leg';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER leg_must_fit_its_account AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION leg_must_fit_its_account();
