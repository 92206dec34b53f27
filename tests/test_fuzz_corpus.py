"""What the fuzzers kept, and all that they ever found, is read without a word of the sanitizers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
FUZZ = TOP / "fuzz"
FOLDERS = {"replay": ("corpus", "findings"), "replay_files": ("file_corpus", "file_findings")}
KEPT = [
    (program, path)
    for program, (corpus, findings) in FOLDERS.items()
    for path in [FUZZ / corpus, *sorted((FUZZ / findings).glob("*"))]
]

pytestmark = pytest.mark.skipif(not FUZZ.is_dir(), reason="no fuzzers beside the tests")


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    build = tmp_path_factory.mktemp("replay")
    # Not as a part of the make that may run this.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    programs = [str(build / program) for program in FOLDERS]
    command = ["make", "-s", "-j2", "-f", "fuzz/programs.mk", f"BUILD={build}", *programs]
    subprocess.run(command, cwd=TOP, env=environment, check=True)

    def run(program: str, *paths: Path) -> None:
        done = subprocess.run([build / program, *paths], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-4000:]
        assert done.stdout == f"replayed {len(paths)} inputs\n"

    return run


@pytest.mark.parametrize(("program", "path"), KEPT, ids=lambda each: getattr(each, "name", each))
def test_replay(replay, program, path):
    replay(program, *(sorted(path.iterdir()) if path.is_dir() else [path]))


@pytest.mark.parametrize("program", FOLDERS)
def test_a_replay_of_what_is_not_there_fails(replay, tmp_path, program):
    with pytest.raises(AssertionError, match="No such file"):
        replay(program, tmp_path / "missing")
    with pytest.raises(AssertionError):
        replay(program)
