"""csrc/files/byte_input.c where memory is lacking: a clear error, after what came before, and no leak."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from byte_inputs import FORMATS, ByteInput, compress
from processes import unpreloaded

HERE = Path(__file__).resolve().parent
DATA = b"0123456789" * 30


@pytest.fixture
def byte_input(tmp_path, byte_input_program):
    """Whose allocations can be made to fail, before the sanitizer's, which finds the leaks."""
    library = tmp_path / "failing_malloc.so"
    flags = ["-O1", "-g", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fno-builtin"]
    source = HERE / "preload" / "failing_malloc.c"
    subprocess.run([os.environ.get("CC", "cc"), *flags, "-o", library, source], check=True)
    ldd = subprocess.run(
        ["ldd", byte_input_program], env=unpreloaded(), capture_output=True, text=True, check=True
    )
    asan = [line.split()[2] for line in ldd.stdout.splitlines() if "libasan" in line]
    if not asan:
        pytest.skip("this compiler's sanitizer allocates before failing_malloc.c can: gcc's does not")
    (tmp_path / "not_ours").write_text("leak:ld-linux\n")
    byte_input = ByteInput(
        byte_input_program,
        LD_PRELOAD=" ".join([str(library), *asan]),
        ASAN_OPTIONS="verify_asan_link_order=0",
        LSAN_OPTIONS=f"print_suppressions=0:suppressions={tmp_path / 'not_ours'}",
    )
    yield byte_input
    assert byte_input.end() == 0


@pytest.mark.parametrize("follow", [None, False, True])
@pytest.mark.parametrize("name", [None, *FORMATS])
def test_each_allocation_may_fail(byte_input, tmp_path, name, follow):
    """follow is None: of a function, which must be closed whatever happens."""
    path = tmp_path / "file"
    file = DATA * 2 if name is None else compress(name, DATA) * 2
    path.write_bytes(file)
    failed, left = 0, 0
    while left <= 0:
        byte_input.lacking(failed + 1)
        opened = byte_input.function(file) if follow is None else byte_input.path(path, follow)
        if opened.result == "opened":
            answer = byte_input.all(len(DATA))
            byte_input.close()
        else:
            answer = opened
        left = byte_input.lacking(0)
        if left <= 0:
            failed += 1
            assert answer.text == "Cannot allocate memory"
            assert answer.data in (b"", DATA)
    assert answer.data == DATA * 2
    assert failed >= (2 if name is None else 3)
