"""The tutorial, typed line by line into a real IPython, with a real server on 127.0.0.1's port 80.

What is typed differs from the tutorial's text only where that has slips: `import umit.umpa.sniffing`
comes first, 3 packets are asked for, `callback=callback_func`, and print is a function. What is
printed must be the tutorial's text, with the values that vary taken from the packets that a tcpdump
beside it saw.
"""

from __future__ import annotations

import re
import socket
import sys
import threading
import time
from pathlib import Path

import pytest
from capture_files import Record, read_pcap
from golden_text import masked
from processes import environment, needs_root
from traffic import Witness, eventually, is_capturing, own_network
from tutorial_trees import tutorial_trees, with_values_of

pexpect = pytest.importorskip("pexpect")
pytest.importorskip("IPython")

pytestmark = [
    needs_root,
    # pytest's own watchdog is the other thread
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

FILTER = 'filter="src host 127.0.0.1 and port 80"'
OUR_PACKETS = Path("/tmp/our_packets.cap")
TIME_LINE = re.compile(r"^\[(\d+\.\d{6})\] Captured a new packet\.\.$", re.M)


class WebConnection:
    """A server on port 80 that only listens, and a client of it, connected."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 80))
        self.client = socket.create_connection(("127.0.0.1", 80))
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.accepted, _ = self.server.accept()
        self.received = b""
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        while data := self.accepted.recv(4096):
            self.received += data

    def send(self, text: str) -> None:
        """Returns once the server has it, and has acknowledged it."""
        wanted = self.received + text.encode()
        self.client.sendall(text.encode())
        eventually(lambda: self.received == wanted, "the server receives")
        eventually(lambda: self._unacknowledged() == 0, "the server acknowledges")

    def _unacknowledged(self) -> int:
        tcpi_unacked_offset = 24
        info = self.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        return int.from_bytes(info[tcpi_unacked_offset : tcpi_unacked_offset + 4], sys.byteorder)

    def close(self) -> None:
        self.client.close()
        self.reader.join()
        self.accepted.close()
        self.server.close()


class IPython:
    def __init__(self, home: Path) -> None:
        flags = ["--simple-prompt", "--no-banner", "--no-confirm-exit", "--colors=NoColor",
                 "--HistoryManager.enabled=False", "--InteractiveShell.xmode=Plain"]  # fmt: skip
        self.child = pexpect.spawn(
            sys.executable, ["-m", "IPython", *flags],
            env=environment() | {"IPYTHONDIR": str(home), "TERM": "dumb", "HOME": str(home)},
            encoding="utf-8", timeout=30, dimensions=(100, 400), echo=False,
        )  # fmt: skip
        self.number = 0
        self.next_prompt()

    def next_prompt(self) -> str:
        """What was printed until the next prompt, without the empty lines around it."""
        self.child.expect(r"In \[(\d+)\]: ")
        self.number = int(self.child.match[1])
        text = self.child.before.replace("\r\n", "\n")
        return re.sub(r"^(?: *\.\.\.: )+", "", text).strip("\n")

    def start(self, *lines: str) -> None:
        for line in lines:
            self.child.sendline(line)
            if len(lines) > 1:
                self.child.expect_exact("...: ") if line else None

    def type(self, *lines: str) -> str:
        self.start(*lines)
        return self.next_prompt()

    def wait_until_capturing(self) -> None:
        eventually(lambda: is_capturing(self.child.pid), "IPython captures")

    def close(self) -> None:
        self.child.close(force=True)


@pytest.fixture
def network():
    """Another server on port 80, and what else the machine's loopback carries, stay outside."""
    with own_network():
        yield


@pytest.fixture
def web(network):
    connection = WebConnection()
    yield connection
    connection.close()


@pytest.fixture
def witness(tmp_path, web):
    tcpdump = Witness(tmp_path / "witness.pcap", "src host 127.0.0.1 and port 80")
    yield tcpdump
    tcpdump.close()


@pytest.fixture
def ipython(tmp_path, network):
    assert not OUR_PACKETS.exists(), f"{OUR_PACKETS} is in the way"
    shell = IPython(tmp_path / "ipython")
    yield shell
    shell.close()
    OUR_PACKETS.unlink(missing_ok=True)


def expected_trees(example: str, packets: list[Record]) -> list[str]:
    trees = tutorial_trees(example)
    return [with_values_of(tree, packet.data) for tree, packet in zip(trees, packets, strict=False)]


def test_the_tutorial(ipython, web, witness):
    assert ipython.type("import umit.umpa.sniffing") == ""
    assert ipython.type("from umit.umpa.sniffing import sniff") == ""

    # The first step
    ipython.start(f'packets = umit.umpa.sniffing.sniff(3, {FILTER}, device="lo")')
    ipython.wait_until_capturing()
    web.send("this is\n")
    web.send("umpa umpa\n")
    assert ipython.next_prompt() == ""
    assert ipython.type("len(packets)").split() == [f"Out[{ipython.number - 1}]:", "3"]
    printed = ipython.type("for pkt in packets:", "    print(pkt)", "")
    seen = witness.next_packets(4)
    assert masked(printed) == "".join(expected_trees("sniff", seen)).strip("\n")

    # Callbacks
    ipython.type(
        "def callback_func(timestamp, pkt, *args):",
        '    print("[%f] Captured a new packet.." % timestamp)',
        "    print(pkt)",
        "    print()",
        "",
    )
    ipython.start(f'umit.umpa.sniffing.sniff_loop(3, callback=callback_func, {FILTER}, device="lo")')
    ipython.wait_until_capturing()
    web.send("callback\n")
    web.send("umpa umpa\n")
    printed = masked(ipython.next_prompt())
    seen = witness.next_packets(4)
    stamps = [float(text) for text in TIME_LINE.findall(printed)]
    assert stamps == pytest.approx([packet.timestamp_ns / 1e9 for packet in seen[:3]], abs=0.25)
    assert stamps == sorted(stamps)
    printed = re.sub(r"^\[\d+\.\d{6}\] ", "[TIME] ", printed, flags=re.M)
    assert printed == "\n".join(
        f"[TIME] Captured a new packet..\n{tree}" for tree in expected_trees("sniff_loop", seen)
    ).strip("\n")

    # Dealing with files
    ipython.start(f'umit.umpa.sniffing.to_file(\'{OUR_PACKETS}\', 3, "src host 127.0.0.1 and port 80", "lo")')
    ipython.wait_until_capturing()
    web.send("this is\n")
    web.send("umpa umpa\n")
    assert ipython.next_prompt().split() == [f"Out[{ipython.number - 1}]:", "3"]
    seen = witness.next_packets(4)[:3]
    written = read_pcap(OUR_PACKETS)
    assert [(each.data, each.wire_len) for each in written] == [(each.data, each.wire_len) for each in seen]

    assert ipython.type(f"packets = umit.umpa.sniffing.from_file('{OUR_PACKETS}')") == ""
    printed = ipython.type("for pkt in packets:", "    print(pkt)", "")
    assert masked(printed) == "".join(expected_trees("sniff", seen)).strip("\n")
    printed = ipython.type(f"umit.umpa.sniffing.from_file_loop('{OUR_PACKETS}', callback=callback_func)")
    stamps = [float(text) for text in TIME_LINE.findall(printed)]
    assert stamps == pytest.approx([packet.timestamp_ns / 1e9 for packet in written], abs=2e-6)


def test_ctrl_c(ipython, web, witness):
    ipython.type("import umit.umpa.sniffing, sys")
    ipython.start('umit.umpa.sniffing.sniff(3, filter="port 80 and host 127.0.0.9", device="lo")')
    ipython.wait_until_capturing()
    start = time.monotonic()
    ipython.child.sendintr()
    assert "KeyboardInterrupt" in ipython.next_prompt()
    assert time.monotonic() - start < 3
    assert ipython.type("type(sys.last_value).__name__, len(sys.last_value.packets)").endswith(
        "('KeyboardInterrupt', 0)"
    )

    ipython.start(f'packets = umit.umpa.sniffing.sniff(30, {FILTER}, device="lo")')
    ipython.wait_until_capturing()
    web.send("this is\n")
    web.send("umpa umpa\n")
    seen = witness.next_packets(4)
    time.sleep(0.5)
    ipython.child.sendintr()
    assert "KeyboardInterrupt" in ipython.next_prompt()
    printed = ipython.type("for pkt in sys.last_value.packets[:3]:", "    print(pkt)", "")
    assert masked(printed) == "".join(expected_trees("sniff", seen)).strip("\n")
    assert ipython.type("print(len(sys.last_value.packets))") == "4"
    if sys.version_info >= (3, 11):
        assert "4 packets were captured before: sys.last_value.packets" in ipython.type(
            "sys.last_value.__notes__"
        )

    ipython.start(f'packets = umit.umpa.sniffing.sniff(2, {FILTER}, device="lo")')
    ipython.wait_until_capturing()
    web.send("again\n")
    assert ipython.next_prompt() == ""
    assert ipython.type("print(len(packets))") == "2"


COMPLETE = """
from IPython.core.completer import provisionalcompleter
def complete(text):
    with provisionalcompleter():
        print(*(each.text for each in get_ipython().Completer.completions(text, len(text))))
"""


def test_tab_completion_names_layers_and_fields(ipython):
    ipython.type("import umit.umpa.sniffing")
    ipython.type(f"exec({COMPLETE!r})")
    path = str(Path(__file__).parent / "golden" / "sniff.pcap")
    ipython.type(f"packet = umit.umpa.sniffing.from_file({path!r})[0]")
    completed = ipython.type("complete('packet.')").split()
    assert {"ip", "tcp", "ethernet", "payload", "protos", "timestamp", "caplen"} <= {
        each.strip(".") for each in completed
    }
    completed = ipython.type("complete('packet.tcp.')").split()
    assert {"srcport", "dstport", "flags", "seq", "payload", "get_field"} <= {
        each.strip(".") for each in completed
    }
