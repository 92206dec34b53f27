"""Every packet that the decoders must know, made at test time: hand-picked, the same bytes on every machine.

Write them as capture files with `PYTHONPATH=tests python -m generated DIRECTORY`.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable
from pathlib import Path

from capture_files import pcap, record

# Scapy remarks on the machine's interfaces as it is imported; no packet here depends on them.
logging.getLogger("scapy.loading").setLevel(logging.CRITICAL)

from . import bad, icmp, icmpv6, ipv6, links, network, tcp, transport, tunnels  # noqa: E402
from .build import Case  # noqa: E402

__all__ = ["Case", "bad_cases", "cases", "write_captures"]


@functools.cache
def cases() -> list[Case]:
    """What a decoder must take whole: lengths fit, checksums hold."""
    modules = (links, network, ipv6, icmp, icmpv6, tcp, transport, tunnels)
    return [case for module in modules for case in module.cases()]


@functools.cache
def bad_cases() -> list[Case]:
    """What a decoder must survive: cut, with lengths that lie, chains without an end."""
    return bad.cases({case.name: case for case in cases()})


def write_captures(directory: str | Path, chosen: Iterable[Case] | None = None) -> list[Path]:
    """One pcap file for each link type, which its name ends with; all cases, unless some are chosen."""
    by_link_type: dict[int, list[Case]] = {}
    for case in cases() + bad_cases() if chosen is None else chosen:
        by_link_type.setdefault(case.link_type, []).append(case)
    written = []
    for link_type, group in sorted(by_link_type.items()):
        path = Path(directory) / f"link-type-{link_type}.pcap"
        path.write_bytes(pcap([record(case.data) for case in group], link_type=link_type))
        written.append(path)
    return written
