"""What may stand on the command line: tcpdump's options, and the help that teaches them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence

import umpa_sniffing

# Options that are arguments of open_live() by this name. Absent when not given: its defaults hold.
LIVE_ARGUMENTS = {
    "buffer_size", "count", "datalink", "decode_as", "direction", "flush_interval", "immediate", "monitor",
    "promisc", "snaplen", "timeout", "timestamp_precision", "timestamp_type",
}  # fmt: skip

EXIT_STATUS = "exit status: 0 when done, also by Ctrl-C; 1 after an error, which is told; 2 for wrong usage."

TOP_HELP = f"""
examples:
  %(prog)s devices                        what there is to capture from
  %(prog)s sniff -i lo -c 10              ten packets, a line each
  %(prog)s sniff -i any -c 1 -v udp       one packet with all its fields
  %(prog)s dump -i lo -c 20 lo.pcap       twenty packets into a file
  %(prog)s read lo.pcap udp or icmp       what matches of a file
  %(prog)s info lo.pcap                   what is in a file, counted

COMMAND --help tells more. Live capture needs root, or capabilities, which the error without
them names; devices, read and info need nothing.

{EXIT_STATUS}
"""

FILTER_HELP = """
The words that remain are the filter; pcap-filter(7) has its whole language:
  host 192.0.2.7      src net 192.0.2.0/24      tcp dst port 80      udp portrange 5000-5999
  icmp or arp         not port 22               'tcp[13] & 2 != 0'   (quoted from the shell)
"""

DEVICES_HELP = f"""
examples:
  %(prog)s                     all; the first is what sniff and dump take without -i
  %(prog)s -L lo               the link types that lo offers, for -y

{EXIT_STATUS}
"""

SNIFF_HELP = f"""
examples:
  %(prog)s -i lo -c 10                       ten packets, a line each
  %(prog)s -i any udp port 53                DNS on all devices, until Ctrl-C
  %(prog)s -i lo -c 1 -v udp                 one packet with all its fields
  %(prog)s -i lo -c 3 -ttttX udp             with the date, and the bytes
  %(prog)s -i lo --timeout 500 -w lo.pcap    half a second, kept in a file as well
  %(prog)s -i lo udp | head -3               ends when its reader has enough
{FILTER_HELP}
At the end it tells, on stderr, how many packets were captured, how many the filter let through
in the kernel (which counts those on lo twice), and how many were dropped because nobody took
them in time: a larger -B, a smaller -s or a filter help against that.

{EXIT_STATUS}
"""

DUMP_HELP = f"""
examples:
  %(prog)s -i lo -c 100 lo.pcap                  a hundred packets
  %(prog)s -i any --timeout 1000 all.pcap        one second of all devices
  %(prog)s -i lo -v web.pcap udp or tcp port 80  until Ctrl-C, telling how many so far
  %(prog)s -i lo -s 96 -c 10 heads.pcap          only the first 96 bytes of each
  %(prog)s -i lo -c 5 - udp | tcpdump -r -       into a pipe
  %(prog)s -i lo -c 9 -G 3600 -W 24 day.pcapng.zst   one an hour, of which 24 stay
{FILTER_HELP}
The file is pcapng where its name ends so, else pcap with times in nanoseconds; .gz, .zst or .xz
behind that compresses it. It is whole whatever ends the capture; an existing one is replaced. A
packet is in it after 100 milliseconds, with -U at once.

{EXIT_STATUS}
"""

READ_HELP = f"""
examples:
  %(prog)s lo.pcap                     a line a packet
  %(prog)s lo.pcap udp or tcp port 80  what matches
  %(prog)s -c 1 -v lo.pcap             the first packet with all its fields
  %(prog)s -ttt lo.pcap                with the time since the packet before
  %(prog)s --decode-as udp.port==8472,vxlan lo.pcap      with VXLAN on a port of its own
  cat lo.pcap | %(prog)s - udp         from a pipe
  %(prog)s --merge -r lo.pcap -r eth.pcap udp    two files by their packets' times
  %(prog)s --follow lo.pcap            and what another program adds to it, until Ctrl-C

Files are pcap and pcapng, as they are or compressed by gzip, zstd or xz. -w writes such files: what
they are goes by their extension, .pcapng, else pcap; then .gz, .zst or .xz.
{FILTER_HELP}
{EXIT_STATUS}
"""


INFO_HELP = f"""
examples:
  %(prog)s lo.pcap             packets, bytes, times, rates, interfaces, comments, drops
  %(prog)s *.pcapng.zst        of several files

