"""What happens to an interface before a capture, and during it."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable

import pytest
from hosts import Host, Sender, numbers, open_cable
from processes import needs_root
from traffic import payload_number, wait_until_capturing
from waiting_calls import NEVER

from umpa_sniffing import open_live, sniff, sniff_loop, sniff_next, to_file
from umpa_sniffing.exceptions import UMPADeviceException, UMPASniffingException

pytestmark = needs_root


def assert_device_error(caught, number: int, *words: str) -> None:
    assert isinstance(caught.value, UMPADeviceException)
    assert isinstance(caught.value, OSError) and isinstance(caught.value, UMPASniffingException)
    assert caught.value.errno == number
    assert all(word in str(caught.value) for word in words), str(caught.value)


def soon(action: Callable[[], object]) -> threading.Timer:
    """While the main thread waits for a packet."""
    timer = threading.Timer(0.2, action)
    timer.start()
    return timer


def delete(here: Host) -> None:
    here.unplug()


def take_down_and_delete(here: Host) -> None:
    here.link("down")
    threading.Event().wait(0.2)  # the reader hears of it
    here.unplug()


def move_away(here: Host) -> None:
    elsewhere = Host("10.0.0.3")
    here.link("netns", elsewhere.path)
    os.close(elsewhere.namespace)


# Down, and up again


def test_an_interface_set_down_and_up_goes_on(cable):
    here, _, sender = cable
    with open_cable() as capture:
        sender.send(3)
        assert numbers(capture, 3) == [0, 1, 2]
        for first in (3, 6):
            here.link("down")
            with pytest.raises(OSError):
                sender.send()
            here.link("up")
            sender.send(3)
            assert numbers(capture, 3) == [first, first + 1, first + 2]
        assert capture.stats().received == capture.delivered == 9


def test_an_interface_that_is_down_is_waited_for(cable):
    here, _, sender = cable
    with open_cable() as capture:
        here.link("down")
        timer = soon(lambda: (here.link("up"), sender.send(2)))
        assert numbers(capture, 2) == [0, 1]
        timer.join()


# Gone


@pytest.mark.parametrize("fault", [delete, take_down_and_delete, move_away])
def test_an_interface_that_goes_ends_a_waiting_capture(cable, fault):
    here, _, sender = cable
    with open_cable() as capture:
        sender.send(3)
        assert numbers(capture, 3) == [0, 1, 2]
        timer = soon(lambda: fault(here))
        with pytest.raises(OSError) as caught:
            next(capture)
        timer.join()
        assert_device_error(caught, errno.ENODEV, "'veth'", "disappeared")
        assert list(capture) == []
        assert capture.stats().delivered == 3


@pytest.mark.parametrize("fault", [delete, take_down_and_delete, move_away])
def test_the_packets_before_an_interface_went_are_delivered(cable, fault):
    here, _, sender = cable
    with open_cable() as capture:
        sender.send(3)
        fault(here)
        assert numbers(capture, 3) == [0, 1, 2]
        with pytest.raises(OSError) as caught:
            next(capture)
        assert_device_error(caught, errno.ENODEV, "'veth'", "disappeared")


def functions(dump):
    return {
        "sniff": lambda: sniff(0, Sender.filter, "veth"),
        "sniff_next": lambda: sniff_next(NEVER, "veth"),
        "sniff_loop": lambda: sniff_loop(0, Sender.filter, "veth", callback=lambda *_: None),
        "to_file": lambda: to_file(dump, 0, Sender.filter, "veth"),
    }


@pytest.mark.parametrize("function", functions(""))
def test_a_deleted_interface_ends_every_function_with_its_packets(cable, function, tmp_path):
    here, _, sender = cable

    def delete_when_capturing():
        wait_until_capturing(os.getpid())
        sender.send(3)
        here.unplug()

    thread = threading.Thread(target=delete_when_capturing)
    thread.start()
    with pytest.raises(OSError) as caught:
        functions(tmp_path / "dump.pcap")[function]()
    thread.join()
    assert_device_error(caught, errno.ENODEV, "'veth'", "disappeared")
    if function == "sniff":
        assert [payload_number(packet) for packet in caught.value.packets] == [0, 1, 2]
    elif function == "sniff_next":
        assert caught.value.packets == []
    else:
        assert caught.value.delivered == 3


def test_another_interface_of_the_same_name_is_not_the_same(cable):
    here, there, _ = cable
    with open_cable() as capture:
        here.unplug()
        here.plug(there)
        with pytest.raises(OSError) as caught:
            next(capture)
        assert_device_error(caught, errno.ENODEV, "'veth'", "disappeared")


def test_any_goes_on_without_the_interface_that_went(cable):
    here, _, sender = cable
    with open_cable("any") as capture:
        sender.send(2)
        assert numbers(capture, 2) == [0, 1]
        here.unplug()
        with here.sender("lo") as local:
            local.sent = 2
            local.send()
            assert numbers(capture, 1) == [2]


# Renamed


def test_an_interface_renamed_while_it_is_up_goes_on(cable):
    here, _, sender = cable
    with open_cable() as capture:
        sender.send()
        assert numbers(capture, 1) == [0]
        here.rename("other")
        sender.send(3)
        assert numbers(capture, 3) == [1, 2, 3]
        here.unplug()
        with pytest.raises(OSError) as caught:
            next(capture)
        assert_device_error(caught, errno.ENODEV, "'veth'", "disappeared")


def test_an_interface_renamed_while_it_is_down_goes_on(cable):
    here, _, sender = cable
    with open_cable() as capture:
        for name in ("other", "third"):
            here.link("down")
            here.rename(name)
            here.link("up")
            sender.send(3)
            assert numbers(capture, 3) == list(range(sender.sent - 3, sender.sent))
        here.unplug()
        with pytest.raises(OSError) as caught:
            next(capture)
        assert_device_error(caught, errno.ENODEV, "'veth'", "disappeared")


# Read elsewhere


def test_a_capture_is_read_from_another_network(cable):
    here, there, sender = cable
    with open_cable() as capture, there.inside():
        sender.send(3)
        assert numbers(capture, 3) == [0, 1, 2]
        here.unplug()
        with pytest.raises(OSError) as caught:
            next(capture)
        assert_device_error(caught, errno.ENODEV, "'veth'", "disappeared")


# At the opening


def test_an_interface_that_is_down_when_it_is_opened(cable, tmp_path):
    here, _, _ = cable
    here.link("down")
    for name, function in functions(tmp_path / "dump.pcap").items():
        with pytest.raises(OSError) as caught:
            function()
        assert_device_error(caught, errno.ENETDOWN, "'veth'", "down", "ip link set veth up")
        assert not (tmp_path / "dump.pcap").exists(), name
    open_live("any").close()


def test_a_device_that_is_missing(cable):
    with pytest.raises(OSError) as caught:
        sniff(1, None, "no-such-device", 100)
    assert_device_error(caught, errno.ENODEV, "'no-such-device'", "there are:", "lo", "veth")


@pytest.mark.parametrize("device", ["lo", "veth", "any"])
def test_monitor_mode_where_there_is_none(cable, device):
    with pytest.raises(OSError) as caught:
        open_live(device, monitor=True)
    assert_device_error(caught, errno.EOPNOTSUPP, repr(device), "monitor mode")


def test_a_second_capture_of_the_same_device_sees_the_same(cable):
    _, _, sender = cable
    with open_cable() as one, open_cable() as other, open_cable("any") as all_devices:
        sender.send(20)
        for capture in (one, other, all_devices):
            assert numbers(capture, 20) == list(range(20))


def test_a_snaplen_of_one_byte_loses_no_packet(cable):
    """Libpcap filters the first ones itself, by what it has of them."""
    with open_live("veth", filter=Sender.filter, snaplen=1, timeout=20_000) as capture:
        assert capture.snaplen == 1
        for size in range(100):
            cable.sender.send(size=size)
        packets = [next(capture) for _ in range(100)]
    assert [(packet.caplen, packet.wire_len) for packet in packets] == [
        (1, 42 + len(str(size)) + size) for size in range(100)
    ]


@pytest.mark.parametrize("buffer_size", [0, 65535, 2**30 + 1, 2**31, 2**32, 2**64])
def test_a_buffer_out_of_bounds_is_told_with_the_bounds(buffer_size):
    with pytest.raises(ValueError, match=r"buffer_size must be 65536 to 1073741824"):
        open_live("lo", buffer_size=buffer_size)


@pytest.mark.parametrize("snaplen", [-1, 262145, 2**31, 2**64])
def test_a_snaplen_out_of_bounds_is_told_with_the_bounds(snaplen):
    with pytest.raises(ValueError, match=r"snaplen must be 0 to 262144"):
        open_live("lo", snaplen=snaplen)
