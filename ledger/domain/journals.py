"""What a journal is before it is written."""

from enum import StrEnum


class JournalKind(StrEnum):
    TRANSFER = "transfer"
    REVERSAL = "reversal"
