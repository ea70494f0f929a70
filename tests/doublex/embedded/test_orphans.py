"""What a killed run may leave behind on its data folder."""

import subprocess
import sys
from pathlib import Path

import psutil

from doublex.embedded.postgres import end_orphan


def test_a_server_that_is_dead_and_not_yet_buried_does_not_stand_in_the_way(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    while psutil.Process(dead.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    mark = tmp_path / "postmaster.pid"
    mark.write_text(f"{dead.pid}\n{tmp_path}\n")
    end_orphan(tmp_path)
    assert not mark.exists()
    dead.wait()


def test_a_process_that_has_nothing_to_do_with_the_folder_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        mark = tmp_path / "postmaster.pid"
        mark.write_text(f"{stranger.pid}\n{tmp_path}\n")
        end_orphan(tmp_path)
        assert stranger.poll() is None
        assert mark.exists()
        stranger.communicate(b"\n")
