"""Captures in asyncio: async for and anext, on devices, pipes and files."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
import warnings

import pytest
from capture_files import numbered, pcap, record
from processes import needs_root, run_python
from traffic import Chatter, assert_consecutive, eventually
from waiting_calls import NEVER

from umpa_sniffing import asynchronous, from_bytes, open_live, open_offline, write
from umpa_sniffing.exceptions import UMPAFileFormatException, UMPAStateException, UMPATimeoutException


async def collect(capture, limit: int | None = None) -> list:
    packets = []
    async for packet in capture:
        packets.append(packet)
        if len(packets) == limit:
            break
    return packets


async def beat(turns: list[float]) -> None:
    """How long the event loop's turns are in coming."""
    while True:
        before = time.monotonic()
        await asyncio.sleep(0.001)
        turns.append(time.monotonic() - before)


@needs_root
@pytest.mark.parametrize("interval_s", [0, 0.001])
def test_packets_of_a_device_come_whole_and_in_order(interval_s):
    with Chatter(interval_s=interval_s) as chatter, open_live("lo", filter=chatter.filter) as capture:
        assert_consecutive(asyncio.run(collect(capture, 1000)))


@needs_root
def test_anext_one_by_one_mixed_with_other_ways_of_reading():
    async def some(capture):
        return [await anext(capture) for _ in range(20)]

    with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
        packets = asyncio.run(some(capture))
        packets += [next(capture), capture.next(timeout=5000)]
        packets += asyncio.run(some(capture))
    assert_consecutive(packets)


@needs_root
def test_count_and_timeout_end_it():
    with Chatter() as chatter:
        with open_live("lo", filter=chatter.filter, count=30) as capture:
            assert len(asyncio.run(collect(capture))) == 30
            with pytest.raises(StopAsyncIteration):
                asyncio.run(collect_one(capture))
        begin = time.monotonic()
        with open_live("lo", filter=NEVER, timeout=200) as capture:
            assert asyncio.run(collect(capture)) == []
        assert 0.2 <= time.monotonic() - begin < 2


async def collect_one(capture):
    return await anext(capture)


@needs_root
@pytest.mark.parametrize("way", ["stop", "close"])
def test_stop_and_close_end_a_wait_from_task_and_thread(way):
    async def main(capture, end_it):
        waiting = asyncio.create_task(collect(capture))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        end_it(getattr(capture, way))
        return await asyncio.wait_for(waiting, 20)

    for end_it in [lambda end: end(), lambda end: threading.Thread(target=end).start()]:
        with open_live("lo", filter=NEVER) as capture:
            assert asyncio.run(main(capture, end_it)) == []
            assert capture.closed == (way == "close")


@needs_root
def test_close_ends_a_busy_reader_as_it_ends_a_waiting_one():
    async def main(filter):
        for pause_s in (0.001, 0.002, 0.003, 0.004, 0.005) * 4:
            with open_live("lo", filter=filter, to_ms=1) as capture:
                reading = asyncio.create_task(collect(capture))
                await asyncio.sleep(pause_s)
                capture.close()
                await reading

    with Chatter(interval_s=0.001) as chatter:
        asyncio.run(main(chatter.filter))


@needs_root
def test_a_loop_that_watches_no_descriptors_says_so_and_the_capture_can_be_closed():
    class Loop(asyncio.SelectorEventLoop):
        def add_reader(self, *_):
            raise NotImplementedError("add_reader")

        remove_reader = add_reader

    loop = Loop()
    with open_live("lo", filter=NEVER) as capture:
        with pytest.raises(NotImplementedError, match="add_reader"):
            loop.run_until_complete(collect(capture))
        with pytest.raises(UMPATimeoutException):
            capture.next(timeout=1)
    loop.close()


