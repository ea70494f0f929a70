"""The pages of exchange rates: who sees them, what the list and the chart show, and an upload with its preview."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fx.admin.rate_chart import DOT, SLICES, rate_chart
from fx.domain.rates import Quotation
from fx.models import Rate
from fx.rate_recording import record_rates
from tests.fx.rates import DAY
from tests.ledger.admin.pages import Office, list_url, text_of

ONE_DAY = timedelta(days=1)
IMPORT = "admin:fx_rate_import"
PROCESS = "admin:fx_rate_process_import"
Pair = tuple[str, str]


@pytest.fixture
def pair(make_currency: Callable[..., str]) -> Pair:
    return make_currency("A"), make_currency("Z")


@pytest.fixture
def accountant() -> Office:
    return Office.of_group("accountants")


def record(pair: Pair, *values: str, source: str = "ECB") -> None:
    record_rates(Quotation(*pair, Decimal(value), DAY + i * ONE_DAY, source) for i, value in enumerate(values))


def count(pair: Pair) -> int:
    return Rate.objects.filter(base=min(pair)).count()


def upload(office: Office, content: bytes) -> Any:
    return office.post(reverse(IMPORT), import_file=SimpleUploadedFile("rates.csv", content), format="0", resource="")


def confirm(office: Office, preview: Any) -> str:
    page = preview.content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', page))
    return office.done(reverse(PROCESS), **{k: v for k, v in fields.items() if k != "csrfmiddlewaretoken"})


def csv(pair: Pair, *lines: str) -> bytes:
    rows = [line.replace("A/Z", ",".join(pair)).replace("Z/A", ",".join(reversed(pair))) for line in lines]
    return "\n".join(["base,quote,rate,date", *rows]).encode()


def test_the_list_shows_rates_as_quoted_with_their_move(accountant: Office, pair: Pair) -> None:
    record((pair[1], pair[0]), "0.5", "0.56")
    text = accountant.page(list_url("fx_rate"), pair="-".join(pair))
    assert f"{pair[1]}/{pair[0]} 0.56 mid ECB +12.00 %" in text
    assert f"{pair[1]}/{pair[0]} 0.5 mid ECB -" in text


def test_filters_choose_by_source_and_by_jump(accountant: Office, pair: Pair) -> None:
    record(pair, "1", "1.01", "1.2")
    record(pair, "7.77", source="other")
    chosen = {"pair": "-".join(pair)}
    assert "7.77 mid other" in accountant.page(list_url("fx_rate"), **chosen, source="other")
    assert "1.01 mid" not in accountant.page(list_url("fx_rate"), **chosen, source="other")
    jumps = accountant.page(list_url("fx_rate"), **chosen, move="jump")
    assert "1.2 mid ECB +18.81 %" in jumps
    assert "1.01 mid" not in jumps


def test_a_pairs_chart_has_a_line_for_each_source_and_says_its_bounds(accountant: Office, pair: Pair) -> None:
    record(pair, "1", "1.04", "1.02")
    record(pair, "1.01", source="other")
    page = accountant.get(list_url("fx_rate"), pair="-".join(pair)).content.decode()
    assert page.count("<polyline") == 2
    assert f"1 {pair[0]} in {pair[1]}, 2026-01-30 to 2026-02-01: 1 to 1.04" in page
    assert 'points="0.0,300.0 500.0,0.0 1000.0,150.0"' in page
    assert "<polyline" not in accountant.get(list_url("fx_rate")).content.decode()


def test_a_spike_stays_in_a_chart_of_many_days(pair: Pair) -> None:
    values = ["1"] * (3 * SLICES)
    values[700] = "1.5"
    record(pair, *values)
    chart = rate_chart(*pair)
    assert chart is not None
    points = chart.lines[0].points.split()
    assert len(points) <= 2 * SLICES
    assert sum(point.endswith(",0.0") for point in points) == 1


def test_a_single_rate_and_none_have_their_charts(pair: Pair) -> None:
    assert rate_chart(*pair) is None
    record(pair, "2")
    chart = rate_chart(*pair)
    assert chart is not None
    assert (chart.lines[0].points, chart.lines[0].width) == ("500.0,150.0 500.0,150.0", DOT)
    assert (chart.rates, chart.dates) == (["2"], [DAY]), "neither axis says the same twice"


def test_a_rates_page_has_every_revision_and_no_form(accountant: Office, pair: Pair) -> None:
    record(pair, "1.0850")
    record(pair, "1.0900")
    rate = Rate.objects.get(base=pair[0])
    text = accountant.page(reverse("admin:fx_rate_change", args=[rate.id]))
    assert "Revisions" in text
    assert text.index("1.0900") < text.index("1.0850")
    assert "Save" not in text
    for action in ("add", "delete"):
        arguments = [rate.id] if action == "delete" else []
        assert accountant.post(reverse(f"admin:fx_rate_{action}", args=arguments), post="yes").status_code == 403
    assert accountant.post(reverse("admin:fx_rate_change", args=[rate.id]), quoted_value="5").status_code == 403
    assert str(Rate.objects.get(base=pair[0]).value) == "1.0900"


def test_an_upload_is_previewed_and_recorded_only_after_it_is_confirmed(accountant: Office, pair: Pair) -> None:
    record(pair, "1.0850", source="manual")
    content = csv(pair, "A/Z,1.0850,2026-01-30", "A/Z,1.20,2026-01-31", "Z/A,0.9,2026-02-01")
    preview = upload(accountant, content)
    text = text_of(preview)
    assert "Skipped" in text
    assert f"{pair[0]}/{pair[1]} 1.20 2026-01-31 mid manual moves by +10.60 %, from 1.0850" in text
    assert count(pair) == 1
    said = confirm(accountant, preview)
    assert "2 new, 0 updated, 0 deleted and 1 skipped" in said
    assert f"Moved by more than 5 %: {pair[0]}/{pair[1]} 2026-01-31 manual mid: 1.0850 -> 1.20 (+10.60 %)" in said
    assert count(pair) == 3


def test_a_changed_value_is_previewed_beside_what_is_stored_and_becomes_a_revision(
    accountant: Office, pair: Pair
) -> None:
    record(pair, "1.0850", source="manual")
    preview = upload(accountant, csv(pair, "A/Z,1.09,2026-01-30"))
    assert f"Update {pair[0]}/{pair[1]} 1.09 2026-01-30 mid manual 1.0850" in text_of(preview)
    assert Rate.objects.get(base=pair[0]).revision == 1
    confirm(accountant, preview)
    assert Rate.objects.get(base=pair[0]).revision == 2
    assert "Skipped" in text_of(upload(accountant, csv(pair, "A/Z,1.09,2026-01-30")))


def test_the_banks_file_is_read_too_and_tells_what_it_passes_over(accountant: Office, pair: Pair) -> None:
    preview = upload(accountant, f"Date,{pair[1]},CYP,\n2026-01-30,1.5,0.58,\n".encode())
    assert "Passed over, as the books do not know them: CYP." in text_of(preview)
    confirm(accountant, preview)
    assert Rate.objects.get(quote=pair[1]).source == "ECB"


def test_what_is_wrong_with_an_upload_is_named_and_nothing_is_written(accountant: Office, pair: Pair) -> None:
    text = text_of(upload(accountant, csv(pair, "A/Z,1.0850,2026-01-30", "A/Z,1;2,2026-01-31", "A/Z,1,31.01.2026")))
    assert "The file has 2 errors" in text
    assert "line 3, rate '1;2'" in text
    assert "line 4, date '31.01.2026'" in text
    assert "Confirm import" not in text
    assert count(pair) == 0


def test_more_rates_than_a_preview_can_show_are_left_to_the_command(
    accountant: Office, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fx.admin.rate_upload.ROWS_MAX", 1)
    text = text_of(upload(accountant, csv(pair, "A/Z,1,2026-01-30", "A/Z,1,2026-01-31")))
    assert "manage.py fx_rates import" in text
    assert count(pair) == 0


def test_who_may_look_may_not_import(pair: Pair) -> None:
    auditor = Office.of_group("auditors")
    record(pair, "1.0850")
    assert "1.0850" in auditor.page(list_url("fx_rate"), pair="-".join(pair))
    assert reverse(IMPORT) not in auditor.get(list_url("fx_rate")).content.decode()
    assert upload(auditor, csv(pair, "A/Z,9,2026-01-30")).status_code == 403
    assert auditor.post(reverse(PROCESS), import_file_name="x", format="0").status_code == 403
    nobody = Office.with_permissions()
    assert nobody.get(list_url("fx_rate")).status_code == 403
    assert count(pair) == 1


@pytest.mark.parametrize("parameters", [{"pair": "A\x00-B"}, {"pair": "nonsense"}, {"source": "\x00"}, {"move": "x"}])
def test_a_filter_of_nonsense_finds_nothing_or_everything_but_breaks_nothing(
    accountant: Office, parameters: dict[str, str]
) -> None:
    assert accountant.get(list_url("fx_rate"), **parameters).status_code in {200, 302}
