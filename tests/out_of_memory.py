"""Lets each memory allocation of a call fail in turn, each time in a process of its own; prints what came.

Arguments: the call; whose memory ("C" or "Python"); "once" or "from then on"; a file; a live filter.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import sys
import tempfile

import frames

import umpa_sniffing
from umpa_sniffing import (
    from_file,
    from_file_loop,
    open_live,
    open_offline,
    sniff,
    sniff_loop,
    to_file,
    write,
)

AT_ONCE = 8  # most of a live capture's time is waiting for the kernel
name, memory, how, path, live_filter = sys.argv[1:]
file_filter = "udp and port 53"
packets = from_file(path)
packet = packets[0]


def discard(timestamp, packet, *arguments):
    pass


def iterate(capture):
    with capture:
        for _ in capture:
            capture.stats(), capture.delivered, repr(capture)
            if capture.delivered == 2:
                capture.stop()


def layers():
    for layer in packet.protos:
        str(layer), layer.get_fields(), layer.payload, bytes(layer), dir(layer)
    packet.ip.src, packet.udp.get_flags, packet["ip"], "tcp" in packet, packet.stopped, packet.trailer


OPTIONS = bytes.fromhex("020405b4 0402 080a00000001ffffffff 01 030307")
segment = umpa_sniffing.Packet(frames.ethernet(frames.ipv4(frames.tcp(b"data", options=OPTIONS), 6)))
error = umpa_sniffing.Packet(frames.ethernet(frames.ipv4(b"\x03\x01" + bytes(6) + bytes(segment)[14:], 1)))
tunnel = bytes(8) + bytes(segment)
DECODE_AS = {("udp.port", 53): "vxlan", ("udp.port", 4789): None}


def decode_as():
    inner = umpa_sniffing.Packet(frames.ethernet(frames.ipv4(frames.udp(tunnel))), decode_as=DECODE_AS)
    with open_offline(path, decode_as=DECODE_AS) as capture:
        return inner.get("tcp"), inner.get("ip", 2), inner.get("arp"), next(capture)


def pickling():
    """What pickle asks for; pickle itself tells of MemoryErrors as it likes."""
    inner = umpa_sniffing.Packet(frames.ethernet(frames.ipv4(frames.udp(tunnel))), decode_as=DECODE_AS)
    for each in (inner, segment, segment.tcp):
        make, arguments = each.__reduce__()
        assert make(*arguments) == each


def origin():
    interface = umpa_sniffing.Interface("eth0", ipv4=("10.0.0.1/8",), speed=5)
    made = packet.replace(comment="why", options=[(2, 5), (6, b"four")], interface=interface)
    make, arguments = made.__reduce__()
    again = make(*arguments)
    assert (again.comments, again.direction, again.interface.name) == (("why",), "in", "eth0")
    return again.source, again.options, packet.interface, packet.comments


def lists():
    option_list = segment.tcp.option_list
    return option_list[0].mss, error.icmp.quoted.tcp.option_list, error.icmp.type_name, str(error.icmp)


def use_all_of_it():
    options = {"timestamp_type": "host", "timestamp_precision": "micro", "direction": "in"}
    with open_live("lo", filter=live_filter, datalink="EN10MB", **options) as capture:
        capture.next(timeout=5000)
        capture.set_filter(live_filter + " and udp")
        with contextlib.suppress(TimeoutError):
            capture.next(timeout=1)
        capture.set_filter(None)
        return capture.fileno(), capture.stats(), capture.filter


def append():
    for count in (1, 2):
        write("out.pcap.gz", packets[:count], append=count == 2)


def write_a_capture():
    with open_offline(path) as capture:
        write("out.pcapng", capture, atomic=True)


def set_bad_filter():
    with open_live("lo") as capture:
        capture.set_filter("nonsense (")


def wait_by_descriptor():
    """As the coroutine of `await anext(capture)` does. An event loop keeps memory of its own."""
    with open_live("lo", filter=live_filter) as capture:
        while capture._poll(True) is None:
            wait = capture._begin_wait()
            try:
                select.select(wait[0], [], [], wait[1])
            finally:
                capture._end_wait()


CALLS = {
    "from_file": lambda: from_file(path),
    "from_file, filtered": lambda: from_file(path, filter=file_filter),
    "from_file, absent": lambda: from_file(path + "x"),
    "from_file, bad filter": lambda: from_file(path, filter="nonsense ("),
    "from_file_loop": lambda: from_file_loop(path, callback=discard, callback_args=[1, 2]),
    "open_offline": lambda: iterate(open_offline(path, filter=file_filter)),
    "decode": lambda: umpa_sniffing.Packet(bytes(packet)),
    "printing": lambda: (str(packet), repr(packet), hash(packet), packet == packets[1]),
    "layers": layers,
    "decode_as": decode_as,
    "pickling": pickling,
    "origin": origin,
    "lists": lists,
    "checksums": lambda: [layer.checksum_ok for layer in segment.protos],
    "get_available_devices": umpa_sniffing.get_available_devices,
    "open_live": lambda: iterate(open_live("lo", filter=live_filter, dump="out.pcap")),
    "sniff": lambda: sniff(2, live_filter, "lo", dump="out.pcap"),
    "sniff, first device": lambda: sniff(1, timeout=1),
    "sniff, absent": lambda: sniff(1, None, "no-such-device"),
    "sniff_loop": lambda: sniff_loop(2, live_filter, "lo", callback=discard),
    "all of it": use_all_of_it,
    "set_filter, bad filter": set_bad_filter,
    "await": wait_by_descriptor,
    "devices": umpa_sniffing.devices,
    "can_capture": lambda: (umpa_sniffing.can_capture("lo"), umpa_sniffing.can_capture("no-such-device")),
    "write": lambda: write("out.pcapng", packets),
    "write, zstd": lambda: write("out.pcap.zst", packets),
    "write, xz": lambda: write("out.pcap.xz", packets),
    "write, rotating": lambda: write("out.pcap", packets, rotate_packets=1, ring=2),
    "write, appending": append,
    "write, a capture": write_a_capture,
    "to_file": lambda: to_file("out.pcap", 2, live_filter, "lo"),
}


class FailingC:
    """The preloaded library."""

    def __init__(self):
        self.preloaded = ctypes.CDLL(None)
        self.preloaded.allocations_arm.argtypes = [ctypes.c_long, ctypes.c_long]
        for each in (self.preloaded.allocations_disarm, self.preloaded.allocations_kept):
            each.restype = ctypes.c_long

    def arm(self, number: int) -> None:
        self.preloaded.allocations_arm(number, number if how == "once" else 2**62)

    def disarm(self) -> int:
        return self.preloaded.allocations_disarm()

    def kept(self) -> int:
        return self.preloaded.allocations_kept()


class FailingPython:
    """CPython's own hook, which does not tell how many allocations there were."""

    def __init__(self):
        import _testcapi

        self.set_nomemory, self.disarm = _testcapi.set_nomemory, _testcapi.remove_mem_hooks

    def arm(self, number: int) -> None:
        self.set_nomemory(number, number + 1 if how == "once" else 0)

    def kept(self) -> int:
        return 0


