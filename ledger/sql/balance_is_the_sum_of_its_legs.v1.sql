-- P5, P3: a balance changes only here, by the legs just written; every step is numbered, says the balance that it
-- leaves, and is not below zero where that must not be. A frozen or closed account takes none.
-- Fires once after the INSERT of legs. The fold's UPDATE is what serialises writers of one account: it waits for the
-- other's row, and then either sees it (READ COMMITTED) or fails with 40001.
CREATE OR REPLACE FUNCTION balance_is_the_sum_of_its_legs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    accounts_folded bigint;
    refused record;
BEGIN
    UPDATE ledger_balance b
       SET debits = b.debits + f.debits, credits = b.credits + f.credits, leg_count = b.leg_count + f.legs
      FROM (SELECT account_id, count(*) AS legs,
                   coalesce(sum(amount) FILTER (WHERE side = 'debit'), 0) AS debits,
                   coalesce(sum(amount) FILTER (WHERE side = 'credit'), 0) AS credits
              FROM new_rows GROUP BY account_id) f
     WHERE b.account_id = f.account_id AND b.active;
    GET DIAGNOSTICS accounts_folded = ROW_COUNT;
    IF accounts_folded <> (SELECT count(DISTINCT account_id) FROM new_rows) THEN
        RAISE EXCEPTION 'a leg''s account is frozen, closed or unknown'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'account_must_be_active',
                  TABLE = 'ledger_leg';
    END IF;

    -- Walking back from the new total, each leg's balance_after is the total less what came after it.
    SELECT s.account_id, s.account_seq, s.balance_after, b.non_negative,
           s.account_seq <> b.leg_count - s.legs_after OR s.balance_after <> b.balance - s.moved_after
               * CASE WHEN b.debit_normal THEN 1 ELSE -1 END AS is_wrong
      INTO refused
      FROM (SELECT account_id, account_seq, balance_after,
                   count(*) OVER later - 1 AS legs_after,
                   sum(CASE side WHEN 'debit' THEN amount ELSE -amount END) OVER later
                       - CASE side WHEN 'debit' THEN amount ELSE -amount END AS moved_after
              FROM new_rows
            WINDOW later AS (PARTITION BY account_id ORDER BY account_seq DESC)) s
      JOIN ledger_balance b ON b.account_id = s.account_id
     WHERE s.account_seq <> b.leg_count - s.legs_after
        OR s.balance_after <> b.balance - s.moved_after * CASE WHEN b.debit_normal THEN 1 ELSE -1 END
        OR (b.non_negative AND s.balance_after < 0)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'leg % of account % leaves %, which is %', refused.account_seq, refused.account_id,
            refused.balance_after,
            CASE WHEN refused.is_wrong THEN 'not its next step' ELSE 'below zero' END
            USING ERRCODE = 'integrity_constraint_violation', TABLE = 'ledger_leg',
                  CONSTRAINT = CASE WHEN refused.is_wrong THEN 'balance_is_the_sum_of_its_legs'
                                    ELSE 'account_must_not_go_below_zero' END;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER balance_is_the_sum_of_its_legs AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION balance_is_the_sum_of_its_legs();
