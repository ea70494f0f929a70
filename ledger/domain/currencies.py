"""What is said of a currency that is none."""


def unknown_currency(code: str) -> str:
    """The refusal's detail, which says what to write instead."""
    said = f"{code[:60]!r} is not a known currency"
    if code.isascii() and code != code.upper():
        return f"{said}: codes are in capital letters, such as {code.upper()[:60]!r}."
    return f"{said}: give an ISO 4217 code, such as 'EUR', or that of a custom currency, which currency_add makes."
