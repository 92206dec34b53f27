"""The functions' signatures, and what wrong arguments give."""

from __future__ import annotations

import inspect

import pytest
from capture_files import numbered, pcap, read_pcap
from processes import needs_root
from traffic import Chatter

import umpa_sniffing
from umpa_sniffing import (
    from_file,
    from_file_loop,
    open_live,
    open_offline,
    sniff,
    sniff_loop,
    sniff_next,
    to_file,
)
from umpa_sniffing.exceptions import UMPASniffingException

LIVE = "filter=None, device=None, timeout=0, snaplen=262144, promisc=True"
SIGNATURES = {
    "sniff": f"(count, {LIVE}, dump=None)",
    "sniff_next": f"({LIVE}, dump=None)",
    "sniff_any": "(dump=None)",
    "sniff_loop": f"(count=0, {LIVE}, dump=None, callback=None, callback_args=None)",
    "to_file": f"(fname, count, {LIVE}, format=None)",
    "from_file": "(filename, count=0, filter=None, *, merge=False, errors='raise')",
    "from_bytes": "(buffer, count=0, filter=None, *, errors='raise')",
    "from_file_loop": "(filename, count=0, filter=None, callback=None, callback_args=None, "
    "*, merge=False, errors='raise')",
    "get_available_devices": "()",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signature(name):
    signature = inspect.signature(getattr(umpa_sniffing, name))
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
    assert str(inspect.Signature(bare)) == SIGNATURES[name]
    assert inspect.getdoc(getattr(umpa_sniffing, name))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(3)))
    return path


HUGE = 10**30

TOO_LARGE = (ValueError, OverflowError)

COUNTS = [
    (-1, ValueError),
    (-HUGE, TOO_LARGE),
    (HUGE, TOO_LARGE),
    (1.5, TypeError),
    ("3", TypeError),
    (None, TypeError),
    ([], TypeError),
]
FILTERS = [
    ("no such filter", UMPASniffingException),
    ("port http and (", UMPASniffingException),
    ("udp\0tcp", ValueError),
    ("x" * 1_048_576, ValueError),
    ("udp or " * 149_796 + "udp", ValueError),
    (" " * 65_537, ValueError),
    ("\udc80", ValueError),
    (5, TypeError),
    (["udp"], TypeError),
]
PATHS = [
    ("a\0b", ValueError),
    (b"a\0b", ValueError),
    (None, TypeError),
    ({}, TypeError),
    (1.5, TypeError),
]
DEVICES = [("lo\0x", ValueError), ("x" * 1000, (ValueError, OSError)), ("", (ValueError, OSError)),
           ("no-such-device", UMPASniffingException), (5, TypeError), (["lo"], TypeError)]  # fmt: skip
TIMEOUTS = [
    (-1, ValueError),
    (HUGE, TOO_LARGE),
    ("5", TypeError),
    (None, TypeError),
]
SNAPLENS = [(-1, ValueError), (262_145, ValueError), (2**31, TOO_LARGE),
            (2**32 + 1, TOO_LARGE), (HUGE, TOO_LARGE),
            (1.5, TypeError), ("64", TypeError), (None, TypeError)]  # fmt: skip


def labels(cases) -> list[str]:
    return [repr(value)[:24].replace("\0", "0") for value, _ in cases]


def cases(name: str, table):
    return pytest.mark.parametrize((name, "expected"), table, ids=labels(table))


def raises_clearly(expected, call, *arguments, mentions: str = "", **keywords) -> None:
    with pytest.raises(expected) as caught:
        call(*arguments, **keywords)
    assert len(str(caught.value)) > 8, "the error says what was wrong"
    assert len(str(caught.value)) < 2000, "nor does it print a megabyte back"
    assert mentions in str(caught.value)


@cases("count", COUNTS)
def test_bad_count(path, count, expected):
    raises_clearly(expected, from_file, path, count, mentions="count")
    raises_clearly(expected, from_file_loop, path, count, callback=print, mentions="count")
    raises_clearly(expected, open_offline, path, count=count, mentions="count")
    raises_clearly(expected, sniff, count, None, "lo", 1, mentions="count")
    raises_clearly(expected, sniff_loop, count, None, "lo", 1, callback=print, mentions="count")
    raises_clearly(expected, to_file, path.with_suffix(".new"), count, None, "lo", 1, mentions="count")
    raises_clearly(expected, open_live, "lo", count=count, mentions="count")
    assert not path.with_suffix(".new").exists()


@cases("filter", FILTERS)
def test_bad_filter_on_a_file(path, filter, expected):
    raises_clearly(expected, from_file, path, 0, filter)
    raises_clearly(expected, from_file_loop, path, 0, filter, print)
    raises_clearly(expected, open_offline, path, filter=filter)


