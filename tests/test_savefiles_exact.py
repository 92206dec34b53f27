"""Files of every variant give exactly the packets that were written, from wherever their bytes come."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import subprocess
import threading

import pcapng_variants
import pytest
import savefile_variants
from capture_files import Record, numbered, pcap, pcapng, seen
from pcapng_variants import DLTS, Seen, Variant
from processes import command, environment

from umpa_sniffing import from_bytes, from_file, open_offline
from umpa_sniffing.exceptions import UMPAFileFormatException


def as_seen(packet) -> Seen:
    name = None if packet.interface is None else packet.interface.name
    return Seen(packet.timestamp_ns, bytes(packet), packet.wire_len, packet.datalink, name)


class Stream:
    """A Python file object of nothing but read(), which gives as few bytes as it likes."""

    def __init__(self, content: bytes, seed: int = 1):
        self.content, self.chance, self.position = content, random.Random(seed), 0

    def read(self, size: int = -1) -> bytes:
        some = self.chance.choice([1, 2, 7, 60, 4096, 300_000])
        size = some if size < 0 else min(size, some)
        start = self.position
        self.position = min(start + size, len(self.content))
        return self.content[start : self.position]


def from_path(content, path):
    path.write_bytes(content)
    return from_file(path)


def from_descriptor(content, path):
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return from_file(descriptor)
    finally:
        os.close(descriptor)  # stayed open


def from_fifo(content, path):
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(content,))
    writer.start()
    packets = from_file(path)
    writer.join()
    return packets


def from_raw_file(content, path):
    path.write_bytes(content)
    with open(path, "rb", buffering=0) as file:
        packets = from_file(file)
        assert not file.closed
    return packets


def iterated(content, path):
    path.write_bytes(content)
    with open_offline(path) as capture:
        return list(capture)


WAYS = {
    "path": from_path,
    "descriptor": from_descriptor,
    "FIFO": from_fifo,
    "raw file": from_raw_file,
    "iteration": iterated,
    "bytes": lambda content, _: from_bytes(content),
    "memoryview": lambda content, _: from_bytes(memoryview(bytearray(content))),
    "BytesIO": lambda content, _: from_file(io.BytesIO(content)),
    "read() only": lambda content, _: from_file(Stream(content)),
}
FORMS = dict(savefile_variants.forms())
VARIANTS = list(pcapng_variants.variants())
SOME = [each for each in VARIANTS if "random" not in each.name and "resolution" not in each.name]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_pcap(form, tmp_path):
    written = savefile_variants.packets()
    packets = from_path(form.file(written), tmp_path / "file")
    link_type = form.link_type & 0x03FFFFFF
    assert [seen(packet) for packet in packets] == form.rounded(written)
    assert {packet.datalink for packet in packets} == {DLTS.get(link_type, link_type)}


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda each: each.name)
def test_pcapng(variant, tmp_path):
    assert list(map(as_seen, from_path(variant.content, tmp_path / "file"))) == variant.packets


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("variant", SOME[::3], ids=lambda each: each.name)
def test_pcapng_from_everywhere(variant: Variant, way, tmp_path):
    assert list(map(as_seen, way(variant.content, tmp_path / "file"))) == variant.packets


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("name", ["nano < 2.4", "micro > 2.4", "kuznetzov < 2.4", "snaplen < 0"])
def test_pcap_from_everywhere(name, way, tmp_path):
    form = FORMS[name]
    sizes = [*range(40), 65_535, *range(1400, 1600), 262_144] * 5
    written = [Record(number * 1000, b"p" * size, size + 1) for number, size in enumerate(sizes)]
    assert [seen(packet) for packet in way(form.file(written), tmp_path / "file")] == written


@pytest.mark.parametrize("name", dict(savefile_variants.refused()))
def test_what_libpcap_refuses_is_refused(name, tmp_path):
    form = dict(savefile_variants.refused())[name]
    with pytest.raises(UMPAFileFormatException) as caught:
        from_path(form.file(savefile_variants.packets()), tmp_path / "file")
    assert caught.value.packets == []
    if name.startswith("version"):
        major, minor = form.version
        assert f"{major}.{minor}" in str(caught.value)


def test_packets_outlive_the_buffer_that_they_came_from():
    form = FORMS["nano < 2.4"]
    buffer = bytearray(form.file(savefile_variants.packets()))
    packets = from_bytes(buffer)
    buffer[:] = bytes(len(buffer))
    assert [seen(packet) for packet in packets] == savefile_variants.packets()


def test_count_and_filter_of_bytes():
    content = FORMS["nano < 2.4"].file(savefile_variants.packets())
    assert len(from_bytes(content, 2)) == 2
    assert len(from_bytes(content, 0, "udp dst port 54")) == 2


@pytest.mark.parametrize("bad", [b"", "text", 1.5, None])
def test_bytes_that_are_none(bad):
    with pytest.raises((TypeError, UMPAFileFormatException)):
        from_bytes(bad)


class Failing:
    def read(self, size: int = -1) -> bytes:
        raise LookupError("of the caller's")


class Wrong:
    def __init__(self, answer):
        self.answer = answer

    def read(self, size: int = -1):
        return self.answer


def test_an_exception_of_a_file_object_arrives():
    with pytest.raises(LookupError, match="of the caller's"):
        from_file(Failing())


@pytest.mark.parametrize("answer", ["text", 7, b"x" * (1 << 24)])
def test_a_file_object_that_answers_wrongly_is_told(answer):
    with pytest.raises((TypeError, ValueError, OSError)):
        from_file(Wrong(answer))


@pytest.mark.parametrize("bad", [1.5, None, object(), [], (), [1.5], -1])
def test_what_is_no_file(bad):
    with pytest.raises((TypeError, ValueError, OSError)):
        from_file(bad)


STANDARD_INPUT = """
import json, sys
from umpa_sniffing import from_file, open_offline
packets = from_file("-") if sys.argv[1] == "list" else list(open_offline("-", filter="udp"))
print(json.dumps([[bytes(packet).hex() for packet in packets], sys.stdin.closed]))
"""


@pytest.mark.parametrize("way", ["list", "iteration"])
@pytest.mark.parametrize("through", ["pipe", "file"])
@pytest.mark.parametrize("write", [pcap, pcapng, lambda packets: gzip.compress(pcap(packets))])
def test_standard_input(way, through, write, tmp_path):
    path = tmp_path / "packets"
    path.write_bytes(write(numbered(9)))
    with open(path, "rb") as file:
        given = {"stdin": file} if through == "file" else {"input": path.read_bytes()}
        done = subprocess.run(
            command(STANDARD_INPUT, way), env=environment(), capture_output=True, check=True, **given
        )
    packets, is_closed = json.loads(done.stdout)
    assert packets == [each.data.hex() for each in numbered(9)]
    assert not is_closed
