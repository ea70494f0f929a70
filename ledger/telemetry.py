from prometheus_client import Counter, Histogram

TX_TOTAL = Counter("ledger_tx_total", "", ["result"])
SERIALIZATION_RETRIES_TOTAL = Counter("ledger_serialization_retries_total", "")
GROUP_SIZE = Histogram("ledger_group_size", "")
QUEUE_WAIT_SECONDS = Histogram("ledger_queue_wait_seconds", "")
POST_JOURNAL_SECONDS = Histogram("ledger_post_journal_seconds", "")
