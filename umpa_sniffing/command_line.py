"""The command line, ``umpa-sniffing`` or ``python -m umpa_sniffing``: devices, sniff, read, dump, info.

Packets go to stdout, all else to stderr. Ctrl-C and SIGTERM end a capture in order: what came before
is still printed and dumped.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import signal
import stat
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from types import FrameType

from umpa_sniffing import (
    Capture,
    CaptureStats,
    Device,
    DeviceList,
    Dump,
    UMPAException,
    UMPAWarning,
    devices,
    get_available_devices,
    info,
    open_live,
    open_offline,
)
from umpa_sniffing.command_options import LIVE_ARGUMENTS, parse
from umpa_sniffing.command_output import (
    STDOUT,
    buffer_output,
    check_reader,
    complain,
    die_of,
    error_text,
    in_options,
    is_own_reader_gone,
    output,
    print_packets,
    tell,
    tell_warning,
)
from umpa_sniffing.dump import names_pcapng
from umpa_sniffing.exceptions import UMPAFileFormatException, UMPAFilterException
from umpa_sniffing.packet_text import packet_text

LINK_TYPES = {
    1: "EN10MB (Ethernet)",
    12: "RAW (Raw IP)",
    113: "LINUX_SLL (Linux cooked v1)",
    276: "LINUX_SLL2 (Linux cooked v2)",
}
PATIENCE_S = 0.5  # signals within it are one: timeout(1) sends each twice


def stop_at_signals(capture: Capture) -> None:
    end_at_signals(lambda number: capture.finish())


def end_at_signals(end: Callable[[int], None]) -> None:
    """As tcpdump: a shell's background jobs start deaf to SIGINT, but kill -INT is meant; nohup is too."""
    ended_at: float | None = None

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal ended_at
        now = time.monotonic()
        if ended_at is None:
            ended_at = now
            end(number)
        elif now > ended_at + PATIENCE_S:
            die_of(number)  # something else keeps us: the reader of our output, say

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, handle)


def tell_count_each_second(capture: Capture) -> None:
    def tell_count(number: int, frame: FrameType | None) -> None:
        tell(f"{packets(capture.delivered)} so far")
        signal.setitimer(signal.ITIMER_REAL, 1)  # once a terminal takes it: no telling within a telling

    signal.signal(signal.SIGALRM, tell_count)
    signal.setitimer(signal.ITIMER_REAL, 1)


def packets(count: int) -> str:
    return f"{count} packet{'' if count == 1 else 's'}"


def summary(stats: CaptureStats) -> str:
    lines = [
        f"{packets(stats.delivered)} captured",
        f"{packets(stats.received)} received by filter",
        f"{packets(stats.dropped)} dropped by kernel",
    ]
    if stats.dropped_by_interface:
        lines.append(f"{packets(stats.dropped_by_interface)} dropped by interface")
    return "\n".join(lines)


def capture_live(options: argparse.Namespace, work: Callable[[Capture], object]) -> int:
    arguments = {name: value for name, value in vars(options).items() if name in LIVE_ARGUMENTS}
    if dump := dump_of(options):
        arguments["dump"] = dump
    device = options.interface or next(iter(get_available_devices()), None)
    capture = open_live(device, filter=filter_of(options), **arguments)
    stop_at_signals(capture)
    link_type = LINK_TYPES.get(capture.datalink, str(capture.datalink))
    tell(f"listening on {device}, link-type {link_type}, snapshot length {capture.snaplen} bytes")
    status = 0
    try:
        with capture:
            work(capture)
    except (UMPAException, UMPAWarning) as error:
        if is_own_reader_gone(error):
            raise
        complain(error)
        status = 1
    tell(summary(capture.stats()))
    return status


def filter_of(options: argparse.Namespace) -> str | None:
    return " ".join(options.words) or None


def dump_of(options: argparse.Namespace) -> str | Dump | None:
    """What is written where, as the options have it."""
    path: str | None = options.file_to_write
    chosen = {
        "format": options.format,
        "append": options.append,
        "atomic": options.atomic,
        "rotate_bytes": options.rotate_megabytes * 1_000_000,
        "rotate_seconds": options.rotate_seconds,
        "ring": options.ring,
    }
    if any(chosen.values()) and path is None:
        raise ValueError("what is to be written needs a file: -w FILE")
    if options.ring and not (options.rotate_megabytes or options.rotate_seconds):
        raise ValueError("-W needs -C or -G, which say when the next file begins")
    dump = Dump(path, **chosen) if any(chosen.values()) and path is not None else path
    if path != "-":
        return dump
    check_stdout()
    return Dump(STDOUT, format=options.format) if options.format else STDOUT


def check_stdout() -> None:
    check_reader()
    status = os.fstat(output().fileno())
    if stat.S_ISSOCK(status.st_mode):
        raise OSError(errno.ENXIO, "a socket cannot be opened once more: put | cat behind this command")
    if stat.S_ISREG(status.st_mode) and status.st_size > 0:
        raise OSError(errno.EEXIST, "a file that has content already: give its name, with --append")


