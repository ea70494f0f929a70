"""The books: accounts, journals, legs, balances and posting. Knows no other app."""
