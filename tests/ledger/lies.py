"""Lies to write into the books of `test_verification`, one at a time, and what must be told of each."""

LEG_OF = "journal_id = (SELECT id FROM ledger_journal WHERE ledger_id = %(ledger)s AND number = {}) AND position = {}"
NOBODY = "00000000-0000-0000-0000-000000000000"
ACCOUNT = "(SELECT id FROM ledger_account WHERE ledger_id = %(ledger)s AND code = '{}')"
LIES: dict[str, tuple[str, set[tuple[str, str, str, str]]]] = {
    "a balance's debits": (
        f"UPDATE ledger_balance SET debits = debits + 1 WHERE account_id = {ACCOUNT.format('CASH')}",
        {
            (
                "balance_is_the_sum_of_its_legs",
                "account CASH",
                "debits 65, credits 20, 5 legs, balance 45",
                "debits 66, credits 20, 5 legs, balance 46",
            )
        },
    ),
    "a balance's credits": (
        f"UPDATE ledger_balance SET credits = credits + 1 WHERE account_id = {ACCOUNT.format('WALLET')}",
        {
            (
                "balance_is_the_sum_of_its_legs",
                "account WALLET",
                "debits 0, credits 5, 1 legs, balance 5",
                "debits 0, credits 6, 1 legs, balance 6",
            )
        },
    ),
    "a balance's number of legs": (
        f"UPDATE ledger_balance SET leg_count = 9 WHERE account_id = {ACCOUNT.format('WALLET')}",
        {
            (
                "balance_is_the_sum_of_its_legs",
                "account WALLET",
                "debits 0, credits 5, 1 legs, balance 5",
                "debits 0, credits 5, 9 legs, balance 5",
            )
        },
    ),
    "a balance row's floor": (
        f"UPDATE ledger_balance SET non_negative = false WHERE account_id = {ACCOUNT.format('WALLET')}",
        {
            (
                "balance_row_is_that_of_its_account",
                "account WALLET",
                "credit normal, non_negative true, active true",
                "credit normal, non_negative false, active true",
            )
        },
    ),
    "a balance row that is active": (
        f"UPDATE ledger_balance SET active = false WHERE account_id = {ACCOUNT.format('CASH')}",
        {
            (
                "balance_row_is_that_of_its_account",
                "account CASH",
                "debit normal, non_negative false, active true",
                "debit normal, non_negative false, active false",
            )
        },
    ),
    "a balance row's ledger": (
        f"UPDATE ledger_balance SET ledger_id = '{NOBODY}' WHERE account_id = {ACCOUNT.format('CASH')}",
        {
            (
                "balance_row_is_that_of_its_account",
                "account CASH",
                "ledger LEDGER, EUR with 2 decimals",
                f"ledger {NOBODY}, EUR with 2 decimals",
            )
        },
    ),
    "a balance row's currency": (
        f"UPDATE ledger_balance SET ccy = 'USD' WHERE account_id = {ACCOUNT.format('CASH')}",
        {
            (
                "balance_row_is_that_of_its_account",
                "account CASH",
                "ledger LEDGER, EUR with 2 decimals",
                "ledger LEDGER, USD with 2 decimals",
            )
        },
    ),
    "a balance row's decimals": (
        f"UPDATE ledger_balance SET minor_units = 3 WHERE account_id = {ACCOUNT.format('CASH')}",
        {
            (
                "balance_row_is_that_of_its_account",
                "account CASH",
                "ledger LEDGER, EUR with 2 decimals",
                "ledger LEDGER, EUR with 3 decimals",
            )
        },
    ),
    "an account closed with a balance": (
        "WITH closed AS (UPDATE ledger_account SET status = 'closed' WHERE ledger_id = %(ledger)s AND code = 'CASH'"
        " RETURNING id) UPDATE ledger_balance SET active = false WHERE account_id = (SELECT id FROM closed)",
        {("account_must_be_empty_to_close", "account CASH, which is closed", "balance 0", "balance 45")},
    ),
    "a balance after a leg": (
        f"UPDATE ledger_leg SET balance_after = 31 WHERE {LEG_OF.format(2, 1)}",
        {("leg_is_its_accounts_next_step", "leg 2 of account CASH: balance_after", "30", "31")},
    ),
    "a running number": (
        f"UPDATE ledger_leg SET account_seq = 7 WHERE {LEG_OF.format(5, 1)}",
        {("leg_is_its_accounts_next_step", "leg 7 of account CASH: running number", "5", "7")},
    ),
    "an amount": (
        f"UPDATE ledger_leg SET amount = 11 WHERE {LEG_OF.format(1, 1)}",
        {
            ("journal_must_balance", "journal 1 in EUR", "debits equal to credits", "debits 11, credits 10"),
            ("leg_is_its_accounts_next_step", "leg 1 of account CASH: balance_after", "11", "10"),
            (
                "balance_is_the_sum_of_its_legs",
                "account CASH",
                "debits 66, credits 20, 5 legs, balance 46",
                "debits 65, credits 20, 5 legs, balance 45",
            ),
        },
    ),
    "an amount with half a cent": (
        f"UPDATE ledger_leg SET amount = 10.005, balance_after = 10 WHERE {LEG_OF.format(1, 1)}",
        {
            ("journal_must_balance", "journal 1 in EUR", "debits equal to credits", "debits 10.005, credits 10"),
            (
                "leg_must_fit_its_account",
                "leg 1 of account CASH",
                "ledger LEDGER, a debit or credit in EUR above zero with 2 decimals at most",
                "ledger LEDGER, debit 10.005 EUR",
            ),
            ("leg_is_its_accounts_next_step", "leg 1 of account CASH: balance_after", "10.005", "10"),
            (
                "balance_is_the_sum_of_its_legs",
                "account CASH",
                "debits 65.005, credits 20, 5 legs, balance 45.005",
                "debits 65, credits 20, 5 legs, balance 45",
            ),
        },
    ),
    "a leg's currency": (
        f"UPDATE ledger_leg SET ccy = 'USD' WHERE {LEG_OF.format(1, 2)}",
        {
            ("journal_must_balance", "journal 1 in EUR", "debits equal to credits", "debits 10, credits 0"),
            ("journal_must_balance", "journal 1 in USD", "debits equal to credits", "debits 0, credits 10"),
            (
                "leg_must_fit_its_account",
                "leg 1 of account REV",
                "ledger LEDGER, a debit or credit in EUR above zero with 2 decimals at most",
                "ledger LEDGER, credit 10 USD",
            ),
        },
    ),
    "a leg's value date": (
        f"UPDATE ledger_leg SET value_date = '2020-02-02' WHERE {LEG_OF.format(1, 2)}",
        {
            (
                "leg_must_fit_its_journal",
                "leg 2 of journal 1",
                "ledger LEDGER, value date TODAY",
                "ledger LEDGER, value date 2020-02-02",
            )
        },
    ),
    "a leg that is gone": (
        f"DELETE FROM ledger_leg WHERE {LEG_OF.format(5, 2)}",
        {
            ("journal_must_balance", "journal 5 in EUR", "debits equal to credits", "debits 5, credits 0"),
            ("journal_must_have_its_legs", "journal 5", "2 legs, numbered 1 to 2", "1, numbered 1 to 1"),
            (
                "balance_is_the_sum_of_its_legs",
                "account WALLET",
                "debits 0, credits 0, 0 legs, balance 0",
                "debits 0, credits 5, 1 legs, balance 5",
            ),
        },
    ),
    "a leg at another place": (
        f"UPDATE ledger_leg SET position = 3 WHERE {LEG_OF.format(1, 2)}",
        {("journal_must_have_its_legs", "journal 1", "2 legs, numbered 1 to 2", "2, numbered 1 to 3")},
    ),
    "a journal's number": (
        "UPDATE ledger_journal SET number = 9 WHERE ledger_id = %(ledger)s AND number = 5",
        {
            ("journal_number_has_no_gap", "journal 9: number", "5", "9"),
            (
                "book_state_is_that_of_the_last_journal",
                "book state",
                "last number 9, posted at LAST",
                "last number 5, posted at LAST",
            ),
        },
    ),
    "a journal's instant": (
        "UPDATE ledger_journal SET posted_at = '2020-01-01Z' WHERE ledger_id = %(ledger)s AND number = 3",
        {("journal_number_has_no_gap", "journal 3: posted_at", "not before SECOND", "2020-01-01 00:00:00+00")},
    ),
    "the last number": (
        "UPDATE ledger_bookstate SET last_number = 6 WHERE ledger_id = %(ledger)s",
        {
            (
                "book_state_is_that_of_the_last_journal",
                "book state",
                "last number 5, posted at LAST",
                "last number 6, posted at LAST",
            )
        },
    ),
    "how many journals a key has": (
        "UPDATE ledger_idempotencykey SET journal_count = 2 WHERE ledger_id = %(ledger)s AND key = 'k1'",
        {("key_must_have_its_journals", "key k1", "2 journals, 1 to 2", "1 journals, 1 to 1")},
    ),
    "a key that is gone": (
        "DELETE FROM ledger_idempotencykey WHERE ledger_id = %(ledger)s AND key = 'k1'",
        {("key_must_have_its_journals", "journal 1", "a key of its ledger", "none")},
    ),
    "what a reversal reverses": (
        "UPDATE ledger_journal SET reverses_id = (SELECT id FROM ledger_journal WHERE ledger_id = %(ledger)s AND number = 1)"
        " WHERE ledger_id = %(ledger)s AND number = 4",
        {("reversal_must_mirror", "journal 4", "the one mirror image of journal 1", "other legs")},
    ),
    "a reversal of itself": (
        "UPDATE ledger_journal SET reverses_id = id WHERE ledger_id = %(ledger)s AND number = 4",
        {("reversal_must_mirror", "journal 4", "the one mirror image of journal 4", "a reversal itself")},
    ),
    "a reversal of nothing": (
        "UPDATE ledger_journal SET reverses_id = '00000000-0000-0000-0000-000000000000'"
        " WHERE ledger_id = %(ledger)s AND number = 4",
        {
            (
                "reversal_must_mirror",
                "journal 4",
                "the one mirror image of journal 00000000-0000-0000-0000-000000000000",
                "no such journal",
            )
        },
    ),
}