def outcome(call) -> str:
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return "returned"


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def attempt(call, failing, number: int) -> dict:
    descriptors = open_descriptors()
    words = ""
    disarm = failing.disarm  # without memory, a call of it is all that may be asked
    failing.arm(number)
    try:
        call()
        result = "returned"
        count = disarm()
    except BaseException as error:
        count = disarm()
        result, words = type(error).__name__, str(error)
    reached = None if count is None else count >= number  # Python's hook does not tell
    gc.collect()
    return {
        "number": number,
        "result": result,
        "words": words,
        "reached": reached,
        "kept": failing.kept(),
        "descriptors": open_descriptors() - descriptors,
        "afterwards": outcome(call),
    }


def in_a_child(call, failing, number: int, directory: str) -> tuple[int, int]:
    stderr_and_told = os.open(os.path.join(directory, str(number)), os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    child = os.fork()
    if child:
        return child, stderr_and_told
    signal.alarm(30)  # where it hangs, this ends it, and says so
    os.chdir(tempfile.mkdtemp(dir=directory))
    os.dup2(stderr_and_told, 2)
    os.write(2, b"\n" + json.dumps(attempt(call, failing, number)).encode())
    os._exit(0)


def told(child: int, file: int, number: int) -> dict:
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with open(file, "rb", closefd=True) as stream:
        stream.seek(0)
        *before, last = stream.read().decode(errors="replace").split("\n") or [""]
    if status == 0:
        return json.loads(last) | {"stderr": "\n".join(before).strip()}
    return {"number": number, "status": status, "stderr": "\n".join([*before, last]).strip()}


def main() -> None:
    call, failing = CALLS[name], (FailingC if memory == "C" else FailingPython)()
    normal = [outcome(call) for _ in range(3)][-1]  # what is made once, in the first call, is made
    gc.collect()
    gc.disable()
    number, results, unhindered = 1, [], 0
    with tempfile.TemporaryDirectory() as directory:
        while unhindered < 20:
            numbers = range(number, number + AT_ONCE)
            children = [in_a_child(call, failing, each, directory) for each in numbers]
            for each, (child, file) in zip(numbers, children, strict=True):
                results.append(told(child, file, each))
                is_past = results[-1].get("reached") is False
                if is_past or (memory == "Python" and results[-1].get("result") == normal):
                    unhindered += 20 if is_past else 1
                else:
                    unhindered = 0
            number += AT_ONCE
    with contextlib.suppress(FileNotFoundError):
        os.remove("out.pcap")
    print(json.dumps([normal, results]))


main()
