"""The client's README does what it says: its own example, word for word, and what it prints."""

import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.doublex.running import ROOT, Running

FOLDER = ROOT / "clients" / "python"


def example() -> tuple[str, str]:
    text = (FOLDER / "README.md").read_text("utf-8")
    found = re.search(r"```python\n(?P<code>.*?)```\n\nIt prints:\n\n```\n(?P<printed>.*?)```", text, flags=re.DOTALL)
    assert found
    return found["code"], found["printed"]


def printed_by(python: str, code: str, service: Running, folder: Path, *, path: str = "") -> str:
    here = code.replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")
    ran = subprocess.run(
        [python, "-c", here], cwd=folder, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_example_of_the_clients_readme_prints_what_it_says(service: Running, tmp_path: Path) -> None:
    code, printed = example()
    assert printed_by(sys.executable, code, service, tmp_path, path=str(FOLDER / "src")) == printed
    again = printed_by(sys.executable, code, service, tmp_path, path=str(FOLDER / "src"))
    assert again == printed.replace("applied 25.00", "duplicate 25.00")


@pytest.mark.prove
def test_the_client_installs_into_a_fresh_environment(service: Running, tmp_path: Path) -> None:
    """With the registry that pip knows; what it brings is what the example needs."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    # A copy, because building leaves its traces beside the source.
    source = tmp_path / "client"
    subprocess.run(["cp", "-r", FOLDER, source], check=True)
    installed = subprocess.run(
        [python, "-m", "pip", "install", "-q", str(source)], capture_output=True, text=True, check=False
    )
    if "No matching distribution" in installed.stderr or "Connection" in installed.stderr:
        pytest.skip(f"pip reaches no registry here: {installed.stderr[-200:]}")
    assert installed.returncode == 0, installed.stderr
    code, printed = example()
    again = code.replace("CLIENT:", "VENV:").replace("client-pay-in-1", "venv-pay-in-1")
    assert printed_by(python, again, service, tmp_path) == printed
    typed = tmp_path / "venv" / "lib"
    assert list(typed.glob("python*/site-packages/doublex_client/py.typed"))
