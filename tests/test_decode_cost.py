"""Long chains of headers, tags, options and chunks cost time in step with their bytes, and no stack."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc counts the steps")
def test_twice_the_bytes_take_twice_the_steps_and_the_same_stack(tmp_path):
    program = tmp_path / "decode_cost"
    tracing = [f"BUILD={tmp_path}", "CC=gcc", "FLAGS=", "TRACE=-fsanitize-coverage=trace-pc", "NOT_TRACED="]
    # Not as a part of the make that may run this.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "-s", "-j", "-f", "fuzz/programs.mk", *tracing, str(program)]
    subprocess.run(command, cwd=TOP, env=environment, check=True)
    counted = subprocess.run([program], capture_output=True, text=True)
    assert counted.returncode == 0, counted.stderr
    assert "VLAN tags" in counted.stdout