{EXIT_STATUS}
"""


class Layout(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34, width=100)


def program() -> str:
    name = os.path.basename(sys.argv[0])
    return f"{os.path.basename(sys.executable)} -m umpa_sniffing" if name == "__main__.py" else name


def kibibytes(text: str) -> int:
    if not 64 <= int(text) <= 1 << 20:
        raise argparse.ArgumentTypeError(f"must be 64 to {1 << 20} KiB, not {text}")
    return int(text) * 1024


class AddBinding(argparse.Action):
    """udp.port==8472,vxlan, as tshark's -d has it, into a dict for decode_as."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        number_space, _, rest = str(values).partition("==")
        number, comma, layer = rest.partition(",")
        try:
            key = number_space, int(number, 0)
        except ValueError:
            comma = ""
        if not comma:
            parser.error(f"argument {option_string}: write it as udp.port==8472,vxlan, not {values}")
        bindings = {**getattr(namespace, self.dest, {}), key: layer}
        setattr(namespace, self.dest, bindings)


def add_live(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what is captured, and how").add_argument
    add("-i", "--interface", metavar="DEVICE", default=None, help="any is all of them; without -i: the first")
    add("-c", "--count", type=int, metavar="N", help="end after N packets")
    add("--timeout", type=float, metavar="MS", help="end after MS milliseconds")
    add("-s", "--snapshot-length", dest="snaplen", type=int, metavar="N",
        help="keep N bytes of each packet; 0, as without -s: 262144")  # fmt: skip
    add("-p", "--no-promiscuous-mode", dest="promisc", action="store_false",
        help="not what is for other hosts")  # fmt: skip
    add("-Q", "--direction", choices=["in", "out", "inout"], help="only what comes in, or goes out")
    add("-B", "--buffer-size", type=kibibytes, metavar="KIB", help="the kernel's buffer; without -B: 16384")
    add("--immediate-mode", dest="immediate", action="store_true",
        help="take packets within 1 millisecond, not 10: more wake-ups")  # fmt: skip
    add("-U", "--packet-buffered", dest="flush_interval", action="store_const", const=0,
        help="write each packet to the file at once")  # fmt: skip
    add("-j", "--time-stamp-type", dest="timestamp_type", metavar="TYPE",
        help="who takes the time: host, adapter, ...; see pcap-tstamp(7)")  # fmt: skip
    add("-y", "--linktype", dest="datalink", metavar="TYPE", help="one of those that devices -L lists")
    add("-I", "--monitor-mode", dest="monitor", action="store_true", help="of a wireless device")


def add_printing(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how packets are printed").add_argument
    add("-v", "--verbose", action="count", default=0, help="all fields of each, as a tree")
    add("-x", dest="hex", action="count", default=0, help="the bytes behind the link layer; -xx: all bytes")
    add("-X", dest="hex_ascii", action="count", default=0, help="the same with ASCII beside; -XX: all bytes")
    add("-t", dest="time_style", action="count", default=0,
        help="no time; -tt: seconds since 1970; -ttt: since the packet before; -tttt: date and time;"
        " -ttttt: since the first packet")  # fmt: skip
    add("--decode-as", dest="decode_as", action=AddBinding, metavar="SPACE==NUMBER,LAYER",
        help="another layer for a number: udp.port==8472,vxlan")  # fmt: skip
    add("-l", "--line-buffered", action="store_true", default=False,
        help="hand over each line at once; without -l: as soon as no packet waits")  # fmt: skip


def megabytes(text: str) -> int:
    if not 1 <= int(text) <= 1 << 40:
        raise argparse.ArgumentTypeError(f"must be 1 million bytes at least, not {text}")
    return int(text)


def add_writing(parser: argparse.ArgumentParser, help: str) -> None:
    add = parser.add_argument_group("what is written").add_argument
    add("-w", dest="file_to_write", metavar="FILE", default=None, help=help)
    add("--format", default=None, metavar="FORMAT",
        help="pcap (microseconds), nsecpcap or pcapng; without: as the FILE is called")  # fmt: skip
    add("--append", action="store_true", default=False, help="to the end of a FILE that is there")
    add("--atomic", action="store_true", default=False, help="called FILE.part until it is complete")
    add("-C", dest="rotate_megabytes", type=megabytes, metavar="N", default=0,
        help="begin another file before one has more than N million bytes")  # fmt: skip
    add("-G", dest="rotate_seconds", type=float, metavar="S", default=0,
        help="begin another file after S seconds, by the packets' own times")  # fmt: skip
    add("-W", dest="ring", type=int, metavar="N", default=0, help="keep the last N of these files")


def add_common(add: Callable[..., object]) -> None:
    add("--time-stamp-precision", dest="timestamp_precision", choices=["micro", "nano"],
        help="without: printed in microseconds, written in nanoseconds")  # fmt: skip
    add("-n", dest="numeric", action="count", help="is always so: addresses and ports are numbers")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options. ``parser`` is that of the ``command``, ``words`` are those of the filter."""
    top = argparse.ArgumentParser(
        prog=program(), epilog=TOP_HELP, formatter_class=Layout,
        description="Captures packets and prints them decoded, live and from files, with tcpdump's options.",
    )  # fmt: skip
    top.add_argument("--version", action="version", version=f"umpa_sniffing {umpa_sniffing.__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND")

    def add_command(name: str, usage: str, summary: str, epilog: str) -> argparse.ArgumentParser:
        parser = commands.add_parser(
            name, help=summary, usage=f"%(prog)s {usage}", epilog=epilog,
            description=f"{summary[0].upper()}{summary[1:]}.", argument_default=argparse.SUPPRESS,
            formatter_class=Layout,
        )  # fmt: skip
        parser.set_defaults(command=name, parser=parser)
        parser.add_argument("words", nargs="*", default=[], help=argparse.SUPPRESS)
        return parser

    parser = add_command("devices", "[-L] [DEVICE ...]", "list the devices to capture from", DEVICES_HELP)
    parser.add_argument("-L", "--list-data-link-types", dest="link_types", action="store_true",
                        default=False, help="the link types that each offers")  # fmt: skip

    parser = add_command("sniff", "[options] [filter]", "print packets as they come", SNIFF_HELP)
    add_live(parser)
    add_writing(parser, "write them to a FILE as well")
    add_common(parser.add_argument)
    add_printing(parser)

    parser = add_command("read", "[options] FILE [filter]", "print the packets of a file", READ_HELP)
    parser.add_argument("-r", dest="file", metavar="FILE", action="append", default=None,
                        help="the FILE; - is stdin; several -r: one after the other")  # fmt: skip
    parser.add_argument("--merge", action="store_true", default=False, help="several by the packets' times")
    parser.add_argument("--follow", action="store_true", default=False,
                        help="wait for more at the file's end, until Ctrl-C")  # fmt: skip
    parser.add_argument("--errors", choices=["raise", "warn", "ignore"], default="raise",
                        help="go on behind damage, and tell it, or not; without: it is an error")  # fmt: skip
    add_writing(parser, "write them to a FILE, in place of printing; - is stdout")
    parser.add_argument("-c", "--count", type=int, metavar="N", default=0, help="end after N packets")
    add_common(parser.add_argument)
    add_printing(parser)

    parser = add_command("dump", "[options] FILE [filter]", "capture packets into a file", DUMP_HELP)
    parser.add_argument("-v", "--verbose", action="count", default=0, help="tell each second how many so far")
    add_writing(parser, "the FILE; - is stdout")
    add_live(parser)
    add_common(parser.add_argument)

    parser = add_command("info", "[options] FILE ...", "tell what is in capture files", INFO_HELP)
    parser.add_argument("--errors", choices=["raise", "warn", "ignore"], default="raise",
                        help="go on behind damage, and tell it, or not; without: it is an error")  # fmt: skip

    return parse_command(top, commands.choices, arguments)


def parse_command(
    top: argparse.ArgumentParser, commands: Mapping[str, argparse.ArgumentParser], arguments: Sequence[str]
) -> argparse.Namespace:
    if not arguments:
        top.error(f"which command? There are: {', '.join(commands)}")
    if arguments[0] not in commands:
        return top.parse_args(arguments)
    # So that options may stand behind the filter, and among its words.
    options = commands[arguments[0]].parse_intermixed_args(arguments[1:])
    if options.command == "info" and not options.words:
        options.parser.error("which FILE?")
    if options.command == "read" and options.file is None:
        options.file = [first_word(options)]
    if options.command == "dump" and options.file_to_write is None:
        options.file_to_write = first_word(options)
    return options


def first_word(options: argparse.Namespace) -> str:
    if not options.words:
        options.parser.error("which FILE?")
    return str(options.words.pop(0))
