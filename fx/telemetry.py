"""The Prometheus series of rates and conversions. They are declared here once and are safe with several worker processes."""

from prometheus_client import Counter, Gauge

RATE_JUMPS_TOTAL = Counter(
    "fx_rate_jumps_total",
    "Rates recorded that moved by more than 5 percent from the one before them. Accepted, but worth a look.",
    ["source"],
)
RATE_LOOKUPS_TOTAL = Counter(
    "fx_rate_lookups_total",
    "Rates looked up: direct, inverse or cross, as they were found; stale where all are too old, missing where none is.",
    ["path"],
)
SETTLEMENTS_TOTAL = Counter(
    "fx_settlements_total",
    "Conversions posted, and reversals of conversions, by pair in the order of the alphabet.",
    ["pair", "kind"],
)
REVALUATIONS_TOTAL = Counter(
    "fx_revaluations_total",
    "Revaluations of a ledger's day: posted, unchanged where nothing was left to post, or the code of the refusal.",
    ["result"],
)
RATE_FETCHES_TOTAL = Counter(
    "fx_rate_fetches_total",
    "Fetches of the configured rates: changed, unchanged, or the reason of the failure.",
    ["result"],
)
# The newest fetch by any process is the one that counts, so the gauge takes the most recent value.
RATES_FETCHED_AT_SECONDS = Gauge(
    "fx_rates_fetched_at_seconds",
    "When rates were last fetched and recorded without an error, in seconds since 1970. 0: never by these processes.",
    multiprocess_mode="mostrecent",
)

# Enough for whoever deals in every major currency; a ledger of tokens must not make a series for each two of them.
PAIRS_MAX = 200
OTHER_PAIRS = "other"
_pairs: set[str] = set()


def pair_label(base: str, quote: str) -> str:
    """The label of a pair, whichever way round it is: of the first PAIRS_MAX that a process meets, each its own."""
    pair = "/".join(sorted((base, quote)))
    if pair not in _pairs:
        if len(_pairs) >= PAIRS_MAX:
            return OTHER_PAIRS
        _pairs.add(pair)
    return pair
