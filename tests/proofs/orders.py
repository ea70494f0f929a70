"""What callers may send, valid and not: strategies that depend on nothing but the draw, so that a run repeats."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.proofs.books import ACCOUNTS
from tests.proofs.reference_ledger import RefLeg, RefReversal, RefTransfer

TODAY = datetime.now(UTC).date()

# A few keys only, so that they meet: replayed, in conflict, twice in one batch, at once from two callers.
keys = st.integers(1, 40).map(lambda number: f"key-{number}")
days = st.sampled_from([*[None] * 6, *(TODAY + timedelta(days) for days in (-3, -2, -1, -1, 0, 0, 1))])
good_amounts = st.one_of(
    st.integers(1, 9_000).map(lambda cents: f"{cents // 100}.{cents % 100:02}"),
    st.integers(1, 99).map(str),
    st.sampled_from(["1", "01.0", "1.00", "0.01", "250.000", "500.00", "500.01"]),
)
bad_amounts = st.sampled_from(["0", "0.00", "-1", "1.005", "1e2", "NaN", "", "1,5", "9" * 21, "0." + "0" * 18 + "1"])
eur_accounts = st.sampled_from([code for code, (_, ccy, _floor) in ACCOUNTS.items() if ccy == "EUR"])


@st.composite
def _pair(draw: Any) -> tuple[RefLeg, ...]:
    """A payment between two accounts, which balances."""
    amount = draw(good_amounts)
    if draw(st.integers(1, 8)) == 1:
        return RefLeg("YEN", "debit", amount, "JPY"), RefLeg("YEN-REV", "credit", amount, "JPY")
    one, other = draw(eur_accounts), draw(eur_accounts)
    return RefLeg(one, "debit", amount, "EUR"), RefLeg(other, "credit", amount, "EUR")


@st.composite
def _spoilt(draw: Any) -> tuple[RefLeg, ...]:
    """A payment in which one thing is not as it should be."""
    legs = list(draw(_pair()))
    spoil = draw(st.sampled_from(["amount", "account", "ccy", "side", "lone", "cent"]))
    leg = legs[-1]
    match spoil:
        case "amount":
            legs[-1] = leg._replace(amount=draw(bad_amounts))
        case "account":
            legs[-1] = leg._replace(account=draw(st.sampled_from(["NOPE", "YEN", "BANK"])))
        case "ccy":
            ccys = draw(st.sampled_from([("JPY", "JPY"), ("EUR", "ZZZ"), ("EUR", "JPY", "USD")]))
            legs = [each._replace(ccy=ccy) for each, ccy in zip([*legs, leg], ccys, strict=False)]
        case "side":
            legs[-1] = leg._replace(side="debit")
        case "lone":
            legs.pop()
        case "cent":
            legs[-1] = leg._replace(amount=draw(good_amounts))
    return tuple(legs)


def _in_one_currency(pairs: list[tuple[RefLeg, ...]]) -> tuple[RefLeg, ...]:
    """Those of the pairs that are in the first one's currency: transfers between two have a reference of their own."""
    return tuple(leg for pair in pairs for leg in pair if leg.ccy == pairs[0][0].ccy)


several = st.lists(_pair(), min_size=1, max_size=3).map(_in_one_currency)
transfers = st.builds(
    RefTransfer,
    keys,
    st.integers(0, 9).flatmap(lambda place: [_pair(), several, _spoilt()][(place > 4) + (place > 7)]),
    days,
    st.sampled_from([None, None, "refuse", "next_open_day"]),
)
spoilt = st.builds(RefTransfer, keys, _spoilt(), days, st.none())
# The number is taken round the journals that there are; see `aimed`.
reversals = st.builds(RefReversal, keys, st.integers(0, 30), days)


def aimed(reversal: RefReversal, journals: int) -> RefReversal:
    """The reversal of one of the ledger's journals, or, rarely, of one that it does not have."""
    return reversal._replace(number=reversal.number % (journals + 1))