@needs_root
@cases("filter", FILTERS)
def test_bad_filter_on_a_device(path, filter, expected):
    new = path.with_suffix(".new")
    raises_clearly(expected, sniff, 1, filter, "lo", 100)
    raises_clearly(expected, sniff_next, filter, "lo", 100)
    raises_clearly(expected, sniff_loop, 1, filter, "lo", 100, dump=new, callback=print)
    raises_clearly(expected, to_file, new, 1, filter, "lo", 100)
    raises_clearly(expected, open_live, "lo", filter=filter)
    assert not new.exists()


def test_a_bad_filter_is_told_with_libpcaps_words(path):
    with pytest.raises(UMPASniffingException) as caught:
        from_file(path, 0, "udp port frobnicate")
    assert isinstance(caught.value, ValueError)
    assert "udp port frobnicate" in str(caught.value)
    assert "unknown port" in str(caught.value)
    with pytest.raises(UMPASniffingException, match="syntax error"):
        from_file(path, 0, "udp )")


def test_a_filter_of_64_kib_is_the_longest(path):
    longest = "udp dst port 54".ljust(65_536)
    assert len(from_file(path, 0, longest)) == 1
    raises_clearly(ValueError, from_file, path, 0, longest + " ", mentions="65536")


@cases("file", PATHS)
def test_bad_path(file, expected):
    raises_clearly(expected, from_file, file)
    raises_clearly(expected, from_file_loop, file, callback=print)
    raises_clearly(expected, open_offline, file)
    raises_clearly(expected, to_file, file, 1, None, "no-such-device", 100)
    if file is not None:
        raises_clearly(expected, sniff, 1, None, "no-such-device", 100, dump=file)
        raises_clearly(expected, sniff_loop, 1, None, "no-such-device", 100, dump=file, callback=print)


@needs_root
@cases("device", DEVICES)
def test_bad_device(tmp_path, device, expected):
    raises_clearly(expected, sniff, 1, None, device, 100)
    raises_clearly(expected, sniff_next, None, device, 100)
    raises_clearly(expected, sniff_loop, 1, None, device, 100, callback=print)
    raises_clearly(expected, to_file, tmp_path / "new", 1, None, device, 100)
    raises_clearly(expected, open_live, device)
    assert not (tmp_path / "new").exists()


@needs_root
@cases("timeout", TIMEOUTS)
def test_bad_timeout(tmp_path, timeout, expected):
    raises_clearly(expected, sniff, 1, None, "lo", timeout, mentions="timeout")
    raises_clearly(expected, sniff_next, None, "lo", timeout, mentions="timeout")
    raises_clearly(expected, sniff_loop, 1, None, "lo", timeout, callback=print, mentions="timeout")
    raises_clearly(expected, to_file, tmp_path / "new", 1, None, "lo", timeout, mentions="timeout")
    raises_clearly(expected, open_live, "lo", timeout=timeout, mentions="timeout")
    assert not (tmp_path / "new").exists()


@needs_root
@cases("snaplen", SNAPLENS)
def test_bad_snaplen(tmp_path, snaplen, expected):
    raises_clearly(expected, sniff, 1, None, "lo", 100, snaplen, mentions="snaplen")
    raises_clearly(expected, sniff_next, None, "lo", 100, snaplen, mentions="snaplen")
    raises_clearly(expected, sniff_loop, 1, None, "lo", 100, snaplen, callback=print, mentions="snaplen")
    raises_clearly(expected, to_file, tmp_path / "new", 1, None, "lo", 100, snaplen, mentions="snaplen")
    raises_clearly(expected, open_live, "lo", snaplen=snaplen, mentions="snaplen")
    assert not (tmp_path / "new").exists()


@needs_root
@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        *[(name, bad) for name in ("to_ms", "buffer_size") for bad in (-1, HUGE, "10")],
        ("no_such_option", 1),
    ],
)
def test_bad_options_of_open_live(keyword, value):
    raises_clearly(
        (ValueError, TypeError, OverflowError),
        open_live,
        "lo",
        mentions=keyword,
        **{keyword: value},
    )


@pytest.mark.parametrize("function", [sniff, to_file, from_file, from_file_loop, open_offline])
def test_missing_arguments(function):
    raises_clearly((TypeError, UMPASniffingException), function)


def test_surplus_arguments(path):
    raises_clearly(TypeError, from_file, path, 0, None, None, None)
    raises_clearly(TypeError, umpa_sniffing.sniff_any, None, "lo")
    raises_clearly(TypeError, open_offline, path, "udp", 3)


@needs_root
@pytest.mark.parametrize("timeout", [2**31, 2**32 + 1, 2**39])
def test_very_long_timeouts_are_no_short_ones(timeout, tmp_path):
    """Nor do they overflow: the capture below ends by its count."""
    with Chatter() as chatter:
        assert len(sniff(2, chatter.filter, "lo", timeout)) == 2
        assert to_file(tmp_path / "new", 2, chatter.filter, "lo", timeout) == 2
    assert len(read_pcap(tmp_path / "new")) == 2


def test_counts_beyond_32_bits(path):
    assert len(from_file(path, 2**32 + 1)) == 3
    assert len(from_file(path, 2**63 - 1)) == 3
