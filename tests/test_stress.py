"""A few seconds of what `make stress` does for a minute."""

from __future__ import annotations

import subprocess
import sys

from processes import HERE, environment, needs_root


@needs_root
def test_threads_signals_and_forks_at_random():
    done = subprocess.run(
        [sys.executable, HERE / "stress_capture.py", "4"],
        env=environment(), capture_output=True, text=True, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
