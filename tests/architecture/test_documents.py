"""What the documents point at exists, and nothing committed names the machine or the registry that it was made with."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.doublex.running import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
REGISTRY = re.compile(r"https?://[^ /\"']*(pypi|pythonhosted|npmjs|registry|artifact)", re.IGNORECASE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)", document.read_text("utf-8"))
    assert not [target for target in targets if target and not (document.parent / target).exists()]


def test_nothing_names_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    texts = {path: (ROOT / path).read_bytes().decode("utf-8", "replace") for path in listed if (ROOT / path).is_file()}
    assert texts
    assert not [path for path, text in texts.items() if path != "LICENSE" and REGISTRY.search(text)]


def test_operators_find_every_setting() -> None:
    documented = (ROOT / "docs" / "operators.md").read_text("utf-8")
    source = "".join(
        (ROOT / "doublex" / name).read_text("utf-8") for name in ("environment.py", "embedded/binaries.py", "serve.py")
    )
    names = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"|environ\.get\(\"([A-Z_]+)\"\)", source))
    settings = {name for pair in names for name in pair if name}
    assert {"PORT", "DATABASE_URL", "PG_BIN", "DATA_DIR"} <= settings
    assert not [name for name in settings if f"`{name}`" not in documented]
