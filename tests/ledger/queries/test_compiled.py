"""A compiled statement: planned as often as PostgreSQL wants to see it, and not once for every list."""

from typing import Any

import pytest
from django.db import connection

from ledger.leading import LeadersConnection
from ledger.models import Account, Ledger
from ledger.models.columns import ALL_LISTS_ARE_SEARCHED_FOR
from ledger.queries.compiled import Compiled
from ledger.queries.messages import Message

# How often PostgreSQL plans a prepared statement before it decides whether one plan will do for all.
TRIES = 5


@pytest.fixture
def connection_of_its_own() -> Any:
    leaders = LeadersConnection()
    with leaders.lent():
        yield
        # For good, and not back to the pool with what it has prepared.
        connection.connection.close()
    leaders.close()


def make_accounts(ledger: Ledger, number: int) -> None:
    Account.objects.bulk_create(
        Account(ledger=ledger, code=f"A{place}", name="", ccy_id="EUR", type="asset") for place in range(number)
    )


def prepared(columns: str) -> list[tuple[str, ...]]:
    """What PostgreSQL says of the statement that `codes` prepared."""
    message = Message()
    rows = message.add(
        f"SELECT {columns} FROM pg_prepared_statements WHERE strpos(statement, %s) > 0",
        [' AS SELECT "ledger_account"."code" AS "code" FROM'],
    )
    message.send()
    return [tuple(map(str, row)) for row in rows()]


@pytest.fixture
def codes() -> Compiled:
    return Compiled(
        lambda: (
            Account.objects.filter(ledger_id__among=[None]).filter(code__among=[None]).order_by().values_list("code")
        )
    )


@pytest.mark.usefixtures("connection_of_its_own")
@pytest.mark.parametrize("length", [1, 9, 40])
def test_one_plan_serves_lists_of_every_length(length: int, codes: Compiled, ledger: Ledger) -> None:
    if connection.pg_version < ALL_LISTS_ARE_SEARCHED_FOR:  # type: ignore[attr-defined]
        pytest.skip("before version 17 the planner sees the lists")
    # So many that the planner does not rather read them all.
    make_accounts(ledger, 3000)
    asked = [f"A{number}" for number in range(length)]
    for _ in range(TRIES + 4):
        assert sorted(codes.rows([ledger.id], asked)) == sorted((code,) for code in asked)
    assert prepared("generic_plans, custom_plans") == [("4", str(TRIES))]
