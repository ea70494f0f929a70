"""The file of refused lines: whole or not there, whatever happens to the import."""

import csv
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from ledger.imports.line_problems import LineProblem, UnusableFile

FIELDS = ("line", "idempotency_key", "code", "field", "detail")
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
_CSV_HEADER = ",".join(FIELDS).encode()
_JSON_BEGINNING = b'{"line":'


class ErrorFile:
    """Collects problems beside `path`, and becomes it when the import is through; interrupted, it leaves no trace.

    JSON lines where the path ends so, CSV otherwise. An import without problems leaves no file, and removes that of
    an earlier run, which would tell of problems that are gone.

    Raises:
        UnusableFile: nothing can be written there; said before anything is posted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        try:
            # mkstemp's file is for its owner alone: keys and figures of the books are in it.
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        except OSError as error:
            raise UnusableFile(f"the error file {path} cannot be written: {error.strerror}. Give --errors.") from error
        self._unfinished = Path(name)
        self._file: IO[str] = os.fdopen(handle, "w", encoding="utf-8", newline="")
        self._write = _json_writer(self._file) if path.suffix in JSON_SUFFIXES else _csv_writer(self._file)

    def add(self, problem: LineProblem, key: str) -> None:
        self.count += 1
        self._write((problem.line, key, problem.code, problem.field, problem.detail))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
        if error is None and self.count:
            self._unfinished.replace(self.path)
            return
        self._unfinished.unlink()
        if error is None and _is_error_file(self.path):
            self.path.unlink()


def _is_error_file(path: Path) -> bool:
    """Whether an earlier import wrote it: a file named by mistake is not removed."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        beginning = file.read(len(_CSV_HEADER))
    return beginning == _CSV_HEADER or beginning.startswith(_JSON_BEGINNING)


def _csv_writer(file: IO[str]) -> Callable[[tuple[Any, ...]], object]:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(FIELDS)
    return writer.writerow


def _json_writer(file: IO[str]) -> Callable[[tuple[Any, ...]], object]:
    encode = msgspec.json.Encoder().encode
    return lambda row: file.write(encode(dict(zip(FIELDS, row, strict=True))).decode() + "\n")
