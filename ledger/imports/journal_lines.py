"""Journals in a file of JSON lines: one transfer's body a line, as POST /api/transfers/ takes it."""

from collections.abc import Iterator
from typing import BinaryIO
from uuid import UUID

from ledger.domain.orders import TransferOrder
from ledger.domain.refusals import Refusal, TooLarge
from ledger.imports.entries import Entry, order_of
from ledger.imports.line_problems import UnusableFile
from ledger.strict_json import parse_json

# As much as one request may have.
LINE_BYTES_MAX = 1024 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def entries_of_lines(file: BinaryIO, ledger_id: UUID) -> Iterator[Entry[TransferOrder]]:
    """Every line that is not blank, in order; at no time more than one line is in memory.

    Raises:
        UnusableFile: the file is a JSON array, or begins like no JSON at all.
    """
    for line, raw in enumerate(_lines(file), 1):
        text = (raw.removeprefix(_BYTE_ORDER_MARK) if line == 1 else raw).strip()
        if line == 1 and not text.startswith(b"{") and text:
            raise UnusableFile(
                "Each line has to be a transfer's JSON object, {...}; the first line begins with "
                f"{text[:20].decode('utf-8', 'replace')!r}. An array has to be written one object a line."
            )
        if text:
            yield _entry(line, text, ledger_id)


def _entry(line: int, text: bytes, ledger_id: UUID) -> Entry[TransferOrder]:
    key = ""
    try:
        if len(text) > LINE_BYTES_MAX:
            raise TooLarge(f"The line is longer than {LINE_BYTES_MAX} bytes.")
        parsed = parse_json(text, named="The line")
        key = _key_of(parsed)
        return Entry(line, key, order=order_of(parsed, ledger_id))
    except Refusal as refusal:
        return Entry(line, key, refusal=refusal)


def _key_of(parsed: object) -> str:
    key = parsed.get("idempotency_key") if isinstance(parsed, dict) else None
    return key if isinstance(key, str) else ""


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is too long only its beginning, one byte longer than allowed."""
    while raw := file.readline(LINE_BYTES_MAX + 1):
        yield raw
        while len(raw) > LINE_BYTES_MAX and not raw.endswith(b"\n"):
            raw = file.readline(LINE_BYTES_MAX + 1)
