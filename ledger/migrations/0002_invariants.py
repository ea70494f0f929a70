"""PostgreSQL holds the books' promises: one SQL file each."""

from django.db import migrations

from ledger import sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_books")]

    operations = [
        sql.install("ledger_gate"),
        sql.install("books_are_append_only"),
        sql.install("identity_is_immutable"),
        sql.install("ledger_has_a_book_state"),
        sql.install("account_has_a_balance"),
        sql.install("account_must_be_empty_to_close"),
        sql.install("account_parent_is_in_its_ledger"),
        sql.install("key_must_have_its_journals"),
        sql.install("journal_day_must_be_open"),
        sql.install("journal_must_balance"),
        sql.install("journal_number_has_no_gap"),
        sql.install("leg_must_fit_its_journal"),
        sql.install("leg_must_fit_its_account"),
        sql.install("balance_is_the_sum_of_its_legs"),
    ]
