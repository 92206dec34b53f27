"""can_capture(), and what devices() and it do where something lacks: privileges, descriptors, memory."""

from __future__ import annotations

import errno
import os

import links
import pytest
from processes import AS_NOBODY, needs_root, run_python
from traffic import capturing_sockets

import umpa_sniffing
from umpa_sniffing import can_capture, devices, get_available_devices, open_live
from umpa_sniffing.exceptions import UMPANotPermittedException

pytestmark = needs_root

network = links.network


@pytest.mark.usefixtures("network")
def test_can_capture():
    for name in ("lo", "any", "v0", devices()["v1"]):
        assert can_capture(name) is True


def error_of_opening(name: str) -> str:
    with pytest.raises(umpa_sniffing.UMPASniffingException) as caught:
        open_live(name)
    return str(caught.value)


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("down0", "[Errno 100] 'down0': the device is down; bring it up first: ip link set down0 up"),
        ("v9", "[Errno 19] 'v9': no such device; there are: {}"),
    ],
)
def test_where_one_cannot_capture_the_reason_is_told(name, told):
    answer = can_capture(name)
    assert not answer and isinstance(answer, str)
    assert answer == told.format(", ".join(get_available_devices())) == error_of_opening(name)


@pytest.mark.usefixtures("network")
def test_can_capture_leaves_nothing_open():
    before = sorted(os.listdir("/proc/self/fd"))
    for name in ("lo", "down0", "v9", "any"):
        can_capture(name)
    assert sorted(os.listdir("/proc/self/fd")) == before
    assert capturing_sockets(os.getpid()) == 0


def test_without_privileges():
    told = run_python(
        "import json, os.path, sys, umpa_sniffing\nfrom umpa_sniffing import *\n"
        + AS_NOBODY
        + """
lo = devices()["lo"]
answer = can_capture(lo)
errors = []
for question in (lambda: lo.link_types, lambda: open_live("lo")):
    try:
        question()
    except PermissionError as error:
        errors.append([type(error).__name__, error.filename, str(error)])
print(json.dumps([devices(), repr(lo.addresses[0]), bool(answer), answer, errors,
                  os.path.realpath(sys.executable)]))
"""
    )
    listed, address, capturable, reason, errors, executable = told
    assert listed == get_available_devices() and address == "127.0.0.1/8"
    assert capturable is False
    assert errors == [[UMPANotPermittedException.__name__, "lo", reason]] * 2
    assert reason.startswith("[Errno 1] 'lo': no permission to capture on this device; run as root, or once")
    assert reason.endswith(f"setcap cap_net_raw,cap_net_admin+eip {executable}")


@pytest.mark.parametrize(
    ("device", "expected"),
    [(None, TypeError), (5, TypeError), (b"lo", TypeError), ("lo\0", ValueError), ("\ud800", ValueError)],
)
def test_wrong_arguments_are_no_reason(device, expected):
    with pytest.raises(expected):
        can_capture(device)


def test_without_a_free_descriptor():
    told = run_python("""
        import json, os, resource
        from umpa_sniffing import *
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        answers, taken = [], []
        while True:
            try:
                taken.append(os.dup(0))
            except OSError:
                break
        for question in (lambda: can_capture("lo"), devices, lambda: open_live("lo")):
            try:
                answers.append(question())
            except OSError as error:
                answers.append([error.errno, str(error)])
        os.closerange(taken[0], taken[-1] + 1)
        print(json.dumps([*answers, can_capture("lo")]))
    """)
    reason, listing, opening, afterwards = told
    assert opening == [errno.EMFILE, reason] and "'lo'" in reason and "Too many open files" in reason
    assert listing[0] == errno.EMFILE and "Too many open files" in listing[1]
    assert afterwards is True


def test_without_memory():
    """Python's, at each allocation in turn."""
    pytest.importorskip("_testcapi")
    failures, listed = run_python("""
        import json, _testcapi
        from umpa_sniffing import _core, can_capture
        def failures(call):
            for allocation in range(10_000):
                _testcapi.set_nomemory(allocation, allocation + 1)
                try:
                    call()
                except MemoryError:
                    continue
                finally:
                    _testcapi.remove_mem_hooks()
                return allocation
        calls = [_core.device_table, _core.get_available_devices, lambda: can_capture("lo")]
        print(json.dumps([list(map(failures, calls)), "lo" in _core.get_available_devices()]))
    """)
    assert all(count > 1 for count in failures) and listed


def test_nothing_is_leaked():
    """Neither descriptors, nor Python's memory, nor the C library's."""
    program = """
        import ctypes, gc, json, os, sys
        from umpa_sniffing import can_capture, devices, get_available_devices
        class Malloced(ctypes.Structure):
            _fields_ = [(name, ctypes.c_size_t) for name in (
                "arena", "ordblks", "smblks", "hblks", "hblkhd",
                "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]
        mallinfo = getattr(ctypes.CDLL(None), "mallinfo2", Malloced)
        mallinfo.restype = Malloced
        def once():
            repr(devices()), get_available_devices(), devices()["lo"].link_types
            can_capture("lo"), can_capture("no-such-device")
            for wrong in (None, "lo\\0"):
                try:
                    can_capture(wrong)
                except (TypeError, ValueError):
                    pass
        def state():
            sys._clear_type_cache()
            gc.collect()
            return len(os.listdir("/proc/self/fd")), sys.getallocatedblocks(), mallinfo().uordblks
        states = []
        for _ in range(5):
            for _ in range(8):
                once()
            states.append(state())
        print(json.dumps([[after - before for before, after in zip(values[1:], values[2:])]
                          for values in zip(*states)]))
    """
    descriptors, blocks, malloced = run_python(program, GLIBC_TUNABLES="glibc.malloc.tcache_count=0")
    assert set(descriptors) == {0}
    assert min(blocks) < 8 and min(malloced) < 8 * 16, (blocks, malloced)
