"""Nothing is leaked: file descriptors, Python's memory, the C library's memory, references."""

from __future__ import annotations

from itertools import pairwise

import pytest
from capture_files import numbered, pcap
from processes import needs_root, run_python

# Runs `once` in rounds, each as long as the others: what the last ones add is a leak.
MEASURE = """
    import array, asyncio, copy, ctypes, gc, json, os, pickle, sys, threading, tracemalloc
    import umpa_sniffing
    from umpa_sniffing import *
    from umpa_sniffing.exceptions import UMPAException
    from traffic import Chatter

    good, cut, text, out = sys.argv[1:5]
    what = sys.argv[5]

    class Malloced(ctypes.Structure):
        _fields_ = [(name, ctypes.c_size_t) for name in
                    "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]

    def malloced():
        mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None)
        if mallinfo2 is None:
            return 0
        mallinfo2.restype = Malloced
        told = mallinfo2()
        return told.uordblks + told.hblkhd

    class Boom(Exception):
        pass

    def boom(timestamp, packet, *arguments):
        raise Boom(packet)

    def attempt(call, *arguments, **keywords):
        try:
            call(*arguments, **keywords)
        except (UMPAException, OSError, ValueError, TypeError, LookupError, asyncio.TimeoutError, Boom):
            pass
        else:
            raise SystemExit(f"{call} did not fail")

    callback_args = ("x", object())
    filter = "udp dst port 54"
    seen = []

    def callback(timestamp, packet, *arguments):
        seen.append((packet.ip.src, packet.protos, str(packet)))
        seen.clear()

    def files():
        packets = from_file(good, filter=filter)
        from_file_loop(good, callback=callback, callback_args=callback_args)
        attempt(from_file_loop, good, callback=boom, callback_args=callback_args)
        attempt(from_file, cut)
        attempt(from_file_loop, cut, callback=callback)
        attempt(from_file, text)
        attempt(from_file, good + "x")
        attempt(from_file, os.path.dirname(good))
        attempt(from_file, good, 0, "nonsense (")
        attempt(from_file, good, -1)
        attempt(from_file_loop, good)
        for packet in packets:
            hash(packet), repr(packet), packet.protos, packet == packets[0], bytes(packet), dir(packet.ip)
            packet.ip.get_fields(), packet.udp.get_offset("srcport"), packet.ip.payload.payload
            "tcp" in packet
            memoryview(packet).release(), getattr(packet, "tcp", None), packet.ip.get_flags("flags", "df")
        packets + packets, packets[1:], repr(packets)
        with open_offline(good) as capture:
            next(capture), capture.stats(), capture.stop()
            attempt(capture.set_filter, filter)
        capture = open_offline(cut)
        next(capture)
        del capture

    def devices():
        get_available_devices()
        sniff(3, chatter.filter, "lo", dump=out)
        sniff_next(chatter.filter, "lo")
        sniff_loop(2, chatter.filter, "lo", callback=callback, callback_args=callback_args, dump=out)
        to_file(out, 2, chatter.filter, "lo")
        sniff(1, "udp port 1", "lo", 1)
        attempt(sniff_next, "udp port 1", "lo", 1)
        attempt(sniff_loop, 2, chatter.filter, "lo", callback=boom, callback_args=callback_args, dump=out)
        attempt(sniff, 1, "nonsense (", "lo")
        for _ in range(20):
            attempt(sniff, 1, None, "no-such-device")
        attempt(sniff, 1, None, "lo", dump="/dev/full")
        attempt(sniff, 1, None, "lo", dump="/no/such/directory")
        attempt(sniff, -1, None, "lo")
        capture = open_live("lo", filter=chatter.filter, dump=out)
        next(capture)
        del capture
        with open_live("lo", filter=chatter.filter) as capture:
            capture.next(timeout=5000), capture.stats(), capture.fileno(), capture.filter
            capture.set_filter(filter)
            attempt(capture.next, timeout=1)
            for wrong in ("nonsense (", 5000 * "x" + chr(0), chr(0xD800), 1):
                attempt(capture.set_filter, wrong)
            capture.set_filter(None)
            capture.finish()
            capture.loop(callback, callback_args)
        for call in (capture.fileno, capture.next):
            attempt(call)
        attempt(capture.set_filter, filter)

    def made_packets():
        for data in (bytes(packet), b"", bytes(100), bytes(packet)[:30], bytes(packet)[:20] + bytes(9)):
            made = Packet(data, 1, 5, 2000)
            str(made), repr(made), made.protos, made.stopped, made.trailer, copy.copy(made), made == packet
            assert pickle.loads(pickle.dumps(made)) == made
            for name in ("ip", "IP", "udp", "tcp", "nothing", "nothing" * 99, chr(0xD800)):
                getattr(made, name, None), made[name] if name in made else attempt(made.__getitem__, name)
            attempt(made.__getitem__, 1), attempt(made.__contains__, None)
            known = made.replace(comment="why", options=[(2, 5), (6, b"four")], source=good,
                                 interface=Interface("eth0", ipv4=("10.0.0.1/8",), ipv6=("::1/64",), speed=5))
            assert pickle.loads(pickle.dumps(known)) == known.replace(comment=None) == made
            for each in (known, made):
                each.interface, each.source, each.options, each.comment, each.comments, each.direction
                each.reception, each.fcs_length, each.link_errors, each.drop_count, each.packet_id, each.queue
            for wrong in ({"comment": 1}, {"options": [1]}, {"options": [(6, -1)]}, {"interface": 1},
                          {"interface": Interface(mac="x")}, {"source": 1}, {"nothing": 1}):
                attempt(known.replace, **wrong), attempt(Packet, b"", **wrong)
        for arguments in ((1,), (b"", "x"), (b"", -1), (b"", 1, 2.5), (b"", 1, 1, -1), (b"", 1, 1 << 64), ()):
            attempt(Packet, *arguments)
        for layer in packet.protos:
            layer.get_fields(), layer.get_fields_keys(), layer.payload, layer.packet, bytes(layer)
            hash(layer), str(layer), repr(layer), dir(layer), layer == packet.ip, layer.name, layer.layer
            for call in (layer.get_field, layer.get_offset, layer.get_flags):
                for name in ("nothing", chr(0xD800), 1):
                    attempt(call, name)
            attempt(layer.get_flags, "flags", "nothing")

    async def take(capture, wanted):
        async for packet in capture:
            if capture.delivered == wanted:
                capture.stop()

    async def take_none(capture):
        await asyncio.wait_for(anext(capture), 0.02)

    def asked():
        str(umpa_sniffing.devices()), umpa_sniffing.devices()[0].addresses
        can_capture("lo"), str(can_capture("no-such-device"))
        for wrong in ({"timestamp_type": "x"}, {"timestamp_precision": "x"}, {"direction": "x"},
                      {"datalink": "x"}, {"datalink": 9999}, {"timestamp_type": "adapter"}, {"to_ms": 0},
                      {"snaplen": 1 << 31}, {"buffer_size": 1}, {"filter": 1}, {"filter": chr(0)},
                      {"dump": 1}, {"dump": "x" + chr(0)}, {"timeout": -1}, {"flush_interval": "x"},
                      {"monitor": True}, {"nothing": 1}):
            attempt(open_live, "lo", **wrong)
        with open_live("lo", filter=chatter.filter, dump=out, timestamp_type="host", direction="in",
                       timestamp_precision="micro", datalink="EN10MB", flush_interval=0) as capture:
            loop.run_until_complete(take(capture, 3))
        with open_live("lo", filter=filter) as capture:
            attempt(loop.run_until_complete, take_none(capture))
        with open_offline(good) as capture:
            loop.run_until_complete(take(capture, 6))
        with sniff_background(2, chatter.filter, "lo", callback=callback) as sniffing:
            sniffing.wait(5000), sniffing.stats(), repr(sniffing)
        sniffing = sniff_background(2, chatter.filter, "lo", callback=boom)
        attempt(sniffing.wait, 5000)
        attempt(sniff_background, 1, "nonsense (", "lo")
        attempt(sniff_background, 1, None, "no-such-device")
        sniff_background(0, chatter.filter, "lo").stop()

    def state():
        sys._clear_type_cache()  # it holds on to names that were looked up, up to 4,096 of them
        gc.collect()
        return (len(os.listdir("/proc/self/fd")),
                sum(map(sys.getrefcount, (callback, boom, callback_args, filter, good, *callback_args))),
                threading.active_count(), len(gc.get_objects()),
                tracemalloc.get_traced_memory()[0], malloced())

    once, times = {"files": (files, 100), "packets": (made_packets, 100), "live": (devices, 4),
                   "asked": (asked, 2)}[what]
    rounds = 6 if what != "asked" else 9  # threads and event loops have caches
    packet = from_file(good)[0]
    loop = asyncio.new_event_loop()
    chatter = Chatter()
    live = what in ("live", "asked")
    if live:
        chatter._thread.start()
    tracemalloc.start()
    states = array.array("q", bytes(8 * 6 * rounds))  # made beforehand, so that it adds nothing
    for round in range(rounds):
        for _ in range(times):
            once()
        for index, value in enumerate(state()):
            states[6 * round + index] = value
    chatter.stop() if live else None
    print(json.dumps([times, list(states)]))
"""


# glibc counts what its threads' caches hold as used
NO_CACHE = "glibc.malloc.tcache_count=0"


LIVE = [pytest.param(what, marks=needs_root) for what in ("live", "asked")]


@pytest.mark.parametrize("what", ["files", "packets", *LIVE])
def test_nothing_is_leaked(what, tmp_path):
    good, cut, text = tmp_path / "good.pcap", tmp_path / "cut.pcap", tmp_path / "text.pcap"
    good.write_bytes(pcap(numbered(6)))
    cut.write_bytes(pcap(numbered(6))[:-3])
    text.write_text("this is not a capture file " * 10)
    times, states = run_python(MEASURE, good, cut, text, tmp_path / "out.pcap", what, GLIBC_TUNABLES=NO_CACHE)
    fds, references, threads, *growing = (states[index::6] for index in range(6))
    for constant in (fds, references, threads):
        assert len(set(constant)) == 1, (fds, references, threads)
    # A leak adds to every round, 16 bytes at least; what only some rounds add are caches that fill.
    for name, each_time, values in zip(("objects", "traced", "malloced"), (1, 16, 16), growing, strict=True):
        growth = [after - before for before, after in pairwise(values[2:])]
        assert min(growth) < times * each_time, (name, values)
