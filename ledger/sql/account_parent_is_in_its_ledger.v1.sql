-- P10: an account's parent is an account of the same ledger.
ALTER TABLE ledger_account
    ADD CONSTRAINT account_of_ledger UNIQUE (ledger_id, id),
    ADD CONSTRAINT account_parent_is_in_its_ledger FOREIGN KEY (ledger_id, parent_id)
        REFERENCES ledger_account (ledger_id, id);
