"""The ledger's Prometheus series. They are declared here once and are safe with several worker processes."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

# From a tenth of a millisecond, which a read from memory takes, to the five seconds after which a caller is told "busy".
_LATENCY_BUCKETS = (
    0.0005,
    0.001,
    0.002,
    0.005,
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
)
_GROUP_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)

TX_TOTAL = Counter(
    "ledger_tx_total",
    "Transfers answered: applied, duplicate, or the code of the refusal.",
    ["result"],
)
SERIALIZATION_RETRIES_TOTAL = Counter(
    "ledger_serialization_retries_total",
    "Postings tried again because PostgreSQL reported a serialization failure, a deadlock or a lost connection.",
)
POST_JOURNAL_SECONDS = Histogram(
    "ledger_post_journal_seconds",
    "From the order's arrival at the posting verb to its durable answer, waiting included.",
    buckets=_LATENCY_BUCKETS,
)
GET_BALANCE_SECONDS = Histogram(
    "ledger_get_balance_seconds",
    "Reading one account's balance from the database.",
    buckets=_LATENCY_BUCKETS,
)
QUEUE_WAIT_SECONDS = Histogram(
    "ledger_queue_wait_seconds",
    "How long an order waited for its group to be taken.",
    buckets=_LATENCY_BUCKETS,
)
GROUP_SIZE = Histogram(
    "ledger_group_size",
    "How many orders were posted in one transaction.",
    buckets=_GROUP_BUCKETS,
)
# The newest check by any process is the one that counts, so the gauge takes the most recent value.
BOOKS_OUT_OF_BALANCE = Gauge(
    "ledger_books_out_of_balance",
    "How many ledger and currency pairs have total debits other than total credits. Anything but 0 is an alarm.",
    multiprocess_mode="mostrecent",
)
VERIFICATION_DRIFT = Gauge(
    "ledger_verification_drift",
    "How many discrepancies the newest verification found. Anything but 0 is an alarm.",
    multiprocess_mode="mostrecent",
)


@cache
def transfers_answered(result: str) -> Counter:
    """`ledger_tx_total` for one result, looked up among its label's values once."""
    return TX_TOTAL.labels(result)
