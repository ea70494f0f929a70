"""Every reason why rates say no, one class each."""

from ledger.domain.refusals import Refusal


class AmountTooSmall(Refusal):
    """It converts to less than the currency's smallest unit."""

    code = "amount_too_small"


class FxRateMissing(Refusal):
    """No rate is known for the day, or none that is young enough."""

    code = "fx_rate_missing"


class FxRateMismatch(Refusal):
    """The amounts do not agree with the rate."""

    code = "fx_rate_mismatch"


class InvalidRate(Refusal):
    """No positive number of a believable size, a pair of one currency, or a source that is no name."""

    code = "invalid_rate"
