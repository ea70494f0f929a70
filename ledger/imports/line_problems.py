"""What is wrong with a file: with one of its lines, or with all of it."""

from dataclasses import dataclass

VALUE_LENGTH_MAX = 60


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Why a line was refused: `line` counts from 1 as an editor does, `code` is the refusal's, `field` the column."""

    line: int
    code: str
    field: str | None
    detail: str
    value: str | None = None

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", {self.field}" if self.field else "")
        given = "" if self.value is None else f" {self.value[:VALUE_LENGTH_MAX]!r}"
        return f"{place}{given}: {self.detail}"


class UnusableFile(Exception):  # noqa: N818 - it says what is wrong with the file, not with the program
    """No line of the file can be understood; the message says why and what to do."""
