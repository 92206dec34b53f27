"""tshark as a second decoder: run once a file, its answer kept by the hash of the file and the options.

PDML is its one output that says which layer a field belongs to and where in the packet it lies, so that
repeated layers, tunnels and the packet that an ICMP error quotes cannot be mistaken for each other."""

from __future__ import annotations

import functools
import gzip
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from processes import unpreloaded

TOP = Path(__file__).resolve().parents[2]
KEPT = TOP / "build" / "tshark"

# Each packet by itself, numbers as they stand on the wire, checksums verified.
PREFERENCES = (
    "eth.fcs:Never",
    "icmp.favor_icmp_mpls:TRUE",
    "ip.check_checksum:TRUE",
    "ip.defragment:FALSE",
    "ip.tso_support:TRUE",
    "ipv6.defragment:FALSE",
    "ipv6.exthdr_under_root_protocol_tree:TRUE",
    "ipv6.tso_support:TRUE",
    "mptcp.analyze_mptcp:FALSE",
    "mptcp.relative_sequence_numbers:FALSE",
    "sctp.checksum:CRC 32c",
    "sctp.reassembly:FALSE",
    "sctp.relative_tsns:FALSE",
    "sctp.tsn_analysis:FALSE",
    "tcp.analyze_sequence_numbers:FALSE",
    "tcp.check_checksum:TRUE",
    "tcp.desegment_tcp_streams:FALSE",
    "udp.check_checksum:TRUE",
    "udp.ignore_ipv6_zero_checksum:TRUE",
    "udplite.check_checksum:TRUE",
    "udplite.ignore_checksum_coverage:FALSE",
)
# Guesses at what has no sign of its own: FabricPath in 0x8903, makers' trailers behind a frame.
GUESSES = ("cfp", "f5ethtrailer", "gmhdr", "gmtrailer", "ixiatrailer", "vssmonitoring")
OPTIONS = ["-n", *(word for one in PREFERENCES for word in ("-o", one))]
OPTIONS += [word for name in GUESSES for word in ("--disable-protocol", name)]

# Protocols that tshark nests in another layer's tree without meaning a layer of their own.
PARTS_OF_A_LAYER = {"mptcp"}
# One header's layer that tshark takes up again behind what it decoded amid it.
TAKEN_UP_AGAIN = {"sctp"}
NOT_IN_THE_PACKET = {"geninfo", "frame", "pkt_comment"}


# What tshark says where it refuses a file, or the rest of it.
REFUSALS = (
    "data that TShark doesn't support",
    "in a format TShark understands",
    "appears to be damaged or corrupt",
    "appears to have been cut short",
)


class Proto:
    """One layer as tshark sees it."""

    def __init__(self, element: ElementTree.Element):
        self.element = element
        self.name = element.get("name", "")
        self.position = int(element.get("pos", -1))

    @functools.cached_property
    def _by_name(self) -> dict[str, list[ElementTree.Element]]:
        found: dict[str, list[ElementTree.Element]] = {}
        for field in fields_below(self.element):
            found.setdefault(field.get("name", ""), []).append(field)
        return found

    def all(self, name: str) -> list[ElementTree.Element]:
        """The fields of that name in the order shown, but those of a packet that this layer quotes."""
        return self._by_name.get(name, [])

    def nested(self) -> list[Proto]:
        """The layers of a packet that this one quotes."""
        return [
            Proto(one)
            for field in (self.element, *fields_below(self.element))
            for one in field
            if one.tag == "proto" and one.get("name") not in PARTS_OF_A_LAYER
        ]


def fields_of(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    return (one for one in element if one.tag == "field" or one.get("name") in PARTS_OF_A_LAYER)


def fields_below(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for child in fields_of(element):
        yield child
        yield from fields_below(child)


class Dissection:
    """One packet as tshark sees it."""

    def __init__(self, element: ElementTree.Element):
        protos = [Proto(one) for one in element if one.get("name") not in NOT_IN_THE_PACKET]
        frame = Proto(next(one for one in element if one.get("name") == "frame"))
        self.number = int(frame.all("frame.number")[0].get("show", ""))
        self.caplen = int(frame.all("frame.cap_len")[0].get("show", ""))
        self.protos: list[Proto] = []
        for proto in protos:
            first = next((one for one in self.protos if one.name == proto.name), None)
            if first is not None and proto.name in TAKEN_UP_AGAIN:
                first.element.extend(proto.element)
            elif not proto.name.startswith("_ws."):
                self.protos.append(proto)
        self.is_malformed = any(one.get("name") == "_ws.malformed" for one in element.iter("proto"))


class Answer:
    """What tshark says of a file; iterating parses anew, a packet at a time."""

    def __init__(self, pdml: Path, complaint: str):
        self.pdml = pdml
        self.complaint = complaint

    @property
    def packet_count(self) -> int:
        with gzip.open(self.pdml) as stream:
            return sum(line == b"<packet>\n" for line in stream)

    def __iter__(self) -> Iterator[Dissection]:
        with gzip.open(self.pdml) as stream:
            if not stream.peek(1):  # tshark would not begin with the file: `complaint` says why
                return
            for _, element in ElementTree.iterparse(stream):
                if element.tag == "packet":
                    yield Dissection(element)
                    element.clear()


@functools.cache
def version() -> str | None:
    """None: there is no tshark here."""
    if shutil.which("tshark") is None:
        return None
    told = subprocess.run(
        ["tshark", "--version"], capture_output=True, text=True, check=True, env=unpreloaded()
    ).stdout
    return told.split()[2]


def ask(path: Path) -> Answer:
    key = hashlib.sha256("\0".join([str(version()), *OPTIONS, ""]).encode() + path.read_bytes()).hexdigest()
    pdml, complaint = KEPT / f"{key}.pdml.gz", KEPT / f"{key}.txt"
    if not pdml.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["tshark", *OPTIONS, "-r", path, "-T", "pdml"], capture_output=True, env=unpreloaded()
        )
        lines = done.stderr.decode(errors="replace").splitlines()
        words = [line for line in lines if "Running as" not in line]
        assert done.returncode == 0 or any(known in words[0] for known in REFUSALS), f"{path}: {words}"
        complaint.write_text("\n".join(words) if done.returncode else "")
        with tempfile.NamedTemporaryFile(dir=KEPT, delete=False) as written:
            written.write(gzip.compress(done.stdout, compresslevel=3))
        os.rename(written.name, pdml)  # last, so that what is there is whole
    return Answer(pdml, complaint.read_text())