@needs_root
def test_cancellation_leaves_the_capture_usable_and_loses_nothing():
    async def main(capture):
        packets = []
        while len(packets) < 100:
            try:
                packets.append(await asyncio.wait_for(anext(capture), 0.0007))
            except asyncio.TimeoutError:
                continue
        return packets

    with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
        packets = asyncio.run(main(capture))
        packets.append(next(capture))
    assert_consecutive(packets)


@needs_root
def test_two_captures_in_one_loop():
    async def main(captures):
        return await asyncio.gather(*(collect(capture, 100) for capture in captures))

    with (
        Chatter() as one,
        Chatter() as other,
        open_live("lo", filter=one.filter) as first,
        open_live("lo", filter=other.filter) as second,
    ):
        for packets, chatter in zip(asyncio.run(main([first, second])), [one, other], strict=True):
            assert_consecutive(packets)
            assert {packet.udp.dstport for packet in packets} == {chatter.port}


@needs_root
def test_a_second_task_gets_the_error_that_a_second_thread_gets():
    async def main(capture):
        waiting = asyncio.create_task(collect(capture))
        await asyncio.sleep(0.05)
        with pytest.raises(UMPAStateException, match="is being read already"):
            await anext(capture)
        with pytest.raises(UMPAStateException, match="is being read already"):
            next(capture)
        assert capture.stats().delivered == 0
        capture.stop()
        assert await waiting == []

    with open_live("lo", filter=NEVER) as capture:
        asyncio.run(main(capture))


@needs_root
def test_the_loop_has_its_turn_on_a_busy_device_and_in_a_long_file(tmp_path):
    async def main(capture, limit):
        turns = []
        beating = asyncio.create_task(beat(turns))
        assert len(await collect(capture, limit)) == limit
        beating.cancel()
        return turns

    path = tmp_path / "long.pcap"
    path.write_bytes(pcap(record(bytes(60)) for _ in range(100_000)))
    with Chatter(interval_s=0) as chatter, open_live("lo", filter=chatter.filter) as capture:
        assert len(asyncio.run(main(capture, 20_000))) > 20
    with open_offline(path) as capture:
        assert len(asyncio.run(main(capture, 100_000))) > 20
    with open_offline(path, filter="greater 61") as capture:
        assert len(asyncio.run(main(capture, 0))) >= 1


def test_a_cut_file_gives_its_packets_then_the_error(tmp_path):
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap(record(bytes(60)) for _ in range(1000))[:-1])
    with open_offline(path) as capture:
        assert len(asyncio.run(collect(capture, 999))) == 999
        with pytest.raises(UMPAFileFormatException, match="packet 1000 at byte 75948: the file is cut"):
            asyncio.run(collect(capture))


def test_a_pipe_is_waited_for(tmp_path):
    async def main(capture):
        turns = []
        beating = asyncio.create_task(beat(turns))
        packets = [await anext(capture)]
        asyncio.get_running_loop().call_later(0.2, os.write, writer, b"2")
        packets.append(await anext(capture))
        beating.cancel()
        return packets, turns

    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = os.open(fifo, os.O_RDWR)
    os.write(writer, pcap([record(b"1"), record(b"2")])[:-1])
    with open_offline(fifo) as capture:
        packets, turns = asyncio.run(main(capture))
    os.close(writer)
    assert [bytes(packet) for packet in packets] == [b"1", b"2"]
    assert len(turns) > 20


@needs_root
@pytest.mark.filterwarnings("ignore:the filter:umpa_sniffing.UMPAWarning")
def test_what_does_not_match_is_read_without_pauses(monkeypatch):
    """With a filter that the kernel does not take."""
    monkeypatch.setattr(asynchronous, "PAUSE_S", 0.8)
    never = " or ".join(f"len = {length}" for length in range(2000, 6300))
    matching = Chatter()
    with open_live("lo", filter="tcp", buffer_size=1 << 27) as capture:
        capture.set_filter(f"{matching.filter} or {never}")
        with Chatter(interval_s=0) as other:
            eventually(lambda: other.sent > 10_000, "10,000 packets sent")
        with matching:
            assert len(asyncio.run(asyncio.wait_for(collect(capture, 1), 15))) == 1


