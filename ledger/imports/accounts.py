"""The verb that brings a chart of accounts into a ledger: all of it or nothing."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from ledger import locks
from ledger.accounts import require_name
from ledger.domain.refusals import Busy
from ledger.imports.chart_file import COLUMNS, Chart, read_chart
from ledger.imports.chart_plan import Change, ChartPlan, circles, parents_first, plan_chart
from ledger.imports.csv_table import CsvTable
from ledger.imports.line_problems import LineProblem
from ledger.models import Account
from ledger.models.columns import new_id
from ledger.posting_failures import constraint_of
from ledger.queries.chart import ExistingAccount, existing_accounts, known_currencies, parents

ROWS_PER_STATEMENT = 1_000


class ChartRefused(Exception):  # noqa: N818 - an answer to the operator, not an error of the program
    """The file is not imported. `problems` has everything that is wrong with it, by line."""

    def __init__(self, problems: Iterable[LineProblem]) -> None:
        self.problems = sorted(problems, key=_place)
        super().__init__(f"{len(self.problems)} problems")


def import_accounts(ledger_id: UUID, table: CsvTable, *, update: bool = False, dry_run: bool = False) -> ChartPlan:
    """Open the accounts of a chart that the ledger does not have yet, in one transaction; says what was done.

    An account that is there already and equals its row is left alone, so the same file again changes nothing. With
    `update`, its name, parent and metadata become the file's. A `dry_run` says what would be done, and writes nothing.

    Raises:
        UnusableFile: no row of the table can be understood.
        ChartRefused: something is wrong with some of its rows, or with what they would make; nothing was written.
        Busy: somebody else opened one of the accounts meanwhile. Nothing was written; the same import again goes through.
    """
    chart = read_chart(table, require_name)
    try:
        with transaction.atomic():
            # Nobody else moves accounts in the tree between the look for circles and the writing.
            locks.account_tree(ledger_id)
            existing = existing_accounts(ledger_id, _named(chart))
            plan = plan_chart(chart, existing, known_currencies(), update=update)
            plan.problems += circles(chart.rows, _tree_after(ledger_id, plan))
            if plan.problems:
                raise ChartRefused(plan.problems)
            plan.openings = parents_first(plan.openings)
            if not dry_run:
                _write(ledger_id, plan, existing)
    except IntegrityError as error:
        if constraint_of(error) == "account_code_is_unique_in_its_ledger":
            raise Busy(
                "Somebody else opened one of these accounts meanwhile; nothing was written. Try again."
            ) from error
        raise
    return plan


def _named(chart: Chart) -> set[str]:
    """Every code that can be looked up."""
    codes = {row.code for row in chart.rows if "code" not in row.faulty}
    return codes | {row.parent for row in chart.rows if row.parent and "parent" not in row.faulty}


def _place(problem: LineProblem) -> tuple[int, int]:
    """Lines as they stand in the file; in a line the columns as they are documented, metadata last."""
    columns = list(COLUMNS.known)
    return problem.line, columns.index(problem.field) if problem.field in columns else len(columns)


def _tree_after(ledger_id: UUID, plan: ChartPlan) -> dict[str, str | None]:
    """The parents as they would be. Accounts that are there matter only where one of them is moved."""
    tree: dict[str, str | None] = dict(parents(ledger_id)) if plan.changes else {}
    tree.update((row.code, row.parent) for row in plan.openings)
    tree.update((change.row.code, change.row.parent) for change in plan.changes if _moves(change))
    return tree


def _moves(change: Change) -> bool:
    return any(difference.column == "parent" for difference in change.differences)


def _write(ledger_id: UUID, plan: ChartPlan, existing: Mapping[str, ExistingAccount]) -> None:
    ids = {code: account.id for code, account in existing.items()}
    ids |= {row.code: new_id() for row in plan.openings}
    # Parents come first, so that each statement finds those of its rows.
    Account.objects.bulk_create(
        [
            Account(
                id=ids[row.code],
                ledger_id=ledger_id,
                code=row.code,
                name=row.name,
                ccy_id=row.ccy,
                type=row.type,
                non_negative=row.non_negative,
                parent_id=ids[row.parent] if row.parent else None,
                metadata=row.metadata,
            )
            for row in plan.openings
        ],
        batch_size=ROWS_PER_STATEMENT,
    )
    for change in plan.changes:
        columns: dict[str, Any] = {"name": change.row.name, "metadata": change.metadata}
        if _moves(change):
            columns["parent_id"] = ids[change.row.parent] if change.row.parent else None
        Account.objects.filter(id=change.account.id).update(**columns)
