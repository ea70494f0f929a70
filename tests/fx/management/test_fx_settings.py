"""The commands that set how a ledger converts, and that revalue a day."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from fx.models import LedgerSettings, Revaluation, Spread
from ledger.models import Ledger
from ledger.posting import post_transfer
from tests.fx.books import CREDIT, DEBIT, conversion, fresh_day, leg, open_accounts, quote


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def settings_of(ledger: Ledger, *arguments: str) -> str:
    return run("fx_settings", "--ledger", ledger.code, *arguments)


def test_what_is_set_is_shown_and_the_rest_stays(ledger: Ledger) -> None:
    open_accounts(ledger, "FX-INCOME-USD", type="revenue")
    assert "rounding half-even, tolerance 0 bps" in settings_of(ledger)
    assert "half-up, tolerance 0 bps" in settings_of(ledger, "--rounding", "half-up")
    shown = settings_of(ledger, "--tolerance-bps", "2.5", "--spread", "USD/EUR", "50", "FX-INCOME-USD")
    assert "half-up, tolerance 2.5 bps" in shown
    assert "EUR/USD: 50 bps to FX-INCOME-USD" in shown
    assert "EUR/USD: 0 bps" in settings_of(ledger, "--spread", "EUR/USD", "0", "FX-INCOME-USD")
    assert Spread.objects.filter(ledger=ledger).count() == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rounding", "down"], "--rounding: 'down' is none of: half-even, half-up"),
        (["--tolerance-bps", "-1"], "--tolerance-bps: '-1'"),
        (["--tolerance-bps", "nan"], "--tolerance-bps: 'nan'"),
        (["--tolerance-bps", "1.005"], "--tolerance-bps: '1.005'"),
        (["--spread", "EURUSD", "5", "CASH-EUR"], "--spread: 'EURUSD' is not a pair"),
        (["--spread", "EUR/XYZ", "5", "CASH-EUR"], "--spread: 'XYZ' is not a known currency"),
        (["--spread", "EUR/USD", "10000", "CASH-EUR"], "--spread: '10000'"),
        (["--spread", "EUR/USD", "5", "NOPE"], "--spread: No account 'NOPE'"),
        (["--spread", "GBP/USD", "5", "CASH-EUR"], "--spread: Account CASH-EUR is in EUR, neither GBP nor USD"),
    ],
)
def test_what_cannot_be_set_is_named_and_nothing_changes(ledger: Ledger, arguments: list[str], said: str) -> None:
    open_accounts(ledger, "CASH-EUR")
    with pytest.raises(CommandError) as error:
        settings_of(ledger, *arguments)
    assert said in str(error.value)
    assert not LedgerSettings.objects.filter(ledger=ledger).exists()
    assert not Spread.objects.filter(ledger=ledger).exists()


def test_nothing_is_set_where_one_of_several_cannot_be(ledger: Ledger) -> None:
    open_accounts(ledger, "FX-INCOME-USD", type="revenue")
    with pytest.raises(CommandError, match="--rounding: 'down'"):
        settings_of(ledger, "--spread", "EUR/USD", "50", "FX-INCOME-USD", "--rounding", "down")
    assert not Spread.objects.filter(ledger=ledger).exists()


@pytest.mark.parametrize(("command", "rest"), [("fx_settings", []), ("fx_revalue", ["--date", "2026-01-31"])])
def test_an_unknown_ledger_is_named(command: str, rest: list[str]) -> None:
    with pytest.raises(CommandError, match="--ledger: there is no ledger 'nowhere'"):
        run(command, "--ledger", "nowhere", *rest)


def test_a_day_is_revalued_and_the_command_says_what_it_posted(ledger: Ledger) -> None:
    bought = fresh_day()
    month_end = bought + timedelta(days=20)
    open_accounts(ledger, "CASH-EUR", "CASH-USD")
    quote("EUR/USD", "1.1000", bought)
    quote("EUR/USD", "1.0000", month_end)
    post_transfer(conversion(ledger, leg("CASH-EUR", CREDIT, "100.00"), leg("CASH-USD", DEBIT, None), on=bought))
    arguments: list[Any] = ["--ledger", ledger.code, "--date", month_end.isoformat()]
    assert "unrealised result 10.00 EUR; posted 10.00 EUR as journals 3 and 4." in run("fx_revalue", *arguments)
    assert "unrealised result 10.00 EUR; nothing was left to post." in run("fx_revalue", *arguments)
    assert Revaluation.objects.filter(ledger=ledger).count() == 1
    with pytest.raises(CommandError, match="date"):
        run("fx_revalue", "--ledger", ledger.code, "--date", "yesterday")
    with pytest.raises(CommandError, match="No rate of USD/EUR"):
        run("fx_revalue", "--ledger", ledger.code, "--date", (month_end + timedelta(days=20)).isoformat())
