import uuid

import iso4217
import pytest
from django.db import IntegrityError

from ledger import currencies
from ledger.currencies import add_currency
from ledger.data import iso4217_rows
from ledger.domain.refusals import InvalidRequest
from ledger.models import Currency
from tests.ledger.raw_books import connect


def test_the_kept_list_is_iso_4217s_as_published() -> None:
    kept = {row.code: row for row in iso4217_rows()}
    published = {code: entry for code, entry in iso4217.raw_table.items() if code}
    assert kept.keys() == published.keys()
    for code, entry in published.items():
        units = str(entry["CcyMnrUnts"])
        assert kept[code].minor_units == (int(units) if units.isdigit() else None), code
        assert (int(kept[code].number), kept[code].name) == (entry["CcyNbr"], entry["CcyNm"]), code


@pytest.mark.parametrize(
    ("code", "minor_units"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("BHD", 3), ("KWD", 3), ("IQD", 3), ("CLF", 4)]
)
def test_well_known_currencies_have_their_decimals(code: str, minor_units: int) -> None:
    currency = Currency.objects.get(code=code)
    assert (currency.minor_units, currency.is_custom) == (minor_units, False)


def test_the_database_has_the_list_and_nothing_that_iso_gives_no_decimals() -> None:
    with_units = {row.code for row in iso4217_rows() if row.minor_units is not None}
    assert set(Currency.objects.filter(is_custom=False).values_list("code", flat=True)) == with_units
    assert {row.code for row in iso4217_rows() if row.minor_units is None} >= {"XAU", "XDR", "XTS", "XXX"}


def test_a_custom_currency_is_added_once() -> None:
    code = f"P{uuid.uuid4().hex[:8].upper()}"
    added = add_currency(code, "Points", 0)
    assert (added.minor_units, added.is_custom) == (0, True)
    with pytest.raises(InvalidRequest) as refusal:
        add_currency(code, "Again", 2)
    assert refusal.value.field == "code"
    assert Currency.objects.get(code=code).minor_units == 0


def test_iso_s_currencies_are_not_added_again() -> None:
    with pytest.raises(InvalidRequest):
        add_currency("EUR", "Euro", 3)
    assert Currency.objects.get(code="EUR").minor_units == 2


@pytest.mark.parametrize(
    ("code", "name", "minor_units", "field"),
    [
        ("eur", "x", 2, "code"),
        ("1AB", "x", 2, "code"),
        ("AB", "x", 2, "code"),
        ("A" * 13, "x", 2, "code"),
        ("ABC\n", "x", 2, "code"),
        ("GOLD", " ", 2, "name"),
        ("GOLD", "x", -1, "minor_units"),
        ("GOLD", "x", 19, "minor_units"),
    ],
)
def test_a_currency_that_cannot_be_is_refused(code: str, name: str, minor_units: int, field: str) -> None:
    before = Currency.objects.count()
    with pytest.raises(InvalidRequest) as refusal:
        add_currency(code, name, minor_units)
    assert refusal.value.field == field
    assert Currency.objects.count() == before


def test_decimals_never_change() -> None:
    with connect("owner") as owner, pytest.raises(Exception, match="never changes") as refusal:
        owner.execute("UPDATE ledger_currency SET minor_units = 3 WHERE code = 'EUR'")
    assert refusal.value.diag.constraint_name == "currency_identity_is_immutable"  # type: ignore[attr-defined]


def test_a_refusal_of_the_database_that_nobody_foresaw_propagates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(currencies, "constraint_of", lambda _: "something_new")
    with pytest.raises(IntegrityError):
        add_currency("EUR", "Euro", 2)
