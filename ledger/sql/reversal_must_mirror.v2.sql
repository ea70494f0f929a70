-- P4: a reversal is the exact mirror image of one journal of its ledger that is no reversal itself.
-- The look at each journal sees to it: journal_must_balance refuses under this name.
DROP TRIGGER reversal_must_mirror ON ledger_journal;
DROP FUNCTION reversal_must_mirror();
