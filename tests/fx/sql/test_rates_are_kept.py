"""What PostgreSQL holds of rates, attacked through raw SQL as the app's role and as the owner."""

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from fx.models import Rate, RateRevision
from tests.fx.rates import store
from tests.ledger.raw_books import InBackground, at_every_isolation_level, connect, run_and_commit, wait_until_blocked

COLUMNS = ("id", "base", "quote", "type", "source", "date", "value", "quoted_value", "quoted_inverted", "revision")
INSERT = f"INSERT INTO fx_rate ({', '.join(COLUMNS)}) VALUES ({', '.join(f'%({name})s' for name in COLUMNS)})"
REVISE = "UPDATE fx_rate SET value = %(value)s, quoted_value = %(value)s, revision = %(revision)s WHERE id = %(id)s"


@pytest.fixture
def pair(make_currency: Callable[..., str]) -> tuple[str, str]:
    return make_currency("A"), make_currency("Z")


@pytest.fixture
def row(pair: tuple[str, str]) -> dict[str, Any]:
    """A truthful rate, whose every column can be made to lie."""
    return {
        "id": uuid.uuid4(),
        "base": pair[0],
        "quote": pair[1],
        "type": "mid",
        "source": "ECB",
        "date": "2026-01-30",
        "value": "2",
        "quoted_value": "2",
        "quoted_inverted": False,
        "revision": 1,
    }


def state(base: str) -> tuple[list[Any], list[Any]]:
    rates = Rate.objects.filter(base=base)
    return list(rates.order_by("id").values_list()), list(
        RateRevision.objects.filter(rate__in=rates)
        .order_by("rate_id", "revision")
        .values_list("rate_id", "revision", "value")
    )


def refused(
    base: str, constraint: str | None, statement: str, values: Any, role: str = "default", level: Any = None
) -> None:
    before = state(base)
    with connect(role, level) as connection, pytest.raises(psycopg.errors.Error) as refusal:
        connection.execute(statement, values)
    if constraint is None:
        assert isinstance(refusal.value, psycopg.errors.InsufficientPrivilege)
    else:
        assert refusal.value.diag.constraint_name == constraint, refusal.value
    assert state(base) == before


def test_the_truthful_rate_is_taken_with_its_first_revision(row: dict[str, Any]) -> None:
    with connect() as connection:
        connection.execute(INSERT, row)
        connection.commit()
    rates, revisions = state(row["base"])
    assert len(rates) == 1
    assert revisions == [(row["id"], 1, 2)]


@pytest.mark.parametrize(
    ("lie", "constraint"),
    [
        *[({"value": value, "quoted_value": value}, "rate_is_believable") for value in ("0", "-1", "NaN", "Infinity", "1000000000000.1", "0.0000000000009")],
        ({"value": "0.5"}, "rate_agrees_with_its_quotation"),
        ({"quoted_inverted": True}, "rate_agrees_with_its_quotation"),
        ({"value": "0.33333333333333333333", "quoted_value": "3", "quoted_inverted": True}, "rate_agrees_with_its_quotation"),
        ({"value": "2.0000000000000000000000001", "quoted_value": "2.0000000000000000000000001"}, "rate_has_few_decimals"),
        ({"type": "close"}, "rate_type_is_known"),
        ({"source": ""}, "rate_source_is_a_name"),
        ({"source": "ECB+me"}, "rate_source_is_a_name"),
        ({"source": "E" * 33}, "rate_source_is_a_name"),
        ({"revision": 2}, "rate_revision_is_kept"),
        ({"revision": 0}, "rate_revision_counts_from_one"),
    ],
)  # fmt: skip
def test_a_rate_that_lies_is_refused(row: dict[str, Any], lie: dict[str, Any], constraint: str) -> None:
    refused(row["base"], constraint, INSERT, row | lie)


@pytest.mark.parametrize("value", ["0.00001", "0.000000000001", "1000000000000", "1.0850"])
def test_small_and_large_rates_are_taken(row: dict[str, Any], value: str) -> None:
    with connect() as connection:
        connection.execute(INSERT, row | {"value": value, "quoted_value": value})
        connection.commit()
    assert f"{Rate.objects.get(base=row['base']).value:f}" == value


def test_the_inverse_of_a_pair_is_never_stored(row: dict[str, Any]) -> None:
    refused(row["base"], "rate_has_one_direction", INSERT, row | {"base": row["quote"], "quote": row["base"]})
    refused(row["base"], "rate_has_one_direction", INSERT, row | {"quote": row["base"]})


