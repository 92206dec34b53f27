"""Networks of virtual devices, made with ip(8)."""

from __future__ import annotations

import subprocess

import pytest
from traffic import own_network

# v0 and v1 are up, of half0 and half1 only the first is, down0 is not; lo is up already
LINKS = """
    link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
    link add half0 type veth peer name half1
    link add down0 address 02:00:00:00:00:03 type veth peer name down1
    link set v0 addrgenmode none
    link set v0 up
    link set v1 up
    link set half0 up
    address add 10.1.0.1/24 broadcast + dev v0
    address add 10.2.0.1/16 dev v0
    address add 10.3.0.1 peer 10.3.0.2/32 dev v0
    address add 10.4.0.1/32 dev v0
    address add 10.5.0.1/25 dev v1
    address add 10.6.0.1/22 broadcast 10.6.3.255 dev down0
    address add fd01::1/64 dev v0 nodad
    address add fd02::1 peer fd02::2/64 dev v0 nodad
"""


def ip(*arguments) -> str:
    done = subprocess.run(["ip", *arguments], capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def make_links(commands: str) -> None:
    for line in commands.strip().splitlines():
        ip(*line.split())


@pytest.fixture
def network():
    with own_network():
        make_links(LINKS)
        yield
