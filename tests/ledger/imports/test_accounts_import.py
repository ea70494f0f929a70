"""accounts_import, as an operator runs it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.accounts import NewAccount, open_account
from ledger.domain.accounts import AccountType
from ledger.models import Account, Balance, Ledger
from tests.ledger.imports.files import Said, file_of, run
from tests.ledger.raw_books import connect
from tests.ledger.test_accounts import in_thread, wait_until_somebody_waits_for

CHART = (
    "code,name,ccy,type,non_negative,parent,metadata.shop\n"
    'CASH:1,"Till, ground floor",EUR,,true,CASH,7\n'
    "CASH,All cash,EUR,asset,FALSE,,\n"
    "REV,Revenue,EUR,revenue,,,\n"
)


@pytest.fixture
def import_(ledger: Ledger, tmp_path: Path) -> Callable[..., Said]:
    def run_it(text: str | bytes, *options: str) -> Said:
        return run("accounts_import", file_of(tmp_path, text), ledger.code, *options)

    return run_it


def accounts(ledger: Ledger) -> dict[str, tuple[Any, ...]]:
    columns = ("name", "ccy_id", "type", "non_negative", "parent__code", "metadata")
    return {row[0]: row[1:] for row in Account.objects.filter(ledger=ledger).values_list("code", *columns)}


def test_a_chart_opens_its_accounts_whatever_the_order_of_parents(ledger: Ledger, import_: Callable[..., Said]) -> None:
    said = import_(CHART)
    assert (said.code, said.out) == (0, "3 accounts opened, 0 changed, 0 unchanged.\n")
    assert accounts(ledger) == {
        "CASH:1": ("Till, ground floor", "EUR", "asset", True, "CASH", {"shop": "7"}),
        "CASH": ("All cash", "EUR", "asset", False, None, {}),
        "REV": ("Revenue", "EUR", "revenue", False, None, {}),
    }
    assert Balance.objects.filter(account__ledger=ledger).count() == 3


def test_the_same_chart_again_changes_nothing(ledger: Ledger, import_: Callable[..., Said]) -> None:
    import_(CHART)
    before = accounts(ledger)
    for options in ([], ["--update"], ["--dry-run"]):
        assert "0 accounts opened, 0 changed, 3 unchanged." in import_(CHART, *options).out
    assert accounts(ledger) == before


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_found_out_also_behind_a_byte_order_mark(
    ledger: Ledger, import_: Callable[..., Said], mark: str
) -> None:
    name = "".join({*",;\t"} - {mark})
    assert import_(f"\ufeffcode{mark}name{mark}ccy\r\nA{mark}Ä{name}ß{mark}EUR\r\n").code == 0
    assert accounts(ledger)["A"][0] == f"Ä{name}ß"


def test_an_unusual_delimiter_is_named(ledger: Ledger, import_: Callable[..., Said]) -> None:
    text = "code|name|ccy\nA|a|EUR\n"
    assert import_(text).code == 1
    assert not accounts(ledger)
    assert import_(text, "--delimiter", "|").code == 0
    assert "--delimiter: '||' is not one character" in import_(text, "--delimiter", "||").err


def test_every_error_is_told_at_once_with_its_line_and_nothing_is_written(
    ledger: Ledger, import_: Callable[..., Said]
) -> None:
    said = import_(
        "code,name,ccy,type,non_negative,parent,metadata.big\n"
        "GOOD,Good,EUR,,,,\n"
        '"A B","two\nlines",EUR,,,,\n'
        "B,,EURO,,,,\n"
        "C,c,EUR,assets,maybe,NOWHERE,\n"
        "GOOD,again,EUR,,,,\n"
        "D,d,EUR\n"
        f"E,e,EUR,,,,{'x' * 9000}\n"
    )
    assert said.code == 1
    told = [line.partition("file.csv: ")[2] for line in said.err.splitlines()]
    assert [line.partition(":")[0] for line in told] == [
        "line 3, code 'A B'",
        "line 5, name ''",
        "line 5, ccy 'EURO'",
        "line 6, type 'assets'",
        "line 6, non_negative 'maybe'",
        "line 6, parent 'NOWHERE'",
        "line 7, code 'GOOD'",
        "line 8",
        "line 9, metadata",
        "9 problems; nothing was written.",
    ]
    assert "asset, liability" in said.err
    assert not accounts(ledger)


def test_every_fault_of_one_row_is_told_in_the_order_of_lines_and_columns(
    ledger: Ledger, import_: Callable[..., Said]
) -> None:
    """Also what only the ledger knows: that an account is there, that another one is not."""
    import_("code,name,ccy,type\nOLD,old,EUR,asset\n")
    before = accounts(ledger)
    said = import_(
        b"metadata.shop,parent,non_negative,type,ccy,name,code\n"
        b",NOWHERE,maybe,assets,EURO,,OLD\n"
        b",NOWHERE,perhaps,debt,EURO,\xfcml\x00,OLD\n"
        b"\xfc,OLD,,,EURO,n,A B\n"
        b",A\x00B,,,EURO,n,NEW\n"
        b",,,revenue,USD,new,OLD\n"
    )
    told = [line.partition("file.csv: ")[2].partition(": ")[0] for line in said.err.splitlines()]
    assert told == [
        "line 2, name ''",
        "line 2, ccy 'EURO'",
        "line 2, type 'assets'",
        "line 2, non_negative 'maybe'",
        "line 2, parent 'NOWHERE'",
        "line 3, code 'OLD'",
        "line 3, name '\\udcfcml\\x00'",
        "line 3, ccy 'EURO'",
        "line 3, type 'debt'",
        "line 3, non_negative 'perhaps'",
        "line 3, parent 'NOWHERE'",
        "line 4, code 'A B'",
        "line 4, ccy 'EURO'",
        "line 4, metadata.shop '\\udcfc'",
        "line 5, ccy 'EURO'",
        "line 5, parent 'A\\x00B'",
        "line 6, code 'OLD'",
        "17 problems; nothing was written.",
    ]
    assert accounts(ledger) == before


def test_what_only_the_ledger_knows_is_told_by_line_too(ledger: Ledger, import_: Callable[..., Said]) -> None:
    said = import_("code,name,ccy,parent\nA,a,EURO,\nB,b,EUR,NOWHERE\n")
    assert "line 2, ccy 'EURO': no such currency" in said.err
    assert "line 3, parent 'NOWHERE': no such account" in said.err
    assert not accounts(ledger)


def test_a_parent_whose_own_line_is_bad_is_not_called_missing(import_: Callable[..., Said]) -> None:
    said = import_("code,name,ccy,parent\nA,,EUR,\nB,b,EUR,A\n")
    assert said.err.count("line ") == 1


def test_parents_in_a_circle_are_refused_where_the_circle_begins(ledger: Ledger, import_: Callable[..., Said]) -> None:
    said = import_("code,name,ccy,parent\nX,x,EUR,A\nA,a,EUR,B\nB,b,EUR,C\nC,c,EUR,A\nD,d,EUR,D\n")
    assert "line 3, parent 'B': the parents go round in a circle: A -> B -> C -> A." in said.err
    assert "line 6, parent 'D': the parents go round in a circle: D -> D." in said.err
    assert "2 problems" in said.err
    assert not accounts(ledger)


def test_a_circle_through_accounts_that_are_not_in_the_file_is_found(
    ledger: Ledger, import_: Callable[..., Said]
) -> None:
    import_("code,name,ccy,parent\nA,a,EUR,\nB,b,EUR,A\nC,c,EUR,B\n")
    before = accounts(ledger)
    said = import_("code,name,ccy,parent\nA,a,EUR,C\n", "--update")
    assert (said.code, "circle: A -> C -> B -> A" in said.err) == (1, True)
    assert accounts(ledger) == before


def test_a_long_circle_is_shown_shortened(import_: Callable[..., Said]) -> None:
    rows = "".join(f"A{index},a,EUR,A{(index + 1) % 500}\n" for index in range(500))
    assert "A8 -> A9 -> ... -> A0." in import_("code,name,ccy,parent\n" + rows).err


def test_what_differs_is_named_and_changed_only_with_update(ledger: Ledger, import_: Callable[..., Said]) -> None:
    import_(CHART)
    before = accounts(ledger)
    changed = CHART.replace("Revenue", "Sales").replace(",true,CASH,7", ",true,REV,8")
    said = import_(changed + "NEW,new,EUR,,,,\n")
    assert said.code == 1
    assert "line 4, name 'Sales': the account is there with 'Revenue'; --update would change it." in said.err
    assert "line 2, parent 'REV': the account is there with 'CASH'" in said.err
    assert "line 2, metadata.shop '8': the account is there with '7'" in said.err
    assert accounts(ledger) == before

    rehearsed = import_(changed, "--update", "--dry-run").out
    assert "line 2: change CASH:1: parent 'CASH' -> 'REV', metadata.shop '7' -> '8'\n" in rehearsed
    assert accounts(ledger) == before

    assert "0 accounts opened, 2 changed, 1 unchanged." in import_(changed, "--update").out
    assert accounts(ledger)["CASH:1"][4:] == ("REV", {"shop": "8"})
    assert accounts(ledger)["REV"][0] == "Sales"


def test_what_never_changes_is_refused_also_with_update(ledger: Ledger, import_: Callable[..., Said]) -> None:
    import_(CHART)
    before = accounts(ledger)
    said = import_("code,name,ccy,type,non_negative\nREV,Sales,USD,asset,true\n", "--update")
    for column in ("ccy 'USD'", "type 'asset'", "non_negative 'True'"):
        assert f"line 2, {column}: the account is there with" in said.err
    assert accounts(ledger) == before


def test_a_column_that_the_file_does_not_have_says_nothing_about_accounts_that_are_there(
    ledger: Ledger, import_: Callable[..., Said]
) -> None:
    open_account(NewAccount(ledger.id, "P", "p", "EUR"))
    mine = NewAccount(ledger.id, "A", "a", "EUR", AccountType.EXPENSE, parent="P", metadata={"shop": 7, "list": [1]})
    open_account(mine)
    assert "1 unchanged" in import_("code,name,ccy\nA,a,EUR\n").out
    assert "1 unchanged" in import_("code,name,ccy,metadata.shop\nA,a,EUR,7\n").out
    assert "1 changed" in import_("code,name,ccy,metadata.shop,metadata.new\nA,b,EUR,,x\n", "--update").out
    assert accounts(ledger)["A"] == ("b", "EUR", "expense", False, "P", {"list": [1], "new": "x"})


def test_a_dry_run_says_what_would_happen_and_writes_nothing(ledger: Ledger, import_: Callable[..., Said]) -> None:
    said = import_(CHART, "--dry-run")
    assert said.code == 0
    assert "line 2: open CASH:1 (EUR, asset) Till, ground floor\n" in said.out
    assert "Dry run, nothing is written: 3 accounts opened" in said.out
    assert not accounts(ledger)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "first line has to name the columns"),
        (b"1,2,3\n", "first line has to name the columns"),
        ("code,name,ccy\n".encode("utf-16"), "in UTF-8"),
        (b"code,name,currency,code\n", "unknown: 'currency'; given twice: 'code'; missing: 'ccy'"),
        (b"code,name,ccy,metadata.\n", "unknown: 'metadata.'"),
        (b"code,name,ccy\n" + b"x" * 2_000_000, "line 2 is longer than"),
    ],
)
def test_an_unusable_file_ends_the_import(ledger: Ledger, import_: Callable[..., Said], text: bytes, told: str) -> None:
    said = import_(text)
    assert (said.code, told in said.err) == (1, True), said.err
    assert not accounts(ledger)


def test_a_cell_that_is_no_text_is_refused_by_its_line(ledger: Ledger, import_: Callable[..., Said]) -> None:
    said = import_(b'code,name,ccy\nA,\xfcml,EUR\nB,b\x00,EUR\nC,"c"d,EUR\nE,"e\ne,EUR\n')
    assert "line 2, name '\\udcfcml': A cell is not UTF-8" in said.err
    assert "line 3, name 'b\\x00': A cell holds a NUL" in said.err
    assert "line 4: This is no row of CSV" in said.err
    assert "line 5: Lines 5 to 6 are no row of CSV" in said.err
    assert not accounts(ledger)


def test_no_file_and_no_ledger_are_named(ledger: Ledger, tmp_path: Path) -> None:
    assert run("accounts_import", tmp_path / "no.csv", ledger.code) == (
        1,
        "",
        f"{tmp_path}/no.csv: No such file or directory.\n",
    )
    said = run("accounts_import", file_of(tmp_path, CHART), "nowhere")
    assert (said.code, "--ledger: there is no ledger 'nowhere'" in said.err) == (1, True)


def test_an_account_that_somebody_else_opens_meanwhile_leaves_nothing_half_done(
    ledger: Ledger, import_: Callable[..., Said]
) -> None:
    """The other opens REV and commits only once the import waits for it."""
    told: list[Said] = []
    with connect() as other:
        other.execute(
            "INSERT INTO ledger_account (id, ledger_id, code, name, ccy, type, non_negative, status, metadata, created_at)"
            " VALUES (gen_random_uuid(), %s, 'REV', 'theirs', 'EUR', 'revenue', false, 'active', '{}', now())",
            [ledger.id],
        )
        importing = in_thread(lambda: told.append(import_(CHART)))
        wait_until_somebody_waits_for(other)
        other.commit()
    assert importing.outcome() is None
    assert (told[0].code, "Somebody else opened" in told[0].err) == (1, True)
    assert list(accounts(ledger)) == ["REV"]


def test_an_import_waits_for_whoever_moves_accounts(ledger: Ledger, import_: Callable[..., Said]) -> None:
    told: list[Said] = []
    with connect() as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"account_tree {ledger.id}"])
        importing = in_thread(lambda: told.append(import_(CHART)))
        wait_until_somebody_waits_for(other)
        assert not told
        other.commit()
    assert importing.outcome() is None
    assert told[0].code == 0
