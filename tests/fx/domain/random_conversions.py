"""Conversions made up at random, and what must be true of each of them."""

import random
import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fx.domain.conversion import CONVERSION, ConversionRate, Rounding
from fx.domain.orders import read_crossing
from fx.domain.rates import RateFound, RateStep
from fx.domain.settling import Terms, halves, settle
from ledger.domain.accounts import AccountFacts, Side
from ledger.domain.journals import PlannedLeg
from ledger.domain.judging import require_balance
from ledger.domain.money import ZERO
from ledger.domain.orders import LegOrder, TransferOrder
from ledger.domain.refusals import Refusal

DAY = date(2026, 1, 30)
LEDGER = uuid.uuid4()


@dataclass(frozen=True, slots=True)
class Case:
    """One order with the rate and the terms at which it is converted."""

    order: TransferOrder
    accounts: dict[str, AccountFacts]
    minor_units: dict[str, int]
    rate: ConversionRate
    terms: Terms


def account(code: str, ccy: str, minor_units: int, side: Side = Side.DEBIT) -> AccountFacts:
    return AccountFacts(uuid.uuid4(), code, ccy, minor_units, side, non_negative=False)


def number(pick: random.Random, digits_max: int, decimals_max: int) -> Decimal:
    """Anything from nothing to very much, most of it in between."""
    digits = pick.randrange(10 ** pick.randint(0, digits_max))
    return Decimal(digits).scaleb(-pick.randint(0, decimals_max))


def random_case(pick: random.Random) -> Case:
    minor_units = {"AAA": pick.choice((0, 2, 2, 3, 8, 18)), "BBB": pick.choice((0, 2, 2, 3, 8, 18))}
    accounts = {ccy: account(ccy, ccy, minor_units[ccy]) for ccy in ("AAA", "BBB")}
    sides = pick.choice(((Side.DEBIT, Side.CREDIT), (Side.CREDIT, Side.DEBIT)))
    given = number(pick, 24, minor_units["AAA"])
    legs = [LegOrder("AAA", sides[0], f"{given:f}", "AAA")]
    if pick.random() < 0.3:
        legs.append(LegOrder("AAA", pick.choice(sides), f"{number(pick, 12, minor_units['AAA']):f}", "AAA"))
    if pick.random() < 0.2:
        legs.append(LegOrder("BBB", pick.choice(sides), f"{number(pick, 12, minor_units['BBB']):f}", "BBB"))
    legs.append(LegOrder("BBB", sides[1], None, "BBB"))
    pick.shuffle(legs)
    spread = (
        {"spread_bps": number(pick, 6, 2), "income": accounts[pick.choice("AB") * 3]} if pick.random() < 0.3 else {}
    )
    terms = Terms(pick.choice(list(Rounding)), ZERO, **spread)  # type: ignore[arg-type]
    return Case(TransferOrder(LEDGER, "k", tuple(legs)), accounts, minor_units, random_rate(pick), terms)


def random_rate(pick: random.Random) -> ConversionRate:
    steps = tuple(
        RateStep(LEDGER, 1, "AAA", "BBB", number(pick, 13, 12) + Decimal("1E-12"), "ECB", DAY, pick.random() < 0.5)
        for _ in range(pick.choice((1, 1, 2)))
    )
    return ConversionRate.found(RateFound("AAA", "BBB", Decimal(1), DAY, "ECB", "direct", steps))


def check(case: Case) -> str:
    """Convert it and hold the result against what must be true; gives what became of it, "settled" or a code."""
    try:
        crossing = read_crossing(case.order, case.accounts, case.minor_units)
        settled = settle(crossing, case.rate, case.terms, case.minor_units)
        clearing = {ccy: account(f"CLEAR-{ccy}", ccy, case.minor_units[ccy], Side.CREDIT) for ccy in case.minor_units}
        journals = halves(settled, crossing, clearing[crossing.base], clearing[crossing.quote])
    except Refusal as refusal:
        return refusal.code
    for ccy, legs in zip((crossing.base, crossing.quote), journals, strict=True):
        require_balance(legs)
        assert all(_fits(leg, ccy, case.minor_units[ccy]) for leg in legs)
    half_a_unit = Decimal(5).scaleb(-case.minor_units[crossing.quote] - 1)
    exact = CONVERSION.divide(CONVERSION.multiply(settled.base_amount, case.rate.multiply_by), case.rate.divide_by)
    assert abs(CONVERSION.subtract(settled.quote_amount, exact)) <= half_a_unit
    assert abs(CONVERSION.subtract(CONVERSION.subtract(settled.quote_amount, exact), settled.residual)) < Decimal(
        "1E-30"
    )
    return "settled"


def _fits(leg: PlannedLeg, ccy: str, minor_units: int) -> bool:
    return (
        leg.account.ccy == ccy
        and leg.amount > 0
        and leg.amount == leg.amount.quantize(Decimal(1).scaleb(-minor_units), context=CONVERSION)
    )
