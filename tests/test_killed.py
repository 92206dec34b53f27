"""SIGKILL during a dump: what remains of it."""

from __future__ import annotations

import json
import sys
import time

import pytest
from processes import Program, needs_root
from traffic import Chatter, eventually
from written_files import records_in

from umpa_sniffing import from_file

pytestmark = needs_root


DUMP_UNTIL_KILLED = """
import json, sys, time
from traffic import payload_number
from umpa_sniffing import open_live

path, interval_ms = sys.argv[1:]
with open_live("veth", filter="udp", dump=path, flush_interval=float(interval_ms)) as capture:
    print(json.dumps("open"), flush=True)
    for packet in capture:
        print(json.dumps([payload_number(packet), time.monotonic()]), flush=True)
"""


@pytest.mark.parametrize("interval_ms", [0, 50, 60_000])
@pytest.mark.parametrize(
    "name", ["dump.pcap", "dump.pcapng", "dump.pcap.gz", "dump.pcapng.zst", "dump.pcap.xz"]
)
def test_a_killed_process_leaves_what_is_older_than_the_flush_interval(cable, interval_ms, name, tmp_path):
    path = tmp_path / name
    with Program(DUMP_UNTIL_KILLED, path, str(interval_ms)) as program:
        assert program.told() == "open"
        for _ in range(200):
            cable.sender.send()
            time.sleep(0.005)
        killed = time.monotonic()
        program.process.kill()
        told = [json.loads(line) for line in program.process.stdout if line.endswith("\n")]
    in_file = [int(each.data[42:]) for each in records_in(path, not path.name.endswith("zst"))]
    assert in_file == list(range(len(in_file)))
    generous = interval_ms / 1000 + 0.5 if interval_ms else 0
    due = [number for number, moment in told if moment < killed - generous]
    assert len(in_file) >= len(due)
    assert (len(due) > 0 and len(in_file) > 0) != (interval_ms == 60_000)


DUMP_AS_FAST_AS_POSSIBLE = """
import json, sys
from umpa_sniffing import open_live

with open_live("lo", filter=sys.argv[2], dump=sys.argv[1]) as capture:
    print(json.dumps("open"), flush=True)
    capture.consume()
"""


def whole_records(content: bytes) -> tuple[int, int]:
    """How many there are, and the bytes behind them."""
    count, offset = 0, 24
    while offset + 16 <= len(content):
        end = offset + 16 + int.from_bytes(content[offset + 8 : offset + 12], sys.byteorder)
        if end > len(content):
            break
        count, offset = count + 1, end
    return count, len(content) - offset


def test_a_killed_process_leaves_at_most_one_cut_record(tmp_path):
    """SIGKILL may end any write that crosses a page."""
    path = tmp_path / "dump.pcap"
    with Chatter(size=1400, interval_s=0) as chatter:
        for _ in range(5):
            with Program(DUMP_AS_FAST_AS_POSSIBLE, path, chatter.filter) as program:
                assert program.told() == "open"
                eventually(lambda: path.stat().st_size > 1 << 20, "a megabyte is written")
            count, rest = whole_records(path.read_bytes())
            assert count > 500
            if rest == 0:
                assert len(from_file(path)) == count
            else:
                with pytest.raises(ValueError, match="is cut") as caught:
                    from_file(path)
                assert len(caught.value.packets) == count
