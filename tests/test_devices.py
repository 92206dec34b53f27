"""devices(), what it tells of each device, and can_capture(): ip(8) and tcpdump are the judges."""

from __future__ import annotations

import copy
import doctest
import inspect
import ipaddress
import json
import os
import pickle
import re
import socket
import subprocess
from pathlib import Path

import links
import pytest
from links import ip, make_links
from processes import needs_root
from traffic import Chatter, own_network

import umpa_sniffing
from umpa_sniffing import can_capture, device_list, devices, get_available_devices, open_live, sniff
from umpa_sniffing.exceptions import UMPADeviceException

pytestmark = needs_root

network = links.network


def interfaces() -> dict[str, dict]:
    return {each["ifname"]: each for each in json.loads(ip("-json", "address"))}


@pytest.mark.usefixtures("network")
def test_mac_and_addresses_are_those_that_ip_shows():
    expected, told = {}, {}
    for name, interface in interfaces().items():
        device = devices()[name]
        expected[name] = (
            interface["address"],
            {
                (info["local"], info["prefixlen"], info.get("broadcast"), info.get("address"))
                for info in interface["addr_info"]
            },
        )
        told[name] = (
            device.mac,
            {
                (str(address), address.prefixlen, address.broadcast, address.peer)
                for address in device.addresses
            },
        )
    assert told == expected
    assert len(told["v0"][1]) >= 6 and len(told["half1"][1]) == 0


@pytest.mark.usefixtures("network")
def test_a_peer_is_not_told_as_a_broadcast_address():
    ip("address", "add", "10.9.0.1", "peer", "10.9.0.2/24", "dev", "v1")
    [address] = (each for each in devices()["v1"].addresses if each == "10.9.0.1")
    assert (address.prefixlen, address.broadcast) == (24, None)


@pytest.mark.usefixtures("network")
def test_masks_and_addresses_are_what_ipaddress_reads():
    addresses = [address for device in devices() for address in device.addresses]
    assert len(addresses) > 8
    for address in addresses:
        interface = ipaddress.ip_interface(f"{address}/{address.prefixlen}")
        assert interface.ip == ipaddress.ip_address(address)
        assert interface.netmask == ipaddress.ip_address(address.netmask)
    assert devices()["v0"].addresses[0].netmask == "255.255.255.0"


@pytest.mark.skipif(not Path("/dev/net/tun").exists(), reason="no /dev/net/tun for a device without a MAC")
def test_a_point_to_point_device():
    with own_network():
        make_links("""
            tuntap add mode tun name tun0
            link set tun0 up
            address add 10.7.0.1 peer 10.7.0.2/30 dev tun0
            address add 10.8.0.1/24 dev tun0
        """)
        device = devices()["tun0"]
        assert device.mac is None and device.link_types == ["RAW"]
        assert repr(device.addresses) == "(10.7.0.1 peer 10.7.0.2/30, 10.8.0.1/24)"
        assert [address.broadcast for address in device.addresses] == [None, None]


