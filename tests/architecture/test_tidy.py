"""House rules that no linter knows. An exemption is written where it is needed: `# tidy: <rule>: <reason>`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("bench", "doublex", "ledger", "fx", "eod", "recon", "clients")
VAGUE_NAMES = {"utils", "helpers", "common", "core", "services", "managers", "misc"}
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 50
SQL_LINES_MAX = 60


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def exempt(path: Path, rule: str) -> bool:
    return bool(re.search(rf"# tidy: {rule}: \S", path.read_text(encoding="utf-8")))


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", list(sources(*APPS, "tests")), ids=ids)
def test_a_file_is_read_in_one_sitting_and_its_name_says_something(path: Path) -> None:
    assert path.stem not in VAGUE_NAMES
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES_MAX or exempt(path, "long-file")


@pytest.mark.parametrize("path", list(sources(*APPS)), ids=ids)
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    long = {f.name: length for f in functions(path) if (length := f.end_lineno - f.lineno + 1) > FUNCTION_LINES_MAX}  # type: ignore[operator]
    assert not long or exempt(path, "long-function")


@pytest.mark.parametrize("path", list(sources(*APPS)), ids=ids)
def test_row_locks_are_taken_in_locks_only(path: Path) -> None:
    if path.name != "locks.py":
        assert "select_for_update" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", list(sources("ledger", "fx", "eod", "recon", "clients")), ids=ids)
def test_money_is_never_a_float(path: Path) -> None:
    assert not re.search(r"\bfloat\(|FloatField", path.read_text(encoding="utf-8")) or exempt(path, "float")


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/sql/*.sql")), ids=ids)
def test_an_sql_file_is_one_short_object_that_opens_with_its_invariant(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    name, version = re.fullmatch(r"(\w+)\.v(\d+)\.sql", path.name).groups()  # type: ignore[union-attr]
    assert text.startswith("-- ")
    assert len(text.splitlines()) <= SQL_LINES_MAX
    assert name in text.partition("\n")[2], f"version {version} does not define {name}"
    for function in re.findall(r"CREATE OR REPLACE FUNCTION.*?AS \$\$", text, flags=re.DOTALL):
        assert "SET search_path = public, pg_temp" in function
    for refusal in re.findall(r"RAISE EXCEPTION.*?;", text, flags=re.DOTALL):
        assert "ERRCODE" in refusal
        assert "CONSTRAINT" in refusal


def test_no_sqlite_anywhere() -> None:
    assert not [path for path in sources(*APPS) if "sqlite" in path.read_text(encoding="utf-8").lower()]
