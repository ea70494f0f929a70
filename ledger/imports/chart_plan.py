"""What a chart of accounts would do to a ledger: which accounts to open, which to change, and what forbids it."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ledger.imports.chart_file import Chart, ChartRow
from ledger.imports.line_problems import LineProblem
from ledger.queries.chart import ExistingAccount

FIXED_COLUMNS = ("ccy", "type", "non_negative")
CHANGEABLE_COLUMNS = ("name", "parent")
CIRCLE_SHOWN_MAX = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """A column in which the file and the account differ."""

    column: str
    now: object
    wanted: object

    def __str__(self) -> str:
        return f"{self.column} {_shown(self.now)} -> {_shown(self.wanted)}"


@dataclass(frozen=True, slots=True)
class Change:
    """What to change about an account that exists; `metadata` is what it has afterwards."""

    row: ChartRow
    account: ExistingAccount
    differences: list[Difference]
    metadata: dict[str, Any]


@dataclass(slots=True)
class ChartPlan:
    """Accounts to open (parents first) and to change; how many stay; what forbids all of it."""

    openings: list[ChartRow] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    problems: list[LineProblem] = field(default_factory=list)


def plan_chart(
    chart: Chart, existing: Mapping[str, ExistingAccount], currencies: Collection[str], *, update: bool
) -> ChartPlan:
    """Compare the file with the ledger's accounts, which `existing` holds as far as the file names them."""
    plan = ChartPlan(problems=list(chart.problems))
    for read in chart.rows:
        row = read
        unknown = list(_unknown(row, chart, existing, currencies))
        plan.problems += unknown
        if unknown:
            # A column has one fault: what is unknown differs from what is there too.
            row = replace(row, faulty=row.faulty.union(problem.field for problem in unknown if problem.field))
        account = None if "code" in row.faulty else existing.get(row.code)
        if account is not None:
            _compare(plan, chart, row, account, update=update)
        elif "code" not in row.faulty:
            plan.openings.append(row)
    return plan


def _unknown(
    row: ChartRow, chart: Chart, existing: Mapping[str, ExistingAccount], currencies: Collection[str]
) -> Iterator[LineProblem]:
    if row.ccy not in currencies and "ccy" not in row.faulty:
        detail = "no such currency; write a code such as EUR. currency_add makes custom ones."
        yield LineProblem(row.line, "currency_unknown", "ccy", detail, row.ccy)
    is_known = row.parent is None or row.parent in chart.codes or row.parent in existing
    if not is_known and "parent" not in row.faulty:
        detail = "no such account, neither in the file nor in the ledger; correct it, or add a row that opens it."
        yield LineProblem(row.line, "account_not_found", "parent", detail, row.parent)


def circles(rows: Collection[ChartRow], parents: Mapping[str, str | None]) -> list[LineProblem]:
    """Each circle among the parents, at its first line in the file; `parents` is the tree as it would become."""
    lines = {row.code: row.line for row in rows if "code" not in row.faulty}
    problems, done = [], set[str]()
    for row in rows:
        if "code" in row.faulty:
            continue
        path: dict[str, None] = {}
        code: str | None = row.code
        while code is not None and code not in done and code not in path:
            path[code] = None
            code = parents.get(code)
        if code is not None and code in path:
            members = list(path)[list(path).index(code) :]
            line, first = min((lines[member], member) for member in members if member in lines)
            detail = f"the parents go round in a circle: {_round(members)}. Give one of them another."
            problems.append(LineProblem(line, "validation_error", "parent", detail, parents[first]))
        done.update(path)
    return problems


def parents_first(rows: Collection[ChartRow]) -> list[ChartRow]:
    """The rows in an order in which each comes after its parent; there must be no circle."""
    by_code = {row.code: row for row in rows}
    placed: dict[str, ChartRow] = {}
    for row in rows:
        branch = []
        above: ChartRow | None = row
        while above is not None and above.code not in placed:
            branch.append(above)
            above = by_code.get(above.parent) if above.parent else None
        placed.update((member.code, member) for member in reversed(branch))
    return list(placed.values())


def _round(members: list[str]) -> str:
    skipped = ["..."] if len(members) > CIRCLE_SHOWN_MAX else []
    return " -> ".join([*members[:CIRCLE_SHOWN_MAX], *skipped, members[0]])


def _compare(plan: ChartPlan, chart: Chart, row: ChartRow, account: ExistingAccount, *, update: bool) -> None:
    fixed = list(_differences(chart, row, account, FIXED_COLUMNS))
    for difference in fixed:
        detail = f"the account is there with {_shown(difference.now)}, which never changes; open another account."
        plan.problems.append(LineProblem(row.line, "account_exists", difference.column, detail, str(difference.wanted)))
    metadata = _metadata_after(chart, row, account)
    differences = list(_differences(chart, row, account, CHANGEABLE_COLUMNS))
    differences += [
        Difference(f"metadata.{key}", account.metadata.get(key), row.metadata.get(key))
        for key in sorted(chart.metadata_keys if "metadata" not in row.faulty else ())
        if account.metadata.get(key) != metadata.get(key)
    ]
    if not differences:
        plan.unchanged += not fixed
    elif update:
        plan.changes.append(Change(row, account, differences, metadata))
    else:
        for difference in differences:
            detail = f"the account is there with {_shown(difference.now)}; --update would change it."
            wanted = "" if difference.wanted is None else str(difference.wanted)
            plan.problems.append(LineProblem(row.line, "account_exists", difference.column, detail, wanted))


def _differences(
    chart: Chart, row: ChartRow, account: ExistingAccount, columns: Collection[str]
) -> Iterator[Difference]:
    for column in columns:
        now, wanted = getattr(account, column), getattr(row, column)
        if column in chart.columns and column not in row.faulty and now != wanted:
            yield Difference(column, now, wanted)


def _metadata_after(chart: Chart, row: ChartRow, account: ExistingAccount) -> dict[str, Any]:
    """The account's metadata with what the file says of it; keys that have no column stay as they are."""
    after = dict(account.metadata)
    for key in chart.metadata_keys:
        wanted = row.metadata.get(key)
        if wanted is None:
            after.pop(key, None)
        elif key not in after or _as_text(after[key]) != wanted:
            after[key] = wanted
    return after


def _as_text(value: object) -> str:
    """A table has only text: there 7 and "7" are the same."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case _:
            return repr(str(value))
