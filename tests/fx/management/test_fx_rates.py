"""The command, and the import behind it."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from fx.models import Rate

Pair = tuple[str, str]


@pytest.fixture
def pair(make_currency: Callable[..., str]) -> Pair:
    return make_currency("A"), make_currency("Z")


def run(*words: str | Path) -> str:
    out = StringIO()
    call_command("fx_rates", *map(str, words), stdout=out, stderr=out)
    return out.getvalue()


def refused(*words: str | Path) -> str:
    with pytest.raises(CommandError) as refusal:
        run(*words)
    return str(refusal.value)


def write(folder: Path, pair: Pair, *lines: str) -> Path:
    file = folder / "rates.csv"
    rows = [line.replace("A/Z", ",".join(pair)).replace("Z/A", ",".join(reversed(pair))) for line in lines]
    file.write_text("\n".join(["base,quote,rate,date,type,source", *rows]) + "\n", "utf-8")
    return file


def count(pair: Pair) -> int:
    return Rate.objects.filter(base=pair[0]).count()


def test_a_file_is_imported_once_and_its_repeat_says_that_nothing_changed(tmp_path: Path, pair: Pair) -> None:
    file = write(tmp_path, pair, "A/Z,1.0850,2026-01-30,,me", "Z/A,0.9,2026-01-29,,me")
    assert "(csv): 2 new, 0 revised, 0 unchanged." in run("import", file)
    before = list(Rate.objects.filter(base=pair[0]).values_list())
    assert "Nothing changed: 0 new, 0 revised, 2 unchanged." in run("import", file)
    assert list(Rate.objects.filter(base=pair[0]).values_list()) == before


def test_a_dry_run_shows_revisions_and_jumps_and_writes_nothing(tmp_path: Path, pair: Pair) -> None:
    run("import", write(tmp_path, pair, "A/Z,1.0850,2026-01-30,,me"))
    said = run("import", "--dry-run", write(tmp_path, pair, "A/Z,1.2,2026-01-30,,me", "A/Z,1.3,2026-01-31,,me"))
    assert "Nothing was written; it would be: 1 new, 1 revised, 0 unchanged." in said
    assert f"revised: {pair[0]}/{pair[1]} 2026-01-30 me mid: 1.0850 -> 1.2 (+10.60 %)" in said
    assert f"warning, moved by more than 5 %: {pair[0]}/{pair[1]} 2026-01-31 me mid: 1.2 -> 1.3 (+8.33 %)" in said
    assert [str(rate.value) for rate in Rate.objects.filter(base=pair[0])] == ["1.0850"]


def test_one_bad_line_keeps_the_whole_file_out_and_is_named(tmp_path: Path, pair: Pair) -> None:
    file = write(
        tmp_path,
        pair,
        "A/Z,1.0850,2026-01-30,,me",
        "EUR,NOWHERE,2,2026-01-29,,me",
        "A/Z,zero,2026-01-29,,me",
        "Z/A,0.5,2026-01-30,,me",
    )
    said = refused("import", file)
    assert "The file has 3 errors; nothing was written." in said
    assert [line.partition(":")[0] for line in said.splitlines()[1:]] == [
        "line 3, quote 'NOWHERE'",
        "line 4, rate 'zero'",
        "line 5, rate '0.5'",
    ]
    assert "line 5, rate '0.5': line 2 has another rate for the same key." in said
    assert count(pair) == 0


@pytest.mark.parametrize("code", ["A\x00B", "eur", "ÄÖÜ", "'; --"])
def test_a_currency_of_any_spelling_is_unknown_rather_than_a_crash(tmp_path: Path, pair: Pair, code: str) -> None:
    said = refused("import", write(tmp_path, pair, "A/Z,1.0850,2026-01-30,,me", f"EUR,{code},2,2026-01-29,,me"))
    assert "line 3, quote" in said
    assert count(pair) == 0


def test_a_long_list_of_errors_is_cut_short(tmp_path: Path, pair: Pair) -> None:
    said = refused("import", write(tmp_path, pair, *["A/Z,0,2026-01-29,,me"] * 30)).splitlines()
    assert len(said) == 22
    assert said[-1] == "and 10 more"


def test_a_feeds_currencies_that_the_books_do_not_know_are_passed_over_and_told(tmp_path: Path, pair: Pair) -> None:
    file = tmp_path / "history.csv"
    file.write_text(f"Date,{pair[0]},CYP,{pair[1]},\n2026-01-30,1.5,0.58,2.5,\n2026-01-29,1.5,N/A,2.5,\n", "utf-8")
    said = run("import", file)
    assert "(ecb-csv): 4 new" in said
    assert "Passed over, as the books do not know them: CYP." in said
    assert Rate.objects.filter(base=pair[0], quote="EUR", source="ECB").count() == 2


def test_a_file_without_rates_or_that_cannot_be_read_is_refused(tmp_path: Path, pair: Pair) -> None:
    assert "not a single rate" in refused("import", write(tmp_path, pair))
    assert "No such file" in refused("import", tmp_path / "missing.csv")


def test_show_tells_the_rate_and_the_path_that_leads_to_it(tmp_path: Path, pair: Pair) -> None:
    run("import", write(tmp_path, pair, "A/Z,4,2026-01-30,,me"))
    rate = Rate.objects.get(base=pair[0])
    said = run("show", pair[1], pair[0], "--on", "2026-02-01")
    assert said.splitlines() == [
        f"1 {pair[1]} = 0.25 {pair[0]}",
        "inverse, as of 2026-01-30, source me",
        f"  me 2026-01-30: 1 {pair[0]} = 4 {pair[1]}, divided by (revision 1 of {rate.id})",
    ]
    assert "same" in run("show", pair[0], pair[0])


def test_show_says_where_it_looked_when_there_is_none(tmp_path: Path, pair: Pair) -> None:
    run("import", write(tmp_path, pair, "A/Z,4,2026-01-30,,me"))
    said = refused("show", *pair, "--on", "2026-02-05")
    assert f"no mid rate of {pair[0]}/{pair[1]} on 2026-02-05 or up to 5 days before" in said
    assert "'eur' is not a known currency" in refused("show", "eur", pair[0])


def test_list_shows_what_is_stored_as_it_was_quoted(tmp_path: Path, pair: Pair) -> None:
    run("import", write(tmp_path, pair, "A/Z,4.0,2026-01-30,bid,me", "Z/A,0.3,2026-01-29,bid,you"))
    first, second = run("list", *pair).splitlines()
    assert first.startswith(f"2026-01-30  me  bid  1 {pair[0]} = 4.0 {pair[1]}  revision 1")
    assert second.startswith(f"2026-01-29  you  bid  1 {pair[1]} = 0.3 {pair[0]}")
    assert len(run("list", *reversed(pair), "--source", "you").splitlines()) == 1
    assert "No rate of" in run("list", pair[0], "EUR")


def test_progress_goes_to_the_error_stream(tmp_path: Path, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    run("import", write(tmp_path, pair, "A/Z,4,2026-01-30,,me"))
    assert "1/1" in terminal.getvalue()
