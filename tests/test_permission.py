"""Without privileges: what live capture says, and that files still work."""

from __future__ import annotations

import errno

import pytest
from capture_files import numbered, pcap
from processes import AS_NOBODY, needs_root, run_python
from traffic import assert_consecutive

pytestmark = needs_root

AS_NOBODY_SNIFFING = (
    AS_NOBODY
    + """
import json, sys
import umpa_sniffing
from umpa_sniffing import *

call, path, dump = sys.argv[1:]
try:
    result = eval(call)
    print(json.dumps(["returned", len(result) if result is not None else None]))
except Exception as error:
    exceptions = umpa_sniffing.exceptions
    print(json.dumps([
        [kind.__name__ for kind in type(error).mro()], error.errno, str(error),
        os.path.realpath(sys.executable), os.path.exists(dump),
        isinstance(error, exceptions.UMPANotPermittedException),
    ]))
"""
)
# what is imported before the privileges go need not be readable without them
PRELOADED = "import umpa_sniffing, json, os.path\n" + AS_NOBODY_SNIFFING


@pytest.mark.parametrize(
    ("call", "device"),
    [
        ("sniff(1, None, 'lo')", "lo"),
        ("sniff(1, None, 'any', dump=dump)", "any"),
        ("sniff_next(None, 'lo')", "lo"),
        ("sniff_any()", ""),
        ("sniff_loop(1, None, 'lo', callback=print)", "lo"),
        ("to_file(dump, 1, None, 'lo')", "lo"),
        ("open_live('lo')", "lo"),
    ],
)
def test_live_capture_is_a_permission_error_with_its_remedy(call, device, tmp_path):
    mro, number, text, executable, dump_exists, is_own = run_python(PRELOADED, call, "", tmp_path / "dump")
    assert "PermissionError" in mro and is_own
    assert number in (errno.EPERM, errno.EACCES)
    assert device in text
    assert f"setcap cap_net_raw,cap_net_admin+eip {executable}" in text
    assert "root" in text
    assert not dump_exists


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("from_file(path)", 4),
        ("from_file(path, filter='udp dst port 54')", 2),
        ("from_file_loop(path, callback=lambda *_: None)", None),
        ("list(open_offline(path))", 4),
    ],
)
def test_files_need_no_privileges(call, result, tmp_path):
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(4)))
    for readable in [tmp_path, *tmp_path.parents][:3]:
        readable.chmod(0o755)
    assert run_python(PRELOADED, call, path, "") == ["returned", result]


def test_devices_are_a_list_without_privileges():
    told = run_python(PRELOADED, "get_available_devices()", "", "")
    assert told[0] == "returned"


def test_privileges_may_go_once_the_capture_is_open():
    numbers = run_python("""
        import json, os, umpa_sniffing
        from traffic import Chatter, payload_number
        with Chatter() as chatter, umpa_sniffing.open_live("lo", filter=chatter.filter, count=20) as capture:
            numbers = [payload_number(next(capture))]
            os.setgroups([]); os.setgid(65534); os.setuid(65534)
            print(json.dumps(numbers + [payload_number(packet) for packet in capture]))
    """)
    assert len(numbers) == 20
    assert_consecutive(numbers)
