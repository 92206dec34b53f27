"""A network of this process' own: `lo`, and `near`, one end of a veth pair whose other end is a far host.

Nothing else is on it. It goes when the process ends, however it ends.
"""

import contextlib
import ctypes
import json
import os
import socket
import subprocess
import time
from pathlib import Path

CLONE_NEWNET = 0x40000000
PORT = 5000
BPF = f"udp dst port {PORT}"
LO, NEAR = "lo", "near"
ADDRESSES = {LO: "127.0.0.1", NEAR: "10.0.0.1"}
NOBODY = "02:00:00:00:00:99"  # a packet for it is shown to captures, then dropped
HEADERS = 14 + 20 + 8  # before the sender's stamp: the packet's number and when it was sent
PATIENCE_S = 20


def output(*command):
    return subprocess.run(
        [str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True
    ).stdout


class Network:
    def __init__(self, sender_program):
        self.sender_program = sender_program
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWNET)")
        Path("/proc/sys/net/ipv6/conf/default/disable_ipv6").write_text("1")
        pipes = dict.fromkeys(["stdin", "stdout"], subprocess.PIPE)
        self.far = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec cat"], **pipes)
        self.far.stdout.readline()
        self.on_far = ["nsenter", "--target", str(self.far.pid), "--net"]
        output("ip", "link", "set", LO, "up")
        output("ip", "link", "add", NEAR, "type", "veth", "peer", "name", "far", "netns", self.far.pid)
        output("ip", "link", "set", NEAR, "up")
        output(*self.on_far, "sysctl", "-q", "net.ipv6.conf.all.disable_ipv6=1")
        output(*self.on_far, "ip", "address", "add", "10.0.0.2/24", "dev", "far")
        output(*self.on_far, "ip", "link", "set", "far", "gso_max_segs", 1, "up")
        output(*self.on_far, "ip", "neighbour", "add", ADDRESSES[NEAR], "lladdr", NOBODY, "dev", "far")
        self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # never read
        self.receiver.bind((ADDRESSES[LO], PORT))

    @contextlib.contextmanager
    def sending(self, device, *, frame, rate=0, count=0):
        """A sender, until it has sent `count` packets, or for the while; its `report` comes afterwards."""
        prefix, together = ([], []) if device == LO else (self.on_far, ["together"])
        words = [self.sender_program, ADDRESSES[device], PORT, frame, rate, count, *together]
        sender = subprocess.Popen([*prefix, *map(str, words)], stdout=subprocess.PIPE, text=True)
        try:
            yield sender
        finally:
            if count == 0:
                sender.terminate()
            printed = sender.communicate()[0]
        sender.report = json.loads(printed)

    def send(self, device, *, frame, rate=0, count):
        """Sends them all; the sender's report."""
        before = arrived(device)
        with self.sending(device, frame=frame, rate=rate, count=count) as sender:
            pass
        eventually(lambda: arrived(device) - before >= count, "all packets arrive")
        return sender.report


def arrived(device):
    """Packets that the device has received. (/sys would tell of the network that the process came from.)"""
    lines = Path("/proc/thread-self/net/dev").read_text().splitlines()
    return next(int(line.split()[2]) for line in lines if line.split()[0] == f"{device}:")


def capturing_sockets():
    return len(Path("/proc/thread-self/net/packet").read_text().splitlines()) - 1


def eventually(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {PATIENCE_S} s")
        time.sleep(0.005)


def number(packet):
    """The sender's number of a packet, given as bytes."""
    return int.from_bytes(packet[HEADERS : HEADERS + 8], "big")


def sent_ns(packet):
    return int.from_bytes(packet[HEADERS + 8 : HEADERS + 16], "big")


def scratch():
    """A directory for captures: in memory where there is one, for no disk is measured here."""
    return "/dev/shm" if os.path.isdir("/dev/shm") else None
