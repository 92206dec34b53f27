"""The worked example of docs/adding-a-protocol.rst, built as it stands there and looked at."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import frames
from frames import checksum

TOP = Path(__file__).resolve().parent.parent
PAGE = (TOP / "docs" / "adding-a-protocol.rst").read_text()

HELLO = bytes.fromhex("20000000 00010002 0069 00130004 00000007 00160002 abcd")
REGISTER = bytes.fromhex("21000000 40000000") + frames.ipv4(b"what it carries is not covered")
OLD = bytes.fromhex("10000000")

LOOK = """
import sys
from umpa_sniffing import Packet
for line in sys.stdin:
    packet = Packet(bytes.fromhex(line))
    if "pim" in packet:
        print(packet.pim, packet.pim.type_name, packet.pim.checksum_ok, packet.protos[2].layer, sep="\\n")
    else:
        print(packet.stopped)
"""


def frame(message: bytes, covered: int) -> bytes:
    message = message[:2] + checksum(message[:covered]).to_bytes(2, "big") + message[4:]
    return frames.ethernet(frames.ipv4(message, 103))


def c_file() -> str:
    """The page's C blocks, one behind the other."""
    blocks = re.findall(r"^\.\. code-block:: c\n\n((?:    .*\n|\n)+)", PAGE, re.MULTILINE)
    assert len(blocks) == 6
    return "\n".join(textwrap.dedent(block).strip() + "\n" for block in blocks)


def printed_tree() -> str:
    (block,) = re.findall(r"((?:^    (?:\+-<|\||\\-<).*\n)+)", PAGE, re.MULTILINE)
    return textwrap.dedent(block)


def test_the_worked_example(tmp_path):
    for name in ("csrc", "umpa_sniffing"):
        shutil.copytree(TOP / name, tmp_path / name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.rst", "LICENSE"):
        shutil.copy(TOP / name, tmp_path)
    (tmp_path / "csrc/decode/protocols/pim.c").write_text(c_file())
    with (tmp_path / "csrc/decode/protocol_list.h").open("a") as list_of_protocols:
        list_of_protocols.write("PROTOCOL(pim)\n")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("UMPA_")}
    build = subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
        cwd=tmp_path,
        env=environment | {"UMPA_WERROR": "1"},
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stderr
    shown = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=tmp_path,
        input="\n".join(each.hex() for each in (frame(HELLO, 99), frame(REGISTER, 8), frame(OLD, 4))),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    hello, register = shown.split("<umit.umpa.protocols.PIM.PIM object at")[:2]
    assert hello == printed_tree()
    assert register.partition("\n")[2].startswith("hello\nTrue\n3\n+-< PIM")
    assert "\nregister\nTrue\n3\nStopped(layer='PIM', reason='wrong version number')\n" in shown
