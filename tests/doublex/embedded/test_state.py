from pathlib import Path

import pytest

from doublex.embedded.process import StartError
from doublex.embedded.state import only_run


def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with (
            pytest.raises(StartError, match=f"DATA_DIR={folder}: the folder cannot be made: .*Name another"),
            only_run(folder),
        ):
            pass
