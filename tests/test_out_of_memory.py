"""Out of memory at every allocation: MemoryError, never a crash, nothing leaked, and the next call works."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from capture_files import numbered, pcap
from processes import HERE, environment, needs_root
from traffic import Chatter

FILE_CALLS = [
    "from_file",
    "from_file, filtered",
    "from_file, absent",
    "from_file, bad filter",
    "from_file_loop",
    "open_offline",
]
WRITE_CALLS = [
    "write",
    "write, zstd",
    "write, xz",
    "write, rotating",
    "write, appending",
    "write, a capture",
]
PACKET_CALLS = ["decode", "printing", "layers", "decode_as", "pickling", "origin", "lists", "checksums"]
LIVE_CALLS = [
    "get_available_devices",
    "open_live",
    "sniff",
    "sniff, first device",
    "sniff, absent",
    "sniff_loop",
    "to_file",
    "all of it",
    "set_filter, bad filter",
    "await",
    "devices",
    "can_capture",
]
ALIKE_IN_PYTHON = {"sniff, first device", "sniff_loop", "to_file"}  # to others
ONCE, FROM_THEN_ON = "once", "from then on"


def ways(calls: list[str]) -> list[tuple[str, str]]:
    """One allocation fails, and the next ones don't: whoever goes on after it is seen. Where all fail from
    then on, it is what cleans up that is tried, for which a few calls will do."""
    cleaned_up = [
        call for call in calls if call in ("from_file, filtered", "open_offline", "open_live", "layers")
    ]
    return [(call, ONCE) for call in calls] + [(call, FROM_THEN_ON) for call in cleaned_up]


@pytest.fixture(scope="module")
def failing_malloc(tmp_path_factory):
    library = tmp_path_factory.mktemp("preload") / "failing_malloc.so"
    source = HERE / "preload" / "failing_malloc.c"
    compiler = os.environ.get("CC", "cc")
    flags = ["-O1", "-g", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fno-builtin"]
    subprocess.run([compiler, *flags, "-o", library, source], check=True)
    return library


@pytest.fixture(scope="module")
def chatter():
    with Chatter() as chatter:
        yield chatter


def with_failing_malloc(library) -> dict[str, str]:
    """Before a sanitizer's library, if there is one. Python's small objects are not the C library's."""
    return {
        "LD_PRELOAD": " ".join([str(library), os.environ.get("LD_PRELOAD", "")]),
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0:handle_segv=0",
        "PYTHONMALLOC": "pymalloc",
    }


def run(call, memory, how, file, live_filter, **variables) -> tuple[str, list[dict]]:
    done = subprocess.run(
        [sys.executable, HERE / "out_of_memory.py", call, memory, how, file, live_filter],
        env=environment() | variables, cwd=file.parent, capture_output=True, text=True, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)


def is_scanner_without_memory(result: dict, after: dict) -> bool:
    """Libpcap's scanner of filter expressions ends the process itself where it has no memory: its caller can
    do nothing."""
    words = "out of dynamic memory in yy"
    if result["stderr"].startswith("Fatal Python error: Segmentation fault"):
        return after.get("stderr", "").startswith(words)
    return result["stderr"].startswith(words)


def is_lost_by_cpython(result: dict) -> bool:
    """CPython from 3.11 on loses an exception where there is no memory for its traceback: functions of pure
    Python do the same."""
    return result["words"] == "error return without exception set"


def judge(normal: str, results: list[dict]) -> None:
    faults = []
    for each, after in zip(results, [*results[1:], {}], strict=True):
        if "status" in each:
            good = is_scanner_without_memory(each, after)
        else:
            good = each["result"] in (normal, "MemoryError") or is_lost_by_cpython(each)
            good = good and each["afterwards"] == normal and each["kept"] == each["descriptors"] == 0
        if not good:
            faults.append(json.dumps(each))
    assert not faults, "\n".join(["these allocations failed, and:", *faults])
    assert any(each.get("result") == "MemoryError" for each in results)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(4)))
    return path


@pytest.mark.parametrize(
    ("call", "how"), [*ways([*FILE_CALLS, *WRITE_CALLS, "decode_as", "origin"]), ("write", FROM_THEN_ON)]
)
def test_each_allocation_in_c_fails_with_files(call, how, failing_malloc, file):
    judge(*run(call, "C", how, file, "", **with_failing_malloc(failing_malloc)))


@needs_root
@pytest.mark.parametrize(("call", "how"), ways(LIVE_CALLS))
def test_each_allocation_in_c_fails_with_devices(call, how, failing_malloc, file, chatter):
    judge(*run(call, "C", how, file, chatter.filter, **with_failing_malloc(failing_malloc)))


def test_each_allocation_in_c_fails_while_many_packets_are_kept(failing_malloc, file):
    file.write_bytes(pcap(numbered(6000, size=500)))
    judge(*run("from_file", "C", ONCE, file, "", **with_failing_malloc(failing_malloc)))


MAKES_FUNCTIONS = """
import _testcapi

def make(a, b, c):
    return lambda: (a, b, c)

for number in range(1, 12):
    try:
        _testcapi.set_nomemory(number, number + 1)
        make(1, 2, 3)
        _testcapi.remove_mem_hooks()
    except MemoryError:
        _testcapi.remove_mem_hooks()
    make(1, 2, 3)
"""


@pytest.fixture(scope="session")
def survivor():
    """A CPython that has the hook, and does not itself crash, as 3.12.1 and 3.13.0 do."""
    pytest.importorskip("_testcapi", reason="this Python has no _testcapi, which makes its allocations fail")
    command = [sys.executable, "-c", MAKES_FUNCTIONS]
    variables = environment() | {"PYTHONMALLOC": "debug"}
    if subprocess.run(command, env=variables, stderr=subprocess.DEVNULL).returncode != 0:
        version = sys.version.split()[0]
        pytest.skip(f"CPython {version} itself crashes when it has no memory for a function")


@pytest.mark.usefixtures("survivor")
@pytest.mark.parametrize(("call", "how"), ways(FILE_CALLS + WRITE_CALLS + PACKET_CALLS))
def test_each_allocation_of_python_fails_with_files(call, how, file):
    normal, results = run(call, "Python", how, file, "", PYTHONMALLOC="debug")
    assert normal == "returned" or call not in PACKET_CALLS
    judge(normal, results)


@needs_root
@pytest.mark.usefixtures("survivor")
@pytest.mark.parametrize(("call", "how"), ways([call for call in LIVE_CALLS if call not in ALIKE_IN_PYTHON]))
def test_each_allocation_of_python_fails_with_devices(call, how, file, chatter):
    judge(*run(call, "Python", how, file, chatter.filter, PYTHONMALLOC="debug"))