def test_an_idle_pipe_leaves_the_processor_alone(tmp_path):
    async def main(capture):
        await anext(capture)
        waiting = asyncio.create_task(collect(capture))
        before = time.process_time()
        await asyncio.sleep(0.5)
        used = time.process_time() - before
        capture.stop()
        assert await waiting == []
        return used

    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = os.open(fifo, os.O_RDWR)
    os.write(writer, pcap([record(b"1")]))
    with open_offline(fifo) as capture:
        assert asyncio.run(main(capture)) < 0.1
    os.close(writer)


@needs_root
def test_an_idle_wait_looks_up_ten_times_a_second_and_has_no_thread():
    async def main(capture):
        threads = os.listdir("/proc/self/task")
        waiting = asyncio.create_task(collect(capture))
        await asyncio.sleep(0.1)
        before = wake_ups()
        await asyncio.sleep(1)
        looked, threads_now = wake_ups() - before, os.listdir("/proc/self/task")
        capture.stop()
        await waiting
        assert threads_now == threads
        return looked

    with open_live("lo", filter=NEVER) as capture:
        assert 5 <= asyncio.run(main(capture)) <= 100


def wake_ups() -> int:
    with open("/proc/self/status") as lines:
        [line] = [line for line in lines if line.startswith("voluntary_ctxt_switches")]
    return int(line.split()[1])


@needs_root
def test_ctrl_c_ends_the_run():
    run_python(
        f"""
        import _thread, asyncio, threading
        from umpa_sniffing import open_live

        async def main():
            async for packet in capture:
                pass

        with open_live("lo", filter={NEVER!r}) as capture:
            threading.Timer(0.3, _thread.interrupt_main).start()
            try:
                asyncio.run(main())
            except KeyboardInterrupt:
                print("true")
        """
    )


@needs_root
def test_in_a_running_loop_as_jupyter_has_it():
    """IPython's own loop runs the cell: top-level await."""
    told = run_python(
        """
        from IPython.core.interactiveshell import InteractiveShell
        from traffic import Chatter
        import json

        shell = InteractiveShell.instance()
        with Chatter() as chatter:
            shell.user_ns["chatter"] = chatter
            shell.run_cell("from umpa_sniffing import open_live").raise_error()
            shell.run_cell('''
        n = 0
        with open_live("lo", filter=chatter.filter) as capture:
            async for pkt in capture:
                n += 1
                if n == 10:
                    break
            pkt = await anext(capture)
        ''').raise_error()
        print(json.dumps([shell.user_ns["n"], shell.user_ns["pkt"].udp.dstport == chatter.port]))
        """
    )
    assert told == [10, True]


def test_a_reader_that_is_forgotten_by_its_loop_leaves_nothing(tmp_path):
    """A suspended task may be collected anywhere: in another thread, say."""
    fifo, out = tmp_path / "fifo", tmp_path / "out.pcap"
    os.mkfifo(fifo)
    writer = os.open(fifo, os.O_RDWR)
    os.write(writer, pcap(numbered(3)))

    def begin():
        async def read():
            async for _ in open_offline(fifo, dump=out):
                pass

        async def abandon():
            asyncio.ensure_future(read())  # noqa: RUF006
            await asyncio.sleep(0.1)

        asyncio.new_event_loop().run_until_complete(abandon())

    gc.disable()
    try:
        before = len(os.listdir("/proc/self/fd"))
        thread = threading.Thread(target=begin)
        thread.start()
        thread.join()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gc.collect()
        assert len(os.listdir("/proc/self/fd")) == before
    finally:
        gc.enable()
        os.close(writer)
    assert write(out, from_bytes(pcap(numbered(1)))) == 1
