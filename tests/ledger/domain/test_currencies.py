import pytest

from ledger.domain.currencies import unknown_currency


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("eur", "'eur' is not a known currency: codes are in capital letters, such as 'EUR'."),
        ("Points", "'Points' is not a known currency: codes are in capital letters, such as 'POINTS'."),
    ],
)
def test_a_code_in_small_letters_is_told_to_be_written_in_capitals(code: str, said: str) -> None:
    assert unknown_currency(code) == said


@pytest.mark.parametrize("code", ["EURO", "", "€", "ß", "Z" * 200, "\x00"])
def test_another_is_told_which_there_are(code: str) -> None:
    said = unknown_currency(code)
    assert said.startswith(repr(code[:60]))
    assert "capital" not in said
    assert "ISO 4217" in said
    assert "currency_add" in said
