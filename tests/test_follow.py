"""follow=True: files that grow, are truncated or replaced while they are read."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import os
import re
import signal
import threading
import warnings

import pytest
from capture_files import SECOND, numbered, pcap, pcapng, record, seen
from processes import Program
from savefile_variants import Form

from umpa_sniffing import UMPAWarning, open_offline
from umpa_sniffing.exceptions import UMPAFileFormatException, UMPATimeoutException

PACKETS = numbered(20)
WRITE = {"pcap": pcap, "pcapng": pcapng, "modified pcap": Form(0xA1B2CD34).file}
EACH_FORMAT = pytest.mark.parametrize("write", WRITE.values(), ids=WRITE)
LONG_MS, SHORT_MS = 20_000, 60


class Growing:
    """A file that is being written."""

    def __init__(self, path):
        self.path = path
        self.file = open(path, "wb", buffering=0)  # noqa: SIM115

    def add(self, content: bytes) -> None:
        self.file.write(content)

    def close(self) -> None:
        self.file.close()


@pytest.fixture
def growing(tmp_path):
    file = Growing(tmp_path / "growing.pcap")
    yield file
    file.close()


def data_of(packets) -> list[bytes]:
    return [bytes(packet) for packet in packets]


def expected(start: int, end: int) -> list[bytes]:
    return [each.data for each in PACKETS[start:end]]


def take(capture, count: int) -> list[bytes]:
    return [bytes(capture.next(LONG_MS)) for _ in range(count)]


def has_nothing(capture) -> bool:
    with pytest.raises(UMPATimeoutException):
        capture.next(SHORT_MS)
    return True


@EACH_FORMAT
def test_what_is_appended_is_read(growing, write):
    whole, half = write(PACKETS), write(PACKETS[:10])
    growing.add(half)
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 10) == expected(0, 10)
        assert has_nothing(capture)
        growing.add(whole[len(half) :])
        assert take(capture, 10) == expected(10, 20)
        assert has_nothing(capture)


@EACH_FORMAT
def test_it_grows_byte_by_byte(growing, write):
    content = write(PACKETS[:5])

    def writer():
        for byte in content:
            growing.add(bytes([byte]))

    growing.add(content[:0])
    thread = threading.Thread(target=writer)
    thread.start()
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 5) == expected(0, 5)
    thread.join()


def test_half_a_record_is_waited_for(growing):
    before, whole = pcap(PACKETS[:3]), pcap(PACKETS[:4])
    for cut in range(len(before) + 1, len(whole), 7):
        growing.file.truncate(0)
        growing.file.seek(0)
        growing.add(whole[:cut])
        with open_offline(growing.path, follow=True) as capture:
            assert take(capture, 3) == expected(0, 3)
            assert has_nothing(capture)
            growing.add(whole[cut:])
            assert take(capture, 1) == expected(3, 4)


def test_an_empty_file_begins_when_something_is_written(growing):
    begun = threading.Event()

    def writer():
        begun.wait()
        growing.add(pcap(PACKETS[:2]))

    thread = threading.Thread(target=writer)
    thread.start()
    begun.set()
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 2) == expected(0, 2)
    thread.join()


def test_filter_and_count(growing):
    growing.add(pcap(PACKETS[:10]))
    with open_offline(growing.path, follow=True, filter="udp dst port 54", count=6) as capture:
        assert take(capture, 5) == expected(0, 10)[1::2]
        growing.add(pcap(PACKETS)[len(pcap(PACKETS[:10])) :])
        assert data_of(capture) == [PACKETS[11].data], "the count ends it"


def test_a_compressed_file_grows_by_members(growing):
    parts = [pcap(PACKETS[:5]), pcap(PACKETS[:12])[len(pcap(PACKETS[:5])) :]]
    growing.add(gzip.compress(parts[0]))
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 5) == expected(0, 5)
        assert has_nothing(capture)
        growing.add(gzip.compress(parts[1]))
        assert take(capture, 7) == expected(5, 12)


def test_damage_is_told_as_in_any_file(growing):
    growing.add(pcap(PACKETS[:3]) + b"\xff" * 400)
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 3) == expected(0, 3)
        with pytest.raises(UMPAFileFormatException) as caught:
            capture.next(LONG_MS)
    assert caught.value.packet == 4


def test_damage_is_gone_over(growing):
    content = pcap(PACKETS[:3])
    rest = pcap(PACKETS[:9])[len(content) :]
    growing.add(content + b"\xff" * 400 + rest)
    with open_offline(growing.path, follow=True, errors="ignore") as capture:
        assert take(capture, 9) == expected(0, 9)
        assert has_nothing(capture)


# Truncated, replaced


def wait_for_warning(capture, growing, words: str) -> list[bytes]:
    """The packets that came before it."""
    got = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        while not caught:
            with contextlib.suppress(UMPATimeoutException):
                got.append(bytes(capture.next(SHORT_MS)))
    (warning,) = caught
    assert issubclass(warning.category, UMPAWarning)
    assert str(growing.path) in str(warning.message) and re.search(words, str(warning.message))
    return got


@EACH_FORMAT
def test_a_truncated_file_is_read_anew(growing, write):
    growing.add(write(PACKETS[:9]))
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 9) == expected(0, 9)
        growing.file.truncate(0)
        growing.file.seek(0)
        assert wait_for_warning(capture, growing, r"(?i)truncated") == []
        growing.add(write(PACKETS[12:]))
        assert take(capture, 8) == expected(12, 20)


@EACH_FORMAT
def test_a_file_that_is_truncated_and_longer_at_once_is_read_anew(growing, write):
    """Though it is never seen to be shorter."""
    growing.add(write(PACKETS[:9]))
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 9) == expected(0, 9) and has_nothing(capture)
        with open(growing.path, "rb+") as file:
            file.write(write(PACKETS[9:20]))
        first = wait_for_warning(capture, growing, r"(?i)truncated")
        assert first + take(capture, 11 - len(first)) == expected(9, 20)


def test_a_file_that_is_written_anew_before_its_end_was_read(growing):
    some = [record(os.urandom(1000), number * SECOND) for number in range(2000)]
    other = [record(os.urandom(900), number * SECOND) for number in range(4000)]
    growing.add(pcap(some))
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 10) == [each.data for each in some[:10]]
        with open(growing.path, "rb+") as file:
            file.write(pcap(other))
        before = wait_for_warning(capture, growing, r"(?i)truncated")
        assert before[-1:] == [other[0].data] or take(capture, 1) == [other[0].data]


@pytest.mark.parametrize("write", [pcap, pcapng])
@pytest.mark.parametrize("other", [pcap, pcapng])
def test_a_replaced_file_is_read_after_the_rest_of_the_old_one(growing, tmp_path, write, other):
    growing.add(write(PACKETS[:6]))
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 3) == expected(0, 3)
        new = tmp_path / "new"
        new.write_bytes(other(PACKETS[10:]))
        os.replace(new, growing.path)
        got = wait_for_warning(capture, growing, r"(?i)replaced|another file|new file")
        rest = take(capture, 13 - len(got))
    assert got + rest == expected(3, 6) + expected(10, 20)


def test_a_removed_file_may_come_back(growing):
    growing.add(pcap(PACKETS[:2]))
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 2) == expected(0, 2)
        growing.path.unlink()
        assert has_nothing(capture)
        growing.add(pcap(PACKETS[:4])[len(pcap(PACKETS[:2])) :])
        assert take(capture, 2) == expected(2, 4), "whoever has it open may write on"
        growing.path.write_bytes(pcap(PACKETS[7:8]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert take(capture, 1) == expected(7, 8)


def test_rotated_many_times(growing, tmp_path):
    growing.add(pcap(PACKETS[:1]))
    with warnings.catch_warnings(), open_offline(growing.path, follow=True) as capture:
        warnings.simplefilter("ignore")
        assert take(capture, 1) == expected(0, 1)
        for number in range(1, 20):
            new = tmp_path / f"{number}"
            new.write_bytes(pcap([PACKETS[number]]))
            os.replace(new, growing.path)
            assert take(capture, 1) == expected(number, number + 1)
        stats = capture.stats()
    assert stats.received == stats.delivered == 20


# Ended


def test_stop_from_another_thread(growing):
    growing.add(pcap(PACKETS[:3]))
    with open_offline(growing.path, follow=True) as capture:
        got, has_three = [], threading.Event()

        def stopper():
            has_three.wait()
            capture.stop()

        thread = threading.Thread(target=stopper)
        thread.start()
        for packet in capture:
            got.append(bytes(packet))
            if len(got) == 3:
                has_three.set()
        thread.join()
    assert got == expected(0, 3)


def test_finish_loses_nothing_of_what_was_written(growing):
    growing.add(pcap(PACKETS[:3]))
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 1) == expected(0, 1)
        capture.finish()
        assert data_of(capture) == expected(1, 3)


def test_ctrl_c(growing):
    growing.add(pcap(PACKETS[:3]))
    source = """
        import json, sys
        from umpa_sniffing import open_offline

        count = 0
        try:
            with open_offline(sys.argv[1], follow=True) as capture:
                for packet in capture:
                    count += 1
                    if count == 3:
                        print(json.dumps("three"), flush=True)
        except KeyboardInterrupt:
            print(json.dumps(count), flush=True)
    """
    with Program(source, growing.path) as program:
        assert program.told() == "three"
        os.kill(program.pid, signal.SIGINT)
        assert program.told() == 3
        program.end()


def test_a_signals_handler_that_raises(growing, alarm):
    growing.add(pcap(PACKETS[:1]))
    with open_offline(growing.path, follow=True) as capture:
        assert take(capture, 1) == expected(0, 1)
        alarm(0.05)
        with pytest.raises(InterruptedError):
            next(capture)
        growing.add(pcap(PACKETS[:2])[len(pcap(PACKETS[:1])) :])
        assert take(capture, 1) == expected(1, 2)


def test_other_threads_run_meanwhile(growing):
    """Else nobody would write."""
    growing.add(pcap([]))

    def writer():
        for packet in PACKETS:
            growing.add(pcap([packet])[24:])

    thread = threading.Thread(target=writer)
    with open_offline(growing.path, follow=True, count=20) as capture:
        thread.start()
        assert [seen(packet) for packet in capture] == PACKETS
    thread.join()


def test_async_for(growing):
    async def collect(capture) -> list[bytes]:
        got = []
        async for packet in capture:
            got.append(bytes(packet))
            if len(got) in (3, 6):
                start = len(got)
                growing.add(pcap(PACKETS[: start + 3])[len(pcap(PACKETS[:start])) :])
            if len(got) == 9:
                break
        return got

    growing.add(pcap(PACKETS[:3]))
    with open_offline(growing.path, follow=True) as capture:
        assert asyncio.run(asyncio.wait_for(collect(capture), LONG_MS / 1000)) == expected(0, 9)


def test_several_files_are_not_followed(growing):
    """It is not said which of them would be waited for."""
    growing.add(pcap(PACKETS[:1]))
    with pytest.raises(ValueError, match="follow"):
        open_offline([growing.path, growing.path], follow=True)
