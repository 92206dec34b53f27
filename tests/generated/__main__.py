"""Writes every case as capture files, one for each link type: for fuzzers, or for a look with Wireshark."""

import sys
from pathlib import Path

from . import write_captures

if len(sys.argv) != 2:
    sys.exit("usage: PYTHONPATH=tests python -m generated DIRECTORY")
directory = Path(sys.argv[1])
directory.mkdir(parents=True, exist_ok=True)
for path in write_captures(directory):
    print(path)
