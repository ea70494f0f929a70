-- A rate is between two currencies that the books know.
-- In the place of two foreign keys, which ask once for each row: a file of all history has 200,000 of them. Fires after the
-- statement. That the currency stays is currency_is_never_removed, and that its code does currency_identity_is_immutable.
CREATE OR REPLACE FUNCTION rate_is_between_known_currencies() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    unknown text;
BEGIN
    SELECT named.code INTO unknown
      FROM (SELECT base AS code FROM new_rows UNION SELECT quote FROM new_rows) named
     WHERE NOT EXISTS (SELECT FROM ledger_currency c WHERE c.code = named.code);
    IF FOUND THEN
        RAISE EXCEPTION 'the books know no currency %', unknown
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'rate_is_between_known_currencies', TABLE = 'fx_rate';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER rate_is_between_known_currencies AFTER INSERT ON fx_rate
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION rate_is_between_known_currencies();
