-- P9: a settlement joins two journals of its ledger, of one key and one day, each in one currency with exactly one leg on
-- that currency's clearing account; a settlement that reverses another reverses both of its journals; no journal is in two.
-- Deferred, because the settlement is written ahead of its journals: half of it, or none, is refused at the commit.
CREATE OR REPLACE FUNCTION settlement_joins_two_journals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    original fx_settlement;
    halves bigint;
    keys bigint;
BEGIN
    SELECT * INTO original FROM fx_settlement s
     WHERE s.id = NEW.reverses_id AND s.ledger_id = NEW.ledger_id AND s.reverses_id IS NULL;
    SELECT count(*), count(DISTINCT (j.idempotency_key_id, j.value_date)) INTO halves, keys
      FROM (VALUES
            (NEW.base_journal_id, NEW.base, NEW.base_amount, NEW.base_side, original.base_journal_id),
            (NEW.quote_journal_id, NEW.quote, NEW.quote_amount,
             CASE NEW.base_side WHEN 'debit' THEN 'credit' ELSE 'debit' END, original.quote_journal_id)
           ) half (journal_id, ccy, amount, side, reverses_id)
      JOIN ledger_journal j ON j.id = half.journal_id
     CROSS JOIN LATERAL (
            SELECT count(c.account_id) AS clearing_legs,
                   bool_and(l.ccy = half.ccy) AND bool_and(l.side = half.side AND l.amount = half.amount)
                       FILTER (WHERE c.account_id IS NOT NULL) AS fits
              FROM ledger_leg l LEFT JOIN fx_clearingaccount c ON c.account_id = l.account_id
             WHERE l.journal_id = j.id
           ) legs
     WHERE j.ledger_id = NEW.ledger_id
       AND j.reverses_id IS NOT DISTINCT FROM half.reverses_id
       AND legs.clearing_legs = 1 AND legs.fits;
    IF halves <> 2 OR keys <> 1
       OR EXISTS (SELECT FROM fx_settlement WHERE base_journal_id = NEW.quote_journal_id)
       OR EXISTS (SELECT FROM fx_settlement WHERE quote_journal_id = NEW.base_journal_id)
       OR (NEW.reverses_id IS NOT NULL AND original.id IS NULL) THEN
        RAISE EXCEPTION 'settlement % does not join two journals of one key, each with its clearing leg', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'settlement_joins_two_journals',
                  TABLE = 'fx_settlement';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS settlement_joins_two_journals ON fx_settlement;
CREATE CONSTRAINT TRIGGER settlement_joins_two_journals AFTER INSERT ON fx_settlement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement_joins_two_journals();
