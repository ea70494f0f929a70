"""Nine of ten small changes to what decides about money are noticed by its tests; docs/mutation.md has the others."""

from pathlib import Path

import pytest

from tests.proofs.mutation import SLICES, score_of

KILLED_SHARE_MIN = 0.9


@pytest.mark.prove
@pytest.mark.parametrize("name", SLICES)
def test_nine_of_ten_changes_are_noticed(name: str, tmp_path: Path) -> None:
    score = score_of(name, tmp_path)
    assert score.killed_share >= KILLED_SHARE_MIN, str(score)
