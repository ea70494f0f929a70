"""The verbs that open a ledger and set what one transfer may move in it."""

import re
import zoneinfo
from decimal import Decimal

from django.db import IntegrityError

from ledger.domain.currencies import unknown_currency
from ledger.domain.money import parse_amount, require_decimals
from ledger.domain.refusals import InvalidAmount, InvalidRequest
from ledger.models import Currency, Ledger
from ledger.posting_failures import constraint_of

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def open_ledger(code: str, ccy: str, timezone: str = "UTC", transfer_limit: str | None = None) -> Ledger:
    """Open a set of books; `transfer_limit` is in major units, of whichever currency a transfer is in.

    Raises:
        InvalidRequest: a code out of bounds or taken, an unknown currency or time zone, a limit that is no amount.
    """
    if not _CODE.fullmatch(code):
        raise InvalidRequest(
            f"{code[:80]!r} is not a ledger's code: 1 to 63 small letters, digits, '-' and '_', not '-' or '_' first",
            field="code",
        )
    base_ccy = Currency.objects.filter(code=ccy).first()
    if base_ccy is None:
        raise InvalidRequest(unknown_currency(ccy), field="ccy")
    if timezone not in zoneinfo.available_timezones():
        raise InvalidRequest(f"{timezone[:60]!r} is not an IANA time zone, such as 'Europe/Berlin'", field="timezone")
    limit = None if transfer_limit is None else _limit(transfer_limit, base_ccy)
    try:
        return Ledger.objects.create(code=code, base_ccy=base_ccy, timezone=timezone, transfer_limit=limit)
    except IntegrityError as error:
        if constraint_of(error) == "ledger_ledger_code_key":
            raise InvalidRequest(f"there is a ledger {code!r} already", field="code") from None
        raise


def set_transfer_limit(code: str, transfer_limit: str | None) -> Ledger:
    """Set the most that one transfer may move, as `open_ledger` does; None takes the limit away.

    It holds from the next posting on, for what was posted it changes nothing. The same limit again leaves no audit entry.

    Raises:
        InvalidRequest: no such ledger, a limit that is no amount. Nothing was changed.
    """
    ledger = Ledger.objects.select_related("base_ccy").filter(code=code).first()
    if ledger is None:
        raise InvalidRequest(f"there is no ledger {code[:80]!r}; `ledgers` lists them", field="ledger")
    ledger.transfer_limit = None if transfer_limit is None else _limit(transfer_limit, ledger.base_ccy)
    ledger.save(update_fields=["transfer_limit"])
    return ledger


def _limit(text: str, ccy: Currency) -> Decimal:
    try:
        amount = parse_amount(text)
        require_decimals(amount, ccy.minor_units, ccy.code)
    except InvalidAmount as refusal:
        raise InvalidRequest(refusal.detail, field="transfer_limit") from None
    return amount
