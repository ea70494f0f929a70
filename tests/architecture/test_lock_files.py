"""What is locked is locked whole: pip takes `name[extra]` for another requirement than `name`."""

import pytest
from packaging.requirements import Requirement

from doublex.settings import BASE_DIR


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_extras_are_pinned_with_their_distribution(name: str) -> None:
    """Otherwise an install fails from the day on which somebody releases a newer version."""
    asked = {
        requirement.name: requirement.extras
        for line in (BASE_DIR / f"{name}.in").read_text("utf-8").splitlines()
        if line and not line.startswith(("#", "-r"))
        for requirement in [Requirement(line)]
    }
    locked = {
        requirement.name.lower(): requirement.extras
        for line in (BASE_DIR / f"{name}.lock").read_text("utf-8").splitlines()
        if line[:1].isalnum()
        for requirement in [Requirement(line.removesuffix(" \\"))]
    }
    assert asked == {key: locked[key.lower()] for key in asked}
    if name == "requirements-dev":
        # Asked for by another distribution: this one broke an install.
        assert "toml" in locked["coverage"]
