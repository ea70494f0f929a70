"""journals_import, as an operator runs it."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.accounts import AccountChange, change_account
from ledger.domain.accounts import AccountStatus
from ledger.models import Account, Journal, Ledger
from tests.ledger.api.calls import Api, content_of, leg
from tests.ledger.imports.files import Said, file_of, run
from tests.ledger.imports.journals import HEADER, Import, balance, errors_in, keys, line, lines, pair


def test_a_csv_posts_a_journal_for_the_rows_of_each_key(ledger: Ledger, cash: Account, import_: Import) -> None:
    split = (
        'b,CASH,debit,7.50,EUR,2020-02-01,"Two,\nlines",ref,9\n'
        'b,CASH,debit,2.50,EUR,2020-02-01,"Two,\nlines",ref,9\n'
        'b,REV,credit,10,EUR,2020-02-01,"Two,\nlines",ref,9\n'
    )
    said = import_(HEADER + pair("a", "1.00") + split)
    assert (said.code, said.out) == (0, "2 applied, 0 duplicate, 0 refused.\n")
    first, second = Journal.objects.filter(ledger=ledger)
    assert (first.value_date, first.description, first.metadata) == (first.posted_at.date(), "", {})
    assert (second.value_date.isoformat(), second.description) == ("2020-02-01", "Two,\nlines")
    assert (second.reference, second.metadata, second.leg_count) == ("ref", {"shop": "9"}, 3)
    assert balance(cash) == 11


def test_json_lines_post_a_transfer_a_line(ledger: Ledger, cash: Account, import_: Import) -> None:
    text = "\ufeff" + lines(line("a"), line("b", value_date="1999-12-31", metadata={"n": [1, {"x": None}]})) + "\n \n"
    assert import_(text, name="file.jsonl").code == 0
    assert keys(ledger) == ["a", "b"]
    assert Journal.objects.get(ledger=ledger, number=2).metadata == {"n": [1, {"x": None}]}
    assert balance(cash) == 20


def test_a_second_run_posts_nothing_whatever_the_format(ledger: Ledger, cash: Account, import_: Import) -> None:
    import_(HEADER + pair("a", "10.0") + pair("b"))
    assert import_(HEADER + pair("a") + pair("b")).out == "0 applied, 2 duplicate, 0 refused.\n"
    again = import_(lines(line("b"), line("c"), line("c")), name="file.jsonl")
    assert again.out == "1 applied, 2 duplicate, 0 refused.\n"
    assert keys(ledger) == ["a", "b", "c"]
    assert balance(cash) == 30


def test_what_the_api_posted_is_a_duplicate_for_the_import_and_the_other_way_round(
    ledger: Ledger, import_: Import
) -> None:
    api = Api.on(ledger)
    content_of(api.post("/api/transfers/", line("a", description="x")), 201)
    assert import_(HEADER + pair("a", rest=",x,,") + pair("b")).out == "1 applied, 1 duplicate, 0 refused.\n"
    assert content_of(api.post("/api/transfers/", line("b")))["status"] == "duplicate"


def test_bad_lines_go_to_the_error_file_and_the_good_ones_post(
    ledger: Ledger, cash: Account, import_: Import, tmp_path: Path
) -> None:
    text = lines(
        line("good-1"),
        line("unbalanced") | {"legs": [leg("CASH", "debit", "1.00"), leg("REV", "credit", "2.00")]},
        line("number", amount=1.5),
        line(None),
        line("nowhere") | {"legs": [leg("CASH", "debit", "1"), leg("NOWHERE", "credit", "1")]},
        line("old", value_date="1899-12-31"),
        line("later", value_date="9000-01-01"),
        line("good-1", amount="11.00"),
        line("more", colour="red"),
    )
    text += '{"idempotency_key": "x", "idempotency_key": "y"}\n[]\nnonsense\n' + lines(line("good-2"))
    said = import_(text, name="file.jsonl")
    assert (said.code, said.out) == (1, "2 applied, 0 duplicate, 11 refused.\n")
    assert said.err == f"11 refused: see {tmp_path / 'file.jsonl.errors.jsonl'}.\n"
    told = [json.loads(row) for row in (tmp_path / "file.jsonl.errors.jsonl").read_text().splitlines()]
    assert [(row["line"], row["idempotency_key"], row["code"], row["field"]) for row in told] == [
        (2, "unbalanced", "journal_not_balanced", "legs"),
        (3, "number", "validation_error", "legs[0].amount"),
        (4, "", "validation_error", "idempotency_key"),
        (5, "nowhere", "account_not_found", "legs[1].account"),
        (6, "old", "validation_error", "value_date"),
        (7, "later", "value_date_in_future", "value_date"),
        (8, "good-1", "idempotency_conflict", "idempotency_key"),
        (9, "more", "validation_error", "colour"),
        (10, "", "parse_error", None),
        (11, "", "validation_error", None),
        (12, "", "parse_error", None),
    ]
    assert all(row["detail"].endswith(".") for row in told)
    assert keys(ledger) == ["good-1", "good-2"]
    assert balance(cash) == 20


def test_a_refused_leg_of_a_csv_is_told_with_its_own_line_and_column(
    ledger: Ledger, import_: Import, tmp_path: Path
) -> None:
    text = HEADER + 'a,CASH,debit,1.00,EUR,,"two\nlines",,\na,REV,credit,1.001,EUR,,"two\nlines",,\n'
    text += pair("b", rest=",,,").replace("debit", "debet") + pair("c").replace("REV", "RAVE") + pair("d")
    assert import_(text).code == 1
    assert [
        (row["line"], row["idempotency_key"], row["code"], row["field"])
        for row in errors_in(tmp_path / "file.csv.errors.csv")
    ] == [
        ("4", "a", "invalid_amount", "amount"),
        ("6", "b", "validation_error", "side"),
        ("9", "c", "account_not_found", "account"),
    ]
    assert keys(ledger) == ["d"]


def test_what_is_the_journals_must_agree_on_all_of_its_rows(ledger: Ledger, import_: Import, tmp_path: Path) -> None:
    def differing(key: str, first: str, second: str) -> str:
        return f"{key},CASH,debit,1,EUR,{first}\n{key},REV,credit,1,EUR,{second}\n"

    text = (
        differing("a", "2020-01-01,,,", "2020-01-02,,,")
        + differing("b", ",x,,", ",,,")
        + differing("c", ",,,7", ",,,8")
    )
    assert import_(HEADER + text).out == "0 applied, 0 duplicate, 3 refused.\n"
    told = errors_in(tmp_path / "file.csv.errors.csv")
    assert [(row["line"], row["field"]) for row in told] == [
        ("3", "value_date"),
        ("5", "description"),
        ("7", "metadata.shop"),
    ]
    assert told[0]["detail"] == "'2020-01-02' is not what line 2 has for the same journal: '2020-01-01'."
    assert not keys(ledger)


def test_a_row_that_cannot_be_read_takes_the_journals_beside_it_with_it(
    ledger: Ledger, import_: Import, tmp_path: Path
) -> None:
    """Each might lack a leg, and would balance without it."""
    text = (
        HEADER
        + pair("a")
        + pair("b")
        + ",CASH,debit,1,EUR,,,,\n"
        + pair("c")
        + 'd,"CASH"x,debit,1,EUR,,,,\n'
        + pair("e")
    )
    assert import_(text + pair("f")).out == "2 applied, 0 duplicate, 5 refused.\n"
    assert keys(ledger) == ["a", "f"]
    told = {
        row["idempotency_key"]: row for row in errors_in(tmp_path / "file.csv.errors.csv") if row["idempotency_key"]
    }
    assert list(told) == ["b", "c", "e"]
    assert told["b"]["detail"] == "Line 6 cannot be read or has no key, and might belong to this journal."


def test_a_row_of_the_wrong_length_or_encoding_is_its_journals(ledger: Ledger, import_: Import, tmp_path: Path) -> None:
    text = HEADER + pair("a") + "a,CASH,debit,1,EUR\n" + "a,REV,credit,1,EUR\n" + pair("c")
    bad = b"d,CASH,debit,1,EUR,,\xfc,,\nd,REV,credit,1,EUR,,\xfc,,\n"
    assert import_(text.encode() + bad + pair("e").encode()).code == 1
    assert keys(ledger) == ["c", "e"]
    told = errors_in(tmp_path / "file.csv.errors.csv")
    assert [(row["line"], row["idempotency_key"]) for row in told] == [("4", "a"), ("8", "d")]
    assert "5 cells, the header 9" in told[0]["detail"]


def test_more_legs_than_a_journal_has_are_refused(ledger: Ledger, import_: Import, tmp_path: Path) -> None:
    text = HEADER + "a,CASH,debit,1,EUR,,,,\na,REV,credit,1,EUR,,,,\n" * 1_500 + pair("b")
    assert import_(text).code == 1
    assert [row["code"] for row in errors_in(tmp_path / "file.csv.errors.csv")] == ["too_many_legs"]
    assert keys(ledger) == ["b"]


def test_a_line_longer_than_a_request_may_be_is_refused_and_the_next_is_read(
    ledger: Ledger, import_: Import, tmp_path: Path
) -> None:
    text = lines(line("a"), line("b", description="x" * 3_000_000), line("c"))
    assert import_(text, name="file.jsonl").out == "2 applied, 0 duplicate, 1 refused.\n"
    told = json.loads((tmp_path / "file.jsonl.errors.jsonl").read_text())
    assert (told["line"], told["code"]) == (2, "too_large")
    assert keys(ledger) == ["a", "c"]


def test_the_ledgers_limit_and_the_accounts_floor_hold_for_imports_too(
    ledger: Ledger, make_account: Callable[..., Account], import_: Import, tmp_path: Path
) -> None:
    Ledger.objects.filter(id=ledger.id).update(transfer_limit=Decimal(100))
    anna = make_account("ANNA", non_negative=True)
    text = HEADER + pair("limit", "100.01")
    text += "in,ANNA,debit,5,EUR,,,,\nin,CASH,credit,5,EUR,,,,\n"
    text += "out,ANNA,credit,6,EUR,,,,\nout,CASH,debit,6,EUR,,,,\n"
    for options in (["--dry-run"], []):
        assert "1 applied, 0 duplicate, 2 refused." in import_(text, *options).out
        told = errors_in(tmp_path / "file.csv.errors.csv")
        assert [row["code"] for row in told] == ["transfer_limit_exceeded", "insufficient_funds"]
    assert keys(ledger) == ["in"]
    assert balance(anna) == 5


def test_a_dry_run_judges_each_journal_on_top_of_those_before_it_and_writes_nothing(
    ledger: Ledger, make_account: Callable[..., Account], import_: Import
) -> None:
    make_account("COLD")
    change_account(ledger.id, "COLD", AccountChange(status=AccountStatus.FROZEN))
    import_(HEADER + pair("old"))
    cold, lost = pair("cold").replace("CASH", "COLD"), pair("lost").replace("REV", "LOST")
    text = HEADER + pair("old") + pair("new") + cold + pair("new") + lost + pair("new", "1") + pair("odd", "0.001")
    for options in (["--dry-run"], []):
        said = import_(text, *options)
        assert (said.code, "1 applied, 2 duplicate, 4 refused." in said.out) == (1, True), said
        if options:
            assert said.out.startswith("Dry run, nothing is written: ")
            assert keys(ledger) == ["old"]
    assert keys(ledger) == ["old", "new"]


def test_what_is_refused_is_told_once_and_in_the_order_of_lines(
    ledger: Ledger, import_: Import, tmp_path: Path
) -> None:
    """A row without a key falls between the rows of a journal, which begins before it and ends after it."""
    first, second = pair("torn").splitlines(keepends=True)
    stray = pair("").splitlines(keepends=True)[0]
    text = (
        HEADER + pair("a") + first + stray + stray + second + second + pair("doubted") + stray + pair("b") + pair("c")
    )
    assert "2 applied, 0 duplicate, 6 refused." in import_(text).out
    told = errors_in(tmp_path / "file.csv.errors.csv")
    assert [(int(row["line"]), row["idempotency_key"]) for row in told] == [
        (4, "torn"),
        (5, ""),
        (6, ""),
        (9, "doubted"),
        (11, ""),
        (12, "b"),
    ]
    assert keys(ledger) == ["a", "c"]


def test_an_import_without_problems_removes_the_errors_of_the_last_one_but_no_other_file(
    import_: Import, tmp_path: Path
) -> None:
    for errors in ("errors.csv", "errors.jsonl"):
        path = tmp_path / errors
        import_(HEADER + pair("a", "0"), "--errors", str(path))
        assert path.exists()
        import_(HEADER + pair("a"), "--errors", str(path))
        assert not path.exists()
    mine = file_of(tmp_path, "mine", "mine.txt")
    import_(HEADER + pair("a"), "--errors", str(mine))
    assert mine.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"file.csv", "mine.txt"}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("file.csv", "", "first line has to name the columns"),
        ("file.csv", HEADER.replace("amount", "amuont"), "unknown: 'amuont'; missing: 'amount'"),
        ("file.jsonl", '[{"idempotency_key": "a"}]', "An array has to be written one object a line"),
        ("file.jsonl", HEADER + pair("a"), "transfer's JSON object"),
    ],
)
def test_an_unusable_file_ends_the_import_with_2_and_leaves_no_error_file(
    ledger: Ledger, import_: Import, tmp_path: Path, name: str, text: str, told: str
) -> None:
    said = import_(text, name=name)
    assert (said.code, told in said.err) == (1, True), said.err
    assert not keys(ledger)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_options_that_cannot_be_are_named_before_anything_is_posted(
    ledger: Ledger, import_: Import, tmp_path: Path
) -> None:
    text = HEADER + pair("a")
    assert "the file to import itself" in import_(text, "--errors", str(tmp_path / "file.csv")).err
    assert import_(text, "--errors", str(tmp_path / "no" / "e.csv")).code == 1
    assert (tmp_path / "file.csv").read_text() == text
    assert not keys(ledger)
    assert import_(text, "--format", "csv", name="file.dat").code == 0
    assert import_(lines(line("b")), "--format", "jsonl", name="file.dat").code == 0


def test_refused_lines_of_a_shells_pipe_need_a_file_of_their_own(ledger: Ledger) -> None:
    said = run("journals_import", Path("/dev/stdin"), ledger.code, "--format", "csv")
    assert (said.code, "--errors: refused lines cannot go beside /dev/stdin; name a file" in said.err) == (2, True)


def test_a_folder_is_no_file(ledger: Ledger) -> None:
    assert run("journals_import", Path(), ledger.code) == Said(1, "", ".: Is a directory: name a file.\n")
