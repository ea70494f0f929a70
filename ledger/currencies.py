"""The verb that adds a custom currency."""

import re

from django.db import IntegrityError

from ledger.domain.money import DECIMALS_MAX
from ledger.domain.refusals import InvalidRequest
from ledger.models import Currency
from ledger.posting_failures import constraint_of

_CODE = re.compile(r"[A-Z][A-Z0-9]{2,11}")


def add_currency(code: str, name: str, minor_units: int) -> Currency:
    """Add a currency that ISO 4217 does not have, or gives no decimals. Its decimals can never be changed.

    Raises:
        InvalidRequest: a code or number of decimals out of bounds, no name, or a code that exists.
    """
    if not _CODE.fullmatch(code):
        raise InvalidRequest(
            f"{code[:60]!r} is not a currency code: 3 to 12 capital letters and digits, a letter first", field="code"
        )
    if not 0 <= minor_units <= DECIMALS_MAX:
        raise InvalidRequest(f"{minor_units} is out of range: 0 to {DECIMALS_MAX} decimals", field="minor_units")
    if not name.strip():
        raise InvalidRequest("a currency needs a name", field="name")
    try:
        return Currency.objects.create(code=code, name=name, minor_units=minor_units, is_custom=True)
    except IntegrityError as error:
        if constraint_of(error) == "ledger_currency_pkey":
            raise InvalidRequest(f"there is a currency {code!r} already", field="code") from None
        raise
