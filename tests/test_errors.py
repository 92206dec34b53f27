"""Which class an error is: the project's own, and the built-in one that programmers catch."""

from __future__ import annotations

import pickle

import pytest
from capture_files import numbered, pcap
from processes import needs_root, run_python

import umpa_sniffing
from umpa_sniffing import from_file, from_file_loop, open_live, open_offline, sniff_loop, sniff_next
from umpa_sniffing.exceptions import (
    UMPAAttributeException,
    UMPAException,
    UMPANotPermittedException,
    UMPASniffingException,
    UMPATimeoutException,
)


@pytest.mark.parametrize(
    ("kind", "parents"),
    [
        (UMPAException, [Exception]),
        (UMPASniffingException, [UMPAException]),
        (UMPANotPermittedException, [UMPASniffingException, PermissionError]),
        (UMPATimeoutException, [UMPASniffingException, TimeoutError]),
        (UMPAAttributeException, [UMPAException, AttributeError]),
    ],
)
def test_the_tree_of_classes(kind, parents):
    for parent in parents:
        assert issubclass(kind, parent)
    assert kind.__doc__


def test_all_of_the_modules_exceptions_have_one_root():
    own = [kind for kind in vars(umpa_sniffing.exceptions).values() if isinstance(kind, type)]
    own = [kind for kind in own if issubclass(kind, BaseException) and not issubclass(kind, Warning)]
    assert len(own) >= 5
    for kind in own:
        assert issubclass(kind, UMPAException)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(3)))
    return path


def caught_from(call, *arguments, **keywords) -> BaseException:
    with pytest.raises(Exception) as caught:
        call(*arguments, **keywords)
    return caught.value


def closed_capture(path):
    capture = open_offline(path)
    capture.close()
    return capture


@pytest.mark.parametrize(
    ("make", "builtin"),
    [
        (lambda path: from_file_loop(path), TypeError),
        (lambda path: sniff_loop(1), TypeError),
        (lambda path: from_file(path, 0, "nonsense ("), ValueError),
        (lambda path: from_file(__file__), ValueError),
        (lambda path: next(closed_capture(path)), ValueError),
        pytest.param(lambda path: open_live("no-such-device"), OSError, marks=needs_root),
        pytest.param(lambda path: sniff_next("udp port 1", "lo", 50), TimeoutError, marks=needs_root),
    ],
)
def test_own_errors_are_built_in_errors_too(make, builtin, path):
    error = caught_from(make, path)
    assert isinstance(error, UMPASniffingException) and isinstance(error, builtin)


@pytest.mark.parametrize(
    ("make", "builtin"),
    [
        (lambda path: from_file(path, -1), ValueError),
        (lambda path: from_file(path, "1"), TypeError),
        (lambda path: from_file("a\0"), ValueError),
        (lambda path: umpa_sniffing.Packet(3), TypeError),
    ],
)
def test_wrong_arguments_are_plain_errors(make, builtin, path):
    assert type(caught_from(make, path)) is builtin


def test_a_missing_field(path):
    packet = from_file(path)[0]
    for missing in (lambda: packet.udp.nonsense, lambda: packet.ip.srcport):
        error = caught_from(missing)
        assert isinstance(error, UMPAAttributeException) and isinstance(error, AttributeError)
    assert not hasattr(packet.udp, "nonsense")
    assert isinstance(caught_from(lambda: packet.tcp), AttributeError)


def test_exceptions_that_end_from_file_have_packets(tmp_path):
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap(numbered(4))[:-1])
    error = caught_from(from_file, path)
    assert type(error.packets) is umpa_sniffing.PacketList and len(error.packets) == 3
    assert list(caught_from(from_file, tmp_path / "missing").packets) == []


def test_warnings_turned_into_errors_have_packets_too(tmp_path):
    """A signal's handler, a warning, an interrupt: whatever ends a call carries what came."""
    told = run_python(
        """
        import json, os, signal, sys, threading, time, umpa_sniffing

        def handler(number, frame):
            raise Warning("turned into an error")

        signal.signal(signal.SIGUSR1, handler)
        os.mkfifo(sys.argv[1])

        def write():
            with open(sys.argv[1], "wb", buffering=0) as writer:
                from capture_files import numbered, pcap
                writer.write(pcap(numbered(5)))
                time.sleep(0.5)
                os.kill(os.getpid(), signal.SIGUSR1)
                time.sleep(0.5)

        threading.Thread(target=write).start()
        try:
            umpa_sniffing.from_file(sys.argv[1])
        except Warning as warning:
            print(json.dumps(len(warning.packets)))
        """,
        tmp_path / "fifo",
    )
    assert told == 5


def test_errors_survive_pickling(path):
    for error in (caught_from(from_file, path, 0, "nonsense ("), caught_from(from_file, __file__)):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error) and str(again) == str(error)
