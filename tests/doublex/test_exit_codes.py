"""Exit codes, as a shell sees them: 1 for what is refused, 2 for a command line that is wrong, whichever the command."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import manage
from tests.doublex.running import ROOT

# What each begins to say with: the option as it was typed, an argument by its name, a file by its path.
REFUSED = {
    "ledger_open x --ccy EURO": "--ccy: 'EURO' is not",
    "ledger_open x --ccy EUR --timezone Mars": "--timezone: 'Mars' is not",
    "ledger_open x --ccy EUR --transfer-limit much": "--transfer-limit: 'much' is not",
    "ledger_open X --ccy EUR": "code: 'X' is not",
    "api_key create --ledger nowhere --scopes read": "--ledger: there is no ledger 'nowhere'",
    "api_key revoke nothing": "no key has the id or the prefix 'nothing'",
    "currency_add POINTS --name Points --minor-units 99": "--minor-units: 99 is out of range",
    "ledger_limit --ledger nowhere --no-limit": "--ledger: there is no ledger 'nowhere'",
    "ledger_verify --ledger nowhere": "--ledger: there is no ledger 'nowhere'",
    "accounts_import no.csv --ledger nowhere": "--ledger: there is no ledger 'nowhere'",
    "journals_import no.csv --ledger nowhere": "--ledger: there is no ledger 'nowhere'",
    "fx_rates import no.xml": "no.xml: No such file or directory",
    "fx_rates show EUR XYZ": "quote: 'XYZ' is not",
    "fx_rates show EUR USD --pivot eur": "--pivot: 'eur' is not",
    "fx_revalue --ledger nowhere --date 2026-01-31": "--ledger: there is no ledger 'nowhere'",
    "fx_settings --ledger nowhere": "--ledger: there is no ledger 'nowhere'",
}
WRONG = [
    "ledger_open x",
    "api_key make",
    "currency_add POINTS --name Points --minor-units many",
    "ledger_limit --ledger nowhere",
    "ledger_verify --nonsense",
    "accounts_import docs/samples/chart.csv --ledger nowhere --delimiter ||",
    "journals_import docs/samples/journals.csv --ledger nowhere --format xml",
    "fx_rates show EUR USD --on 20260131",
    "fx_revalue --ledger nowhere --date yesterday",
]


def ended(command: str, **environment: str) -> tuple[int, str]:
    words = [sys.executable, "manage.py", *command.split()]
    done = subprocess.run(
        words, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stderr


def test_what_is_refused_ends_with_1_and_a_wrong_command_line_with_2() -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = dict(zip([*REFUSED, *WRONG], pool.map(ended, [*REFUSED, *WRONG]), strict=True))
    assert {command: code for command, (code, _) in outcomes.items()} == dict.fromkeys(REFUSED, 1) | dict.fromkeys(
        WRONG, 2
    )
    assert not [command for command, (_, said) in outcomes.items() if "Traceback" in said or not said.strip()]
    assert not [
        (command, said)
        for command, said in ((command, outcomes[command][1]) for command in REFUSED)
        if not said.startswith(f"CommandError: {REFUSED[command]}")
    ]


def test_a_wrong_setting_ends_every_command_with_1_and_no_traceback() -> None:
    code, said = ended("ledger_verify", LOG_FORMAT="xml")
    assert (code, "LOG_FORMAT='xml'" in said, "Traceback" in said) == (1, True, False)


def test_a_file_of_errors_that_is_the_file_itself_is_a_wrong_command_line(tmp_path: Path) -> None:
    from ledger.models import Ledger

    ledger = Ledger.objects.create(code=f"t-{tmp_path.name[:40]}-{os.getpid()}".lower(), base_ccy_id="EUR")
    path = tmp_path / "journals.csv"
    path.write_text("idempotency_key,account,side,amount,ccy\n", "utf-8")
    assert ended(f"journals_import {path} --ledger {ledger.code} --errors {path}")[0] == 2
    assert path.exists()


def test_a_command_that_is_stopped_while_it_starts_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(manage, "_run", interrupted)
    with pytest.raises(SystemExit) as ended_with:
        manage.main()
    assert ended_with.value.code == 130