@pytest.mark.parametrize("lie", [{"quote": "ZZZNOWHERE"}, {"base": "AAANOWHERE"}])
def test_a_rate_between_currencies_that_the_books_do_not_know_is_refused(
    pair: tuple[str, str], row: dict[str, Any], lie: dict[str, str]
) -> None:
    with connect() as connection, pytest.raises(psycopg.errors.ForeignKeyViolation) as error:
        connection.execute(INSERT, row | lie)
    assert error.value.diag.constraint_name == "rate_is_between_known_currencies"
    assert state(pair[0]) == ([], [])


def test_an_instant_of_another_day_is_refused(row: dict[str, Any]) -> None:
    dated = INSERT.replace("date,", "date, quoted_at,").replace("%(date)s,", "%(date)s, '2026-01-31 00:00Z',")
    refused(row["base"], "rate_date_is_that_of_its_instant", dated, row)


@at_every_isolation_level
def test_a_second_rate_for_the_same_key_is_refused(row: dict[str, Any], level: Any) -> None:
    store(row["base"], row["quote"], "3")
    refused(row["base"], "rate_is_quoted_once", INSERT, row, level=level)


@at_every_isolation_level
@pytest.mark.parametrize(("value", "revision"), [("4", 1), ("4", 3), ("3", 2), ("4", None)])
def test_a_change_is_exactly_one_revision_further(
    pair: tuple[str, str], level: Any, value: str, revision: int | None
) -> None:
    rate = store(*pair, "3")
    values = {"id": rate.id, "value": value, "revision": revision}
    if revision is None:
        refused(pair[0], "rate_revision_is_kept", REVISE.replace("%(revision)s", "revision"), values, level=level)
    else:
        refused(pair[0], "rate_revision_is_kept", REVISE, values, level=level)


def test_every_revision_stays_readable(pair: tuple[str, str]) -> None:
    rate = store(*pair, "3")
    with connect() as connection:
        for revision, value in ((2, "3.5"), (3, "3")):
            connection.execute(REVISE, {"id": rate.id, "value": value, "revision": revision})
        connection.commit()
    assert [revision[1:] for revision in state(pair[0])[1]] == [(1, 3), (2, 3.5), (3, 3)]


@at_every_isolation_level
@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("DELETE FROM fx_rate", "rate_is_never_removed"),
        ("TRUNCATE fx_rate CASCADE", "rate_is_never_removed"),
        ("UPDATE fx_raterevision SET value = 1", "rate_revision_is_immutable"),
        ("DELETE FROM fx_raterevision", "rate_revision_is_immutable"),
        ("TRUNCATE fx_raterevision", "rate_revision_is_immutable"),
        ("UPDATE fx_rate SET date = date + 1", "rate_identity_is_immutable"),
        ("UPDATE fx_rate SET source = 'other'", "rate_identity_is_immutable"),
        ("UPDATE fx_rate SET id = gen_random_uuid()", "rate_identity_is_immutable"),
    ],
)
def test_rates_and_their_past_are_never_removed_nor_rewritten(
    pair: tuple[str, str], statement: str, constraint: str, level: Any
) -> None:
    store(*pair, "3")
    refused(pair[0], constraint, statement, None, "owner", level)
    refused(pair[0], None, statement, None, "default", level)


def test_the_apps_role_writes_no_history_itself(pair: tuple[str, str]) -> None:
    rate = store(*pair, "3")
    forged = "INSERT INTO fx_raterevision SELECT 9, 9, 9, false, now(), %s"
    refused(pair[0], None, forged, [rate.id])


def test_two_writers_at_once_make_two_revisions(pair: tuple[str, str]) -> None:
    rate = store(*pair, "3")
    upsert = INSERT + (
        " ON CONFLICT (base, quote, type, date, source, quoted_at) DO UPDATE SET value = excluded.value,"
        " quoted_value = excluded.quoted_value, revision = fx_rate.revision + 1"
    )
    row = dict.fromkeys(COLUMNS) | {
        "base": pair[0], "quote": pair[1], "type": "mid", "source": "ECB", "date": rate.date, "quoted_inverted": False, "revision": 1,
    }  # fmt: skip
    with connect() as first, connect() as second:
        statement = psycopg.ClientCursor(second).mogrify(
            upsert, row | {"id": uuid.uuid4(), "value": "5", "quoted_value": "5"}
        )
        first.execute(upsert, row | {"id": uuid.uuid4(), "value": "4", "quoted_value": "4"})
        waiting = InBackground(lambda: run_and_commit(second, statement))
        wait_until_blocked(second)
        first.commit()
        assert waiting.outcome() is None
    assert [revision[1:] for revision in state(pair[0])[1]] == [(1, 3), (2, 4), (3, 5)]
