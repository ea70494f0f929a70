"""Files into the books: charts of accounts and journals, read strictly, each refusal with its line."""
