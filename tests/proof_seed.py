"""A pytest plugin: the proofs draw from one seed, which the run prints. PROOF_SEED=<that number> draws the same again."""

import os
import secrets
from random import Random

import pytest

VARIABLE = "PROOF_SEED"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Choose before xdist starts its workers, which inherit it."""
    os.environ.setdefault(VARIABLE, str(secrets.randbelow(2**32)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ran = [report for reports in terminalreporter.stats.values() for report in reports if _is_proof(report)]
    if ran:
        terminalreporter.write_line(f"proofs drew from {VARIABLE}={os.environ[VARIABLE]}")


def _is_proof(report: object) -> bool:
    return getattr(report, "nodeid", "").startswith("tests/proofs/") and getattr(report, "when", "") == "call"


@pytest.fixture
def proof_seed() -> int:
    return int(os.environ[VARIABLE])


@pytest.fixture
def chance(proof_seed: int, request: pytest.FixtureRequest) -> Random:
    """What the test draws from: of the run's seed, and of the test's own name."""
    return Random(f"{proof_seed} {request.node.name}")
