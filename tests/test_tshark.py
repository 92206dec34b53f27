"""Our decoders beside tshark's, over public and generated captures: no value differs without a reason that is
written down.

A sample of the corpus by default; all of it with UMPA_TSHARK=all (make check-tshark). See tests/tshark."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import frames
import generated
import pytest
from capture_files import pcap, record
from test_corpus import corpus_files
from tshark import oracle
from tshark.compare import NAMES, Report, compare_file, compare_packet
from tshark.entries import ABSENT, EVERY, KIND, VALUE, Flat, Items, Unnamed, entry_of
from tshark.explained import RULES
from tshark.fields import FIELDS, GROUPS

import umpa_sniffing
from umpa_sniffing import _core

TABLE = {protocol["name"]: protocol for protocol in _core.protocol_table()}
ALL = os.environ.get("UMPA_TSHARK") == "all"
SAMPLED = 30


@pytest.fixture(scope="module")
def tshark():
    version = oracle.version()
    if version is None or int(version.partition(".")[0]) < 4:
        pytest.skip(f"no tshark of version 4 here, but {version}")


def chosen(shared):
    """All files, or so many of those with some packets and not thousands."""
    files = corpus_files(shared)
    if ALL:
        return files
    some = [path for path in files if 2_000 < path.stat().st_size < 60_000]
    return some[:: len(some) // SAMPLED]


def compare(files) -> Report:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(oracle.ask, files))
    report = Report()
    for path in files:
        compare_file(path, report)
    return report


def show(report: Report, capsys) -> None:
    with capsys.disabled():
        print("\n" + report.text())


def test_captures(tshark, shared, tmp_path, capsys):
    made = generated.write_captures(tmp_path)
    report = compare([*chosen(shared), *made])
    show(report, capsys)
    assert not report.unexplained, "\n".join(map(str, report.unexplained[:50]))
    if ALL:
        assert report.packets > 10_000
        assert not set(RULES) - set(report.explained), "rules that explain nothing"
    else:
        assert report.files > SAMPLED * 0.9 and report.packets > 200


TCP_OPTIONS = bytes.fromhex("020405b4 0402 080a00000001ffffffff 01 030307")
FRAMES = {
    "arp": (frames.ETHERNET, frames.ethernet(frames.arp(), 0x0806)),
    "tcp": (frames.ETHERNET, frames.ethernet(frames.ipv4(frames.tcp(b"data", options=TCP_OPTIONS), 6))),
    "udp": (frames.SLL, frames.sll(frames.ipv6(frames.udp(b"data")), 0x86DD)),
}


@pytest.mark.parametrize(("link_type", "frame"), FRAMES.values(), ids=FRAMES)
def test_no_bit_of_a_packet_can_differ_unseen(tshark, tmp_path, link_type, frame):
    """What tshark says of a packet with one bit changed is not what we say of the packet itself."""
    whole = int.from_bytes(frame, "big")
    changed = [(whole ^ 1 << bit).to_bytes(len(frame), "big") for bit in range(len(frame) * 8)]
    ours, theirs = tmp_path / "ours.pcap", tmp_path / "theirs.pcap"
    ours.write_bytes(pcap([record(frame)], link_type=link_type))
    theirs.write_bytes(pcap(map(record, changed), link_type=link_type))
    (packet,) = umpa_sniffing.from_file(ours)
    unseen = []
    for bit, dissection in enumerate(oracle.ask(theirs)):
        report = Report()
        compare_packet(theirs, packet, dissection, report)
        if not report.unexplained:
            unseen.append(bit)
    assert bit == len(frame) * 8 - 1
    assert unseen == []


@pytest.mark.parametrize("protocol", TABLE.values(), ids=TABLE)
def test_every_field_has_an_entry(protocol):
    entries = FIELDS[protocol["name"]].fields
    assert set(entries) == set(NAMES[protocol["name"]])
    assert list(unmatched(protocol["fields"], entries)) == []
    assert bool(FIELDS[protocol["name"]].checksum) == protocol["checksum"], "the field with tshark's verdict"


def unmatched(rows, entries):
    """Fields of items without an entry, and entries without a field."""
    for row in rows:
        entry = entry_of(entries.get(row["name"], ABSENT))
        if not row["items"] or isinstance(entry, Unnamed):
            continue
        if not isinstance(entry, Items | Flat):
            yield f"{row['name']} is no list of items"
            continue
        types = {one["name"]: one["fields"] for one in row["items"]["types"]}
        types[EVERY] = row["items"]["fields"]
        if isinstance(entry, Flat) and EVERY in entry.fields:
            types = {EVERY: list({one["name"]: one for known in types.values() for one in known}.values())}
        for name in {*types, *entry.fields}:
            given, known = entry.fields.get(name, {}), types.get(name, [])
            for field in set(given) - {KIND, VALUE} ^ {one["name"] for one in known}:
                yield f"{row['name']} {name}.{field}"
            yield from unmatched(known, given)


def test_no_protocol_is_mapped_twice():
    assert len(FIELDS) == sum(map(len, GROUPS))
