"""Files that are cut, damaged or lie: every good packet, then words that say what is wrong, and no crash."""

from __future__ import annotations

import re
import struct
import warnings

import pcapng_blocks as ng
import pytest
from capture_files import Record, numbered, pcap, seen
from savefile_variants import KUZNETZOV, Form

from umpa_sniffing import UMPAWarning, from_bytes, from_file, open_offline
from umpa_sniffing.exceptions import UMPAFileFormatException

PACKETS = numbered(4)


class Laid:
    """A file, and where each part of it begins."""

    def __init__(self, header: list[bytes], records: list[bytes]):
        self.parts = [*header, *records]
        self.starts = [sum(map(len, self.parts[:number])) for number in range(len(self.parts))]
        self.content = b"".join(self.parts)
        self.headers = len(header)

    def packets_before(self, offset: int) -> int:
        ends = (start + len(part) for start, part in zip(self.starts, self.parts, strict=True))
        return max(0, sum(end <= offset for end in ends) - self.headers)

    def part_at(self, offset: int) -> int:
        return max(start for start in self.starts if start <= offset)


def pcapng_parts(blocks: ng.Blocks = ng.LITTLE) -> Laid:
    interface = blocks.interface(options=[(ng.IF_NAME, b"eth0"), blocks.resolution(9)])
    packets = [
        blocks.enhanced(each.data, stamp=each.timestamp_ns, options=[(ng.COMMENT, b"note")])
        for each in PACKETS
    ]
    return Laid([blocks.section(), interface], packets)


def pcap_parts(form: Form) -> Laid:
    return Laid([form.header()], [form.record(each) for each in PACKETS])


FILES = {
    "pcap": pcap_parts(Form(0xA1B23C4D)),
    "pcap of the other order": pcap_parts(Form(0xA1B23C4D, ">")),
    "modified pcap": pcap_parts(Form(KUZNETZOV)),
    "pcapng": pcapng_parts(),
    "pcapng of the other order": pcapng_parts(ng.BIG),
}
EACH_FILE = pytest.mark.parametrize("laid", FILES.values(), ids=FILES)


def bytes_of(packets) -> list[bytes]:
    return [bytes(packet) for packet in packets]


def expected(count: int) -> list[bytes]:
    return [each.data for each in PACKETS[:count]]


# Cut


@EACH_FILE
def test_every_cut(laid, tmp_path):
    path = tmp_path / "cut.pcap"
    for length in range(len(laid.content)):
        content = laid.content[:length]
        good = laid.packets_before(length)
        if length in laid.starts[1:]:
            assert bytes_of(from_bytes(content)) == expected(good), length
            continue
        path.write_bytes(content)
        with pytest.raises(UMPAFileFormatException) as caught:
            from_file(path)
        error = caught.value
        assert bytes_of(error.packets) == expected(good), length
        assert str(path) in str(error)
        if length >= 28:
            assert re.search(r"(?i)cut|truncated|ends", str(error)), (length, str(error))
            assert error.packet == good + 1, (length, str(error))
            assert error.offset == laid.part_at(length), (length, str(error))
            assert f"byte {error.offset}" in str(error)
            assert f"packet {error.packet}" in str(error)


@EACH_FILE
def test_every_cut_is_told_once(laid, tmp_path):
    """Warned of, the packets before are the result."""
    path = tmp_path / "cut.pcap"
    for length in range(laid.starts[laid.headers] + 1, len(laid.content)):
        if length in laid.starts:
            continue
        path.write_bytes(laid.content[:length])
        with pytest.warns(UMPAWarning) as caught:
            packets = from_file(path, errors="warn")
        assert bytes_of(packets) == expected(laid.packets_before(length))
        (warning,) = caught
        assert str(path) in str(warning.message) and warning.filename == __file__
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert from_file(path, errors="ignore") == packets


@EACH_FILE
def test_iteration_delivers_what_is_good_and_raises_then(laid, tmp_path):
    path = tmp_path / "cut.pcap"
    path.write_bytes(laid.content[:-1])
    with open_offline(path) as capture:
        got = [next(capture) for _ in range(3)]
        with pytest.raises(UMPAFileFormatException) as caught:
            next(capture)
    assert bytes_of(got) == expected(3)
    assert (caught.value.packet, caught.value.offset) == (4, laid.starts[-1])


