-- P2, P10: a leg is in its account's ledger and currency, with no more decimals than that currency has.
-- The fold sees to it: balance_is_the_sum_of_its_legs has the account's facts in hand and refuses under this name.
DROP TRIGGER leg_must_fit_its_account ON ledger_leg;
DROP FUNCTION leg_must_fit_its_account();
