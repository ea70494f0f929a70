"""Every reason why rates say no, one class each."""

from ledger.domain.refusals import Refusal


class InvalidRate(Refusal):
    """No positive number of a believable size, a pair of one currency, or a source that is no name."""

    code = "invalid_rate"
