-- P5, P3, P2, P10: a balance changes only here, by the legs just written, which fit its ledger, currency and decimals, are
-- numbered, say the balance they leave, and not below zero where that must not be. A frozen or closed account takes none.
-- Fires once after the INSERT of legs. The fold's UPDATE is what serialises writers of one account: it waits for the
-- other's row, and then either sees it (READ COMMITTED) or fails with 40001. It is also the only look at that row: what
-- an account's legs come to is brought to it, and compared with what it then says.
CREATE OR REPLACE FUNCTION balance_is_the_sum_of_its_legs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    outcome record;
    unfit record;
BEGIN
    WITH steps AS (
        SELECT *, sum(moved) OVER (PARTITION BY account_id, ledger_id, ccy ORDER BY account_seq DESC
                                   ROWS UNBOUNDED PRECEDING) - moved AS moved_after
          FROM (SELECT *, CASE side WHEN 'debit' THEN amount ELSE -amount END AS moved FROM new_rows) l
    ), of_account AS (
        SELECT account_id, ledger_id, ccy, count(*) AS legs, max(min_scale(amount)) AS decimals,
               coalesce(sum(amount) FILTER (WHERE side = 'debit'), 0) AS debits,
               coalesce(sum(amount) FILTER (WHERE side = 'credit'), 0) AS credits,
               min(account_seq) AS first_seq, max(account_seq) AS last_seq, min(balance_after) AS lowest,
               -- A leg's balance_after with what came after it is the new total: every leg must say the same.
               min(balance_after + moved_after) AS debit_low, max(balance_after + moved_after) AS debit_high,
               min(balance_after - moved_after) AS credit_low, max(balance_after - moved_after) AS credit_high
          FROM steps GROUP BY account_id, ledger_id, ccy
    ), folded AS (
        UPDATE ledger_balance b
           SET debits = b.debits + a.debits, credits = b.credits + a.credits, leg_count = b.leg_count + a.legs
          FROM of_account a
         WHERE b.account_id = a.account_id AND b.active
           AND b.ledger_id = a.ledger_id AND b.ccy = a.ccy AND a.decimals <= b.minor_units
        RETURNING b.account_id, a.legs, b.non_negative AND a.lowest < 0 AS is_below,
            -- An account's numbers are unique: so many of them within these two bounds are all of them.
            a.last_seq <> b.leg_count OR a.first_seq <> b.leg_count - a.legs + 1
            OR CASE WHEN b.debit_normal THEN a.debit_low <> b.balance OR a.debit_high <> b.balance
                    ELSE a.credit_low <> b.balance OR a.credit_high <> b.balance END AS is_wrong
    )
    SELECT coalesce(sum(legs), 0) = (SELECT count(*) FROM new_rows) AS is_complete,
           CASE WHEN bool_or(is_wrong) THEN 'balance_is_the_sum_of_its_legs'
                WHEN bool_or(is_below) THEN 'account_must_not_go_below_zero' END AS broken,
           coalesce(min(account_id::text) FILTER (WHERE is_wrong), min(account_id::text) FILTER (WHERE is_below)) AS account
      INTO outcome FROM folded;
    IF NOT outcome.is_complete THEN
        SELECT l.account_id, l.amount, l.ccy, b.active INTO unfit
          FROM new_rows l LEFT JOIN ledger_balance b ON b.account_id = l.account_id
         WHERE b.active IS NOT TRUE OR b.ledger_id <> l.ledger_id OR b.ccy <> l.ccy OR min_scale(l.amount) > b.minor_units
         ORDER BY b.active NULLS FIRST LIMIT 1;
        RAISE EXCEPTION '% % on account %: %', unfit.amount, unfit.ccy, unfit.account_id,
            CASE WHEN unfit.active THEN 'not of its ledger, currency and decimals' ELSE 'it is frozen, closed or unknown' END
            USING ERRCODE = 'integrity_constraint_violation', TABLE = 'ledger_leg',
                  CONSTRAINT = CASE WHEN unfit.active THEN 'leg_must_fit_its_account' ELSE 'account_must_be_active' END;
    ELSIF outcome.broken IS NOT NULL THEN
        RAISE EXCEPTION 'a leg of account % is refused by %', outcome.account, outcome.broken
            USING ERRCODE = 'integrity_constraint_violation', TABLE = 'ledger_leg', CONSTRAINT = outcome.broken;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER balance_is_the_sum_of_its_legs AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION balance_is_the_sum_of_its_legs();
