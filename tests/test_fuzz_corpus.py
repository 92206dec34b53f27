"""What the fuzzers kept, and all that they ever found, is decoded without a word of the sanitizers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
FUZZ = TOP / "fuzz"
FINDINGS = sorted((FUZZ / "findings").glob("*"))

pytestmark = pytest.mark.skipif(not FUZZ.is_dir(), reason="no fuzzers beside the tests")


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    build = tmp_path_factory.mktemp("replay")
    # Not as a part of the make that may run this.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "-s", "-j2", "-f", "fuzz/programs.mk", f"BUILD={build}", str(build / "replay")]
    subprocess.run(command, cwd=TOP, env=environment, check=True)

    def run(*paths: Path) -> None:
        done = subprocess.run([build / "replay", *paths], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-4000:]
        assert done.stdout == f"replayed {len(paths)} inputs\n"

    return run


@pytest.mark.parametrize("path", [FUZZ / "corpus", *FINDINGS], ids=lambda path: path.name)
def test_replay(replay, path):
    replay(*(sorted(path.iterdir()) if path.is_dir() else [path]))


def test_a_replay_of_what_is_not_there_fails(replay, tmp_path):
    with pytest.raises(AssertionError, match="No such file"):
        replay(tmp_path / "missing")
    with pytest.raises(AssertionError):
        replay()
