"""ICMP: every type of IANA's registry, with every code that it names, and RFC 4884's extensions."""

from __future__ import annotations

import struct
from socket import inet_aton

from scapy.layers.inet import IPOption

from .build import (
    DATAGRAM,
    EXTENSIONS,
    IP4,
    LINK,
    SEGMENT,
    Case,
    extension_structure,
    group,
    ip4,
    message,
    padded,
    quoted,
)

ECHO_REPLY, UNREACHABLE, SOURCE_QUENCH, REDIRECT, ALTERNATE_HOST, ECHO = 0, 3, 4, 5, 6, 8
ADVERTISEMENT, SOLICITATION, TIME_EXCEEDED, PARAMETER_PROBLEM, TIMESTAMP, TIMESTAMP_REPLY = range(9, 15)
INFORMATION, INFORMATION_REPLY, MASK, MASK_REPLY, TRACEROUTE, CONVERSION_ERROR = 15, 16, 17, 18, 30, 31
PHOTURIS, EXTENDED_ECHO, EXTENDED_ECHO_REPLY = 40, 42, 43

IDENT = struct.pack("!HH", 0x1234, 0x0005)
UNUSED = bytes(4)
GATEWAY = inet_aton("192.0.2.254")


def extended(rest: bytes, structure: bytes) -> bytes:
    """The quoted packet is filled up to 128 bytes, and the length counts words (RFC 4884 4.5)."""
    original = quoted(128)
    return rest[:1] + bytes([len(original) // 4]) + rest[2:] + original + structure


def echoes() -> dict[str, bytes]:
    # What Linux's ping sends: the time, and counting bytes.
    data = struct.pack("<QQ", 1_249_423_424, 123_456) + bytes(range(0x10, 0x38))
    return {
        "echo-reply": message(ECHO_REPLY, 0, IDENT + data),
        "echo": message(ECHO, 0, IDENT + data),
        "echo-without-data": message(ECHO, 0, IDENT),
        "echo-odd-length": message(ECHO, 0, IDENT + b"odd"),
        "echo-little-endian": message(ECHO, 0, b"\1\0\2\0" + data),
        "echo-code-1": message(ECHO, 1, IDENT + data),
        "extended-echo-name": message(
            EXTENDED_ECHO, 0, IDENT[:2] + b"\5\1" + extension_structure((3, 1, b"eth0"))
        ),
        "extended-echo-index": message(
            EXTENDED_ECHO, 0, IDENT[:2] + b"\6\0" + extension_structure((3, 2, struct.pack("!I", 7)))
        ),
        "extended-echo-address": message(
            EXTENDED_ECHO,
            0,
            IDENT[:2] + b"\7\1" + extension_structure((3, 3, bytes.fromhex("00010400") + GATEWAY)),
        ),
        **{
            f"extended-echo-reply-code-{code}": message(EXTENDED_ECHO_REPLY, code, IDENT[:2] + b"\5\x47")
            for code in range(5)
        },
    }


def errors() -> dict[str, bytes]:
    original = quoted()
    with_options = ip4(options=[IPOption(b"\x94\x04\0\0")]) / DATAGRAM
    found = {f"unreachable-code-{code}": message(UNREACHABLE, code, UNUSED + original)
             for code in (*range(16), 255) if code != 4}  # fmt: skip
    found |= {f"redirect-code-{code}": message(REDIRECT, code, GATEWAY + original) for code in range(4)}
    found |= {
        f"time-exceeded-code-{code}": message(TIME_EXCEEDED, code, UNUSED + original) for code in range(2)
    }
    found |= {f"parameter-problem-code-{code}": message(PARAMETER_PROBLEM, code, b"\x14\0\0\0" + original)
              for code in range(3)}  # fmt: skip
    found |= {f"photuris-code-{code}": message(PHOTURIS, code, b"\0\0\0\x10" + original) for code in range(6)}
    found |= {
        "unreachable-next-hop-mtu": message(UNREACHABLE, 4, struct.pack("!HH", 0, 1400) + original),
        "unreachable-quoting-548-bytes": message(UNREACHABLE, 3, UNUSED + quoted(284)),
        "unreachable-quoting-20-bytes": message(UNREACHABLE, 3, UNUSED + quoted(20)),
        "unreachable-quoting-tcp": message(UNREACHABLE, 3, UNUSED + bytes(IP4 / SEGMENT)),
        "unreachable-quoting-error": message(
            UNREACHABLE, 1, UNUSED + bytes(ip4(proto=1) / message(TIME_EXCEEDED, 0, UNUSED + original))
        ),
        "unreachable-quoting-options": message(UNREACHABLE, 13, UNUSED + bytes(with_options)),
        "unreachable-quoting-a-fragment": message(UNREACHABLE, 13, UNUSED + bytes(ip4(frag=5) / b"fragment")),
        "source-quench": message(SOURCE_QUENCH, 0, UNUSED + original),
    }
    for name, objects in EXTENSIONS.items():
        structure = extension_structure(*objects)
        found[f"unreachable-extension-{name}"] = message(UNREACHABLE, 1, extended(UNUSED, structure))
        found[f"time-exceeded-extension-{name}"] = message(TIME_EXCEEDED, 0, extended(UNUSED, structure))
        found[f"parameter-problem-extension-{name}"] = message(
            PARAMETER_PROBLEM, 0, extended(b"\x08\0\0\0", structure)
        )
    # Routers older than RFC 4884 left the length 0.
    unsized = UNUSED + quoted(128) + extension_structure(*EXTENSIONS["mpls"])
    return found | {"time-exceeded-extension-without-length": message(TIME_EXCEEDED, 0, unsized)}


def router_discovery() -> dict[str, bytes]:
    def advertisement(code: int, *routers: tuple[str, int]) -> bytes:
        entries = b"".join(inet_aton(address) + struct.pack("!i", level) for address, level in routers)
        return message(ADVERTISEMENT, code, struct.pack("!BBH", len(routers), 2, 1800) + entries)

    two = (("192.0.2.254", 0), ("192.0.2.253", -(2**31)))
    return {
        "router-advertisement": advertisement(0, two[0]),
        "router-advertisement-two": advertisement(0, *two),
        "router-advertisement-none": advertisement(0),
        "mobile-agent-advertisement": message(
            ADVERTISEMENT, 16, struct.pack("!BBH", 1, 2, 1800) + GATEWAY + UNUSED
            + bytes.fromhex("100a 0001 012c 8000") + inet_aton("192.0.2.250"),
        ),
        "router-solicitation": message(SOLICITATION, 0, UNUSED),
    }  # fmt: skip


def queries() -> dict[str, bytes]:
    times = struct.pack("!III", 43_200_001, 43_200_002, 0x80000003)
    route = struct.pack("!HHHHII", 0x1234, 3, 4, 0, 125_000, 1500)
    return {
        "timestamp": message(TIMESTAMP, 0, IDENT + times[:4] + bytes(8)),
        "timestamp-reply": message(TIMESTAMP_REPLY, 0, IDENT + times),
        "information-request": message(INFORMATION, 0, IDENT),
        "information-reply": message(INFORMATION_REPLY, 0, IDENT),
        "address-mask-request": message(MASK, 0, IDENT + bytes(4)),
        "address-mask-reply": message(MASK_REPLY, 0, IDENT + inet_aton("255.255.255.0")),
        "traceroute": message(TRACEROUTE, 0, route),
        "traceroute-discarded": message(TRACEROUTE, 1, route),
        "conversion-error": message(CONVERSION_ERROR, 1, struct.pack("!I", 12) + quoted()),
        "alternate-host-address": message(ALTERNATE_HOST, 0, GATEWAY),
    }


def rest_of_the_registry() -> dict[str, bytes]:
    """Types that are reserved, deprecated, for experiments or not assigned."""
    others = (1, 2, 7, 19, *range(20, 30), *range(32, 40), 41, 44, 128, 252, 253, 254, 255)
    return {f"type-{kind}": message(kind, 0, padded(b"rest of type %d" % kind, 16)) for kind in others}


def cases() -> list[Case]:
    packets = echoes() | errors() | router_discovery() | queries() | rest_of_the_registry()
    return group("icmp", packets, LINK / ip4(proto=1))