def tcpdump(*arguments: str) -> str:
    done = subprocess.run(["tcpdump", *arguments], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@pytest.mark.usefixtures("network")
def test_order_descriptions_and_flags_are_those_that_tcpdump_lists():
    expected, told = [], []
    for line in tcpdump("-D").splitlines():
        name, description, flags = re.fullmatch(r"\d+\.(\S+)(?: \((.*)\))? \[(.*)\]", line).groups()
        expected.append((name, description, set(flags.lower().split(", ")) - {"none"}))
    for device in devices():
        flags = {name for name in ("up", "running", "loopback", "wireless") if getattr(device, name)}
        flags |= {None: set(), True: {"connected"}, False: {"disconnected"}}[device.connected]
        told.append((device.name, device.description, flags))
    assert told == expected


@pytest.mark.usefixtures("network")
def test_flags_are_true_false_or_none():
    listed = devices()
    v0, half0, down0, lo = (listed[name] for name in ("v0", "half0", "down0", "lo"))
    assert (v0.up, v0.running, v0.connected, v0.loopback, v0.wireless) == (True, True, True, False, False)
    assert (half0.up, half0.running, half0.connected) == (True, False, False)
    assert (down0.up, down0.running, down0.connected) == (False, False, False)
    assert (lo.up, lo.running, lo.connected, lo.loopback) == (True, True, None, True)
    assert (listed["any"].up, listed["any"].connected) == (True, None)
    names = {name for _, name in socket.if_nameindex()}
    for device in listed:
        if device not in names and device != "any":
            assert device.up is None and device.running is None, "who knows?"


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("name", ["v0", "lo", "any"])
def test_link_types_are_those_that_tcpdump_lists(name):
    listed = re.findall(r"^  (\w+)", tcpdump("-L", "-i", name), flags=re.M)
    assert listed and devices()[name].link_types == listed


@pytest.mark.usefixtures("network")
def test_link_types_of_a_device_that_cannot_be_opened():
    down0 = devices()["down0"]
    with pytest.raises(UMPADeviceException, match="'down0': the device is down"):
        print(down0.link_types)
    ip("link", "delete", "down0")
    with pytest.raises(UMPADeviceException, match=r"'down0': no such device; there are: .*v0"):
        print(down0.link_types)


@pytest.mark.usefixtures("network")
def test_a_device_is_its_name():
    lo = devices()["lo"]
    assert lo == "lo" and hash(lo) == hash("lo") and f"{lo}" == str(lo) == lo.name
    assert type(lo.name) is str
    with Chatter() as chatter:
        assert len(sniff(2, chatter.filter, lo)) == 2
        with open_live(lo, filter=chatter.filter) as capture:
            next(capture)
        with pytest.raises(umpa_sniffing.UMPASniffingException) as caught:
            sniff(1, chatter.filter, devices()["down0"])
    assert caught.value.filename == "down0" and "<Device" not in str(caught.value)


@pytest.mark.usefixtures("network")
def test_devices_and_addresses_do_not_change():
    device = devices()["v0"]
    address = device.addresses[0]
    for each, name in [(device, "mac"), (device, "other"), (device, "link_types"), (address, "peer")]:
        with pytest.raises(AttributeError, match=name):
            setattr(each, name, None)
        with pytest.raises(AttributeError, match=name):
            delattr(each, name)
    assert device.mac == "02:00:00:00:00:01"


def everything(device) -> tuple:
    facts = [getattr(device, name) for name in type(device).__slots__]
    nested = [everything(address) for address in getattr(device, "addresses", [])]
    return type(device), str(device), facts, nested


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_copies_and_pickles_know_as_much(copied):
    for device in devices():
        assert everything(copied(device)) == everything(device)
    assert repr(copied(devices())) == repr(devices())


@pytest.mark.usefixtures("network")
def test_the_list_is_indexed_by_number_slice_and_name():
    listed = devices()
    assert listed == get_available_devices() and "v0" in listed
    assert listed[0] == listed[listed[0]] and type(listed[:2]) is type(listed)
    with pytest.raises(KeyError, match=r"no device 'v9'; there are: .*v0"):
        print(listed["v9"])
    with pytest.raises(IndexError):
        print(listed[99])


TABLE = """\
name   flags                 MAC address        addresses                  description
lo     up running loopback   00:00:00:00:00:00  127.0.0.1/8
                                                ::1/128
v0     up running connected  02:00:00:00:00:01  10.1.0.1/24
                                                10.2.0.1/16
                                                10.3.0.1 peer 10.3.0.2/32
                                                10.4.0.1/32
                                                fd02::1 peer fd02::2/64
                                                fd01::1/64
down0  down disconnected     02:00:00:00:00:03  10.6.0.1/22
any    up running                                                          Pseudo-device that captures on all interfaces
"""  # noqa: E501


@pytest.mark.usefixtures("network")
def test_the_list_is_a_table():
    listed = devices()
    chosen = type(listed)(listed[name] for name in ("lo", "v0", "down0", "any"))
    assert f"{chosen}\n" == TABLE
    assert repr(listed["down0"]) == "<Device down0: down disconnected, 02:00:00:00:00:03, 10.6.0.1/22>"
    assert repr(type(listed)()) == "<DeviceList: no devices>"


def test_a_name_that_is_no_text():
    name = b"\xff\x1b[1mx"
    with own_network():
        ip("link", "add", name, "type", "veth", "peer", "name", "v1")
        ip("link", "set", name, "up")
        device = devices()[os.fsdecode(name)]
        assert os.fsencode(device.name) == name and device.name in get_available_devices()
        assert device.link_types[0] == "EN10MB" and can_capture(device) is True
        with pytest.raises(KeyError) as missing:
            devices()["no-such-device"]
        for shown in (repr(device), repr(devices()), can_capture("no-such-device"), missing.value.args[0]):
            assert r"\udcff\x1b[1mx" in shown and shown.isascii() and "\x1b" not in shown


def test_signatures_and_docs():
    assert str(inspect.signature(devices)) == "() -> 'DeviceList'"
    assert list(inspect.signature(can_capture).parameters) == ["device"]
    for owner in (device_list.Device, device_list.Address):
        for name in (name for name in dir(owner("x", **dict.fromkeys(owner.__slots__))) if name[0] != "_"):
            assert owner.__slots__.get(name) or inspect.getdoc(getattr(owner, name)), name


def test_the_examples_of_the_docstrings():
    with own_network():
        result = doctest.testmod(device_list, optionflags=doctest.ELLIPSIS)
    assert result.attempted > 2 and result.failed == 0


def test_umpas_path_has_them_too():
    import umit.umpa.sniffing

    assert umit.umpa.sniffing.devices is devices and umit.umpa.sniffing.can_capture is can_capture