@pytest.mark.parametrize("compress", ["gzip", "lzma"])
def test_offsets_in_compressed_files_are_those_of_the_contents(compress, tmp_path):
    module = pytest.importorskip(compress)
    laid = FILES["pcap"]
    path = tmp_path / "cut.pcap.z"
    path.write_bytes(module.compress(laid.content[:-1]))
    with pytest.raises(UMPAFileFormatException, match=r"compress") as caught:
        from_file(path)
    assert (caught.value.packet, caught.value.offset) == (4, laid.starts[-1])


# Any byte


def outcome(content: bytes, errors: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return from_bytes(content, errors=errors), None
        except UMPAFileFormatException as error:
            return error.packets, error


@EACH_FILE
@pytest.mark.parametrize("value", [0x00, 0x01, 0x7F, 0x80, 0xFF])
def test_no_byte_of_a_file_spoils_the_packets_before_it(laid, value):
    for offset in range(len(laid.content)):
        changed = bytearray(laid.content)
        changed[offset] = value
        packets, error = outcome(bytes(changed), "raise")
        before = laid.packets_before(offset)
        if offset >= laid.starts[laid.headers]:
            assert bytes_of(packets[:before]) == expected(before), offset
        if error is not None:
            assert error.packet is None or error.packet == len(packets) + 1
            assert error.offset is None or error.offset <= len(changed)
        tolerant, fatal = outcome(bytes(changed), "ignore")
        if offset >= laid.starts[laid.headers]:
            assert bytes_of(tolerant[:before]) == expected(before), offset
        assert fatal is None or not tolerant, "damage within a file is not raised"


# Going on


def warned(content: bytes, tmp_path, packet: int, offset: int, skipped: int):
    """The packets, and that the only warning says what it must."""
    path = tmp_path / "damaged"
    path.write_bytes(content)
    with pytest.warns(UMPAWarning) as caught:
        packets = from_file(path, errors="warn")
    (warning,) = caught
    text = str(warning.message)
    for part in (str(path), f"packet {packet}", f"byte {offset}", f"{skipped} byte"):
        assert part in text, text
    assert warning.filename == __file__
    return packets


@EACH_FILE
@pytest.mark.parametrize(
    "noise", [b"\xff" * 100, b"\0\xff" * 50, b"noise" * 20, b"\xff" * 70_000, b"\xff" * 600_000]
)
def test_what_is_between_records_is_skipped(laid, noise, tmp_path):
    number = laid.headers + 2
    content = b"".join([*laid.parts[:number], noise, *laid.parts[number:]])
    with pytest.raises(UMPAFileFormatException) as caught:
        from_bytes(content)
    assert (caught.value.packet, caught.value.offset) == (3, laid.starts[number])
    assert len(caught.value.packets) == 2
    packets = warned(content, tmp_path, 3, laid.starts[number], len(noise))
    assert bytes_of(packets) == expected(4)


@EACH_FILE
@pytest.mark.parametrize("number", range(4))
def test_a_record_whose_length_lies_is_skipped(laid, number, tmp_path):
    """The packet itself is lost, those behind it are not."""
    part = laid.headers + number
    lie = bytearray(laid.parts[part])
    at = 8 if laid.content[:4] != b"\n\r\r\n" else 4  # the captured length, the block's
    lie[at : at + 4] = b"\xf0\xff\xff\xf0"
    content = b"".join([*laid.parts[:part], bytes(lie), *laid.parts[part + 1 :]])
    packets = warned(content, tmp_path, number + 1, laid.starts[part], len(lie))
    assert bytes_of(packets) == [each.data for each in PACKETS[:number] + PACKETS[number + 1 :]]


def test_each_damage_is_told():
    laid, noise = FILES["pcapng"], b"\xff" * 40
    content = b"".join([*laid.parts[:2], *(part for each in laid.parts[2:] for part in (noise, each))])
    with pytest.warns(UMPAWarning) as caught:
        packets = from_bytes(content, errors="warn")
    assert bytes_of(packets) == expected(4)
    assert [re.search(r"packet \d+", str(each.message)).group() for each in caught] == [
        f"packet {number}" for number in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize("blocks", [ng.LITTLE, ng.BIG], ids=["little", "big"])
def test_a_pcapng_block_that_is_wrong_in_itself_is_skipped_alone(blocks):
    head, data = [blocks.section(), blocks.interface()], b"data"
    wrong = {
        "trailer": blocks.block(6, blocks.pack("IIIII", 0, 0, 0, 4, 4) + data, trailer=44),
        "no such interface": blocks.enhanced(data, interface=7),
        "captured length": blocks.enhanced(data, caplen=5000),
        "too short": blocks.block(6, b"1234"),
        "obsolete too short": blocks.block(2, b"1234"),
        "simple too short": blocks.block(3, b""),
        "interface too short": blocks.block(1, b"1234"),
    }
    for name, block in wrong.items():
        content = b"".join([*head, blocks.enhanced(b"before"), block, blocks.enhanced(b"after")])
        with pytest.raises(UMPAFileFormatException) as caught:
            from_bytes(content)
        assert bytes_of(caught.value.packets) == [b"before"], name
        assert caught.value.offset == len(b"".join(head)) + len(blocks.enhanced(b"before")), name
        assert bytes_of(from_bytes(content, errors="ignore")) == [b"before", b"after"], name


@pytest.mark.parametrize("blocks", [ng.LITTLE, ng.BIG], ids=["little", "big"])
def test_a_section_header_without_a_byte_order_changes_none(blocks):
    section, interface = blocks.section(), blocks.interface()
    damaged = section[:8] + bytes(4) + section[12:]
    packets = [blocks.enhanced(each) for each in (b"1", b"2", b"3")]
    content = b"".join([section, interface, packets[0], damaged, *packets[1:]])
    assert list(map(bytes, from_bytes(content, errors="ignore"))) == [b"1", b"2", b"3"]


def test_each_kind_of_damage_has_its_own_words():
    blocks, data = ng.LITTLE, b"data"
    head = [blocks.section(), blocks.interface()]
    texts = set()
    wrong = [
        blocks.block(6, blocks.pack("IIIII", 0, 0, 0, 4, 4) + data, trailer=44),
        blocks.enhanced(data, interface=7), blocks.enhanced(data, caplen=5000),
        blocks.block(6, b"1234"), blocks.block(6, data, length=17),
        blocks.block(6, data, length=8), blocks.enhanced(data)[:-7], blocks.section(version=(2, 0)),
    ]  # fmt: skip
    for block in wrong:
        with pytest.raises(UMPAFileFormatException) as caught:
            from_bytes(b"".join([*head, block]))
        texts.add(str(caught.value))
    assert len(texts) == len(wrong), texts


@pytest.mark.parametrize("errors", ["warn", "ignore"])
@pytest.mark.parametrize("content", [b"", b"\xd4", b"no capture file" * 9, bytes(100)])
def test_where_nothing_is_good_an_error_is_raised_all_the_same(errors, content):
    with pytest.raises(UMPAFileFormatException) as caught:
        from_bytes(content, errors=errors)
    assert caught.value.packets == []


@pytest.mark.parametrize("errors", ["", "strict", 1])
def test_errors_that_are_no_policy(errors):
    with pytest.raises((ValueError, TypeError), match=r"raise.*warn.*ignore|errors|str"):
        from_bytes(pcap(PACKETS), errors=errors)


def test_resynchronised_records_are_as_they_were_written():
    """Also where the packets' bytes look like records themselves."""
    inner = struct.pack("<IIII", PACKETS[0].timestamp_ns // 10**9, 5, 40, 40) + bytes(40)
    records = [Record(PACKETS[0].timestamp_ns + number, inner * 3, 168) for number in range(50)]
    parts = [pcap(records[:20]), b"\xff" * 33, pcap(records[20:])[24:]]
    packets = from_bytes(b"".join(parts), errors="ignore")
    assert [seen(packet) for packet in packets] == records