def sniff(options: argparse.Namespace) -> int:
    text_of = packet_text(options)
    output()
    if options.file_to_write == "-":
        raise ValueError("stdout has the lines of packets already: dump - writes them there")
    return capture_live(options, lambda capture: print_packets(capture, text_of))


def dump(options: argparse.Namespace) -> int:
    def work(capture: Capture) -> None:
        if options.verbose:
            tell_count_each_second(capture)
        try:
            capture.consume()
        finally:
            signal.signal(signal.SIGALRM, signal.SIG_IGN)

    return capture_live(options, work)


def read(options: argparse.Namespace) -> int:
    text_of = packet_text(options)
    is_micro = getattr(options, "timestamp_precision", None) == "micro"
    if options.file_to_write and is_micro and not options.format and not names_pcapng(options.file_to_write):
        options.format = "pcap"
    capture = open_files(options)
    with capture:
        if options.file_to_write is None:
            stop_at_signals(capture)
            print_packets(capture, text_of)
        elif options.follow or any(map(may_grow, options.file)):
            stop_at_signals(capture)
            capture.consume()
        else:
            convert(capture)
    return 0


def open_files(options: argparse.Namespace) -> Capture:
    try:
        return open_capture(options)
    except UMPAFilterException as error:
        files = [word for word in options.words if os.path.isfile(word)]
        if not files:
            raise
        text = f"{error_text(error)}\nof several files, each has -r before it: -r FILE -r {files[0]}"
        raise UMPAFilterException(text) from None


def open_capture(options: argparse.Namespace) -> Capture:
    return open_offline(
        options.file[0] if len(options.file) == 1 else options.file,
        filter=filter_of(options),
        count=options.count,
        decode_as=getattr(options, "decode_as", None),
        merge=options.merge,
        follow=options.follow,
        errors=options.errors,
        dump=dump_of(options),
    )


def may_grow(path: str) -> bool:
    try:
        status = os.fstat(sys.stdin.fileno()) if path == "-" else os.stat(path)
    except OSError:
        return False  # which is told in its turn
    return not stat.S_ISREG(status.st_mode)


class Interrupted(BaseException):
    def __init__(self, number: int) -> None:
        self.number = number


def convert(capture: Capture) -> None:
    """A file that ends: what is written is complete at its end, and no earlier."""

    def interrupt(number: int) -> None:
        raise Interrupted(number)

    end_at_signals(interrupt)
    try:
        with capture:
            capture.consume()
    except Interrupted as interrupted:
        notes = getattr(interrupted, "__notes__", [])
        tell("\n".join([f"umpa_sniffing: interrupted after {packets(capture.delivered)}", *notes]))
        die_of(interrupted.number)


def list_devices(options: argparse.Namespace) -> int:
    found = devices()
    try:
        chosen = DeviceList(found[name] for name in options.words) if options.words else found
    except KeyError as error:
        raise UMPAException(*error.args) from None
    print("\n".join(map(link_types, chosen)) if options.link_types else chosen, file=output())
    return 0


def tell_info(options: argparse.Namespace) -> int:
    told, status = [], 0
    for path in options.words:
        try:
            told.append(info(path, errors=options.errors))
        except UMPAException as error:
            complain(error)
            if isinstance(error, UMPAFileFormatException) and error.packet is not None:
                tell("umpa_sniffing: --errors warn counts what is good in it")
            status = 1
    if told:
        print(*told, sep="\n\n", file=output())
    return status


def link_types(device: Device) -> str:
    try:
        return f"{device}: {', '.join(device.link_types)}"
    except UMPAException as error:
        return f"{device}: {error_text(error)}"


def run(arguments: Sequence[str]) -> int:
    commands = {"devices": list_devices, "sniff": sniff, "read": read, "dump": dump, "info": tell_info}
    options = parse(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper) and getattr(options, "line_buffered", False):
        sys.stdout.reconfigure(line_buffering=True)
    try:
        return commands[options.command](options)
    except (UMPAException, UMPAWarning) as error:
        if is_own_reader_gone(error):
            raise
        complain(error)
        return 1
    except ValueError as error:
        parser: argparse.ArgumentParser = options.parser
        parser.error(in_options(str(error)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line, and returns the exit status."""
    warnings.showwarning = tell_warning
    buffer_output()
    try:
        try:
            status = run(sys.argv[1:] if arguments is None else arguments)
        except SystemExit as finished:  # argparse's, after --help and wrong usage
            status = int(finished.code or 0)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        die_of(signal.SIGINT)
    except Interrupted as interrupted:
        die_of(interrupted.number)
    except BrokenPipeError:
        die_of(signal.SIGPIPE)
    except MemoryError:
        tell("umpa_sniffing: out of memory")
    except OSError as error:
        tell(f"umpa_sniffing: standard output: {error.strerror}")
        if sys.stdout is not None:  # whose buffer Python would try to write once more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
