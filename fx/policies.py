"""The verbs that set how a ledger converts."""

from decimal import Decimal, InvalidOperation
from uuid import UUID

from fx.domain.conversion import Rounding
from fx.models import LedgerSettings, Spread
from fx.models.policy import BPS_MAX
from ledger.domain.currencies import unknown_currency
from ledger.domain.refusals import AccountNotFound, CurrencyMismatch, CurrencyUnknown, InvalidRequest
from ledger.models import Account, Currency


def set_rounding_and_tolerance(ledger_id: UUID, rounding: str | None, tolerance_bps: str | None) -> LedgerSettings:
    """Set what is given; the rest stays as it is. The tolerance is in basis points: "5" is 0.05 %.

    Raises:
        InvalidRequest: no such rounding, or a tolerance out of bounds.
    """
    row = LedgerSettings.objects.filter(ledger_id=ledger_id).first() or LedgerSettings(ledger_id=ledger_id)
    if rounding is not None:
        if rounding not in list(Rounding):
            raise InvalidRequest(f"{rounding[:60]!r} is none of: {', '.join(Rounding)}.", field="rounding")
        row.rounding = Rounding(rounding)
    if tolerance_bps is not None:
        row.tolerance_bps = _bps(tolerance_bps, "tolerance_bps")
    LedgerSettings.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["ledger"], update_fields=["tolerance_bps", "rounding"]
    )
    return row


def set_spread(ledger_id: UUID, pair: str, bps: str, income_account: str) -> Spread:
    """Set what the ledger earns on conversions of the pair, in both directions; "0" ends it.

    Raises:
        InvalidRequest: the pair or the basis points are malformed.
        CurrencyUnknown, AccountNotFound: as they say. CurrencyMismatch: the account is in neither of the two.
    """
    low, high = _pair(pair)
    account = Account.objects.filter(ledger_id=ledger_id, code=income_account).first()
    if account is None:
        raise AccountNotFound(f"No account {income_account[:128]!r} in this ledger.", field="income_account")
    if account.ccy_id not in (low, high):
        raise CurrencyMismatch(
            f"Account {account.code} is in {account.ccy_id}, neither {low} nor {high}.", field="income_account"
        )
    row = Spread(ledger_id=ledger_id, base_id=low, quote_id=high, bps=_bps(bps, "bps"), income_account=account)
    Spread.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["ledger", "base", "quote"],
        update_fields=["bps", "income_account"],
    )
    return row


def _pair(text: str) -> tuple[str, str]:
    base, slash, quote = text.partition("/")
    if not slash or base == quote:
        raise InvalidRequest(f"{text[:60]!r} is not a pair: write it as EUR/USD.", field="pair")
    for ccy in (base, quote):
        if not Currency.objects.filter(code=ccy).exists():
            raise CurrencyUnknown(unknown_currency(ccy), field="pair")
    low, high = sorted((base, quote))
    return low, high


def _bps(text: str, field: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value < BPS_MAX or value != round(value, 2):
        raise InvalidRequest(
            f"{text[:60]!r} is not a number of basis points: from 0 to below {BPS_MAX}, at most two decimals.",
            field=field,
        )
    return value
