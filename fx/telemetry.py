"""The Prometheus series of rates. They are declared here once and are safe with several worker processes."""

from prometheus_client import Counter, Gauge

RATE_JUMPS_TOTAL = Counter(
    "fx_rate_jumps_total",
    "Rates recorded that moved by more than 5 percent from the one before them. Accepted, but worth a look.",
    ["source"],
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
