"""The benchmarks' tables, in reStructuredText."""

import statistics

OURS = "umpa_sniffing"
READ = {"mixed": "whole file", "prefix": "prefix"}


def table(head, rows):
    rows = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = "  ".join("=" * width for width in widths)
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([rule, lines[0], rule, *lines[1:], rule]) + "\n"


def document(sections):
    return "\n".join(f"{title}\n{'~' * len(title)}\n\n{body}" for title, body in sections.items())


def ratio(times, library, other):
    """The median of the rounds' own ratios."""
    return statistics.median(a / b for a, b in zip(times[library], times[other], strict=True))


def times_table(contestants, times, peaks, missing):
    floor = statistics.median(times["floor"]) * 1e9
    rows = [["libpcap's pcap_loop, empty", READ["mixed"], f"{floor:,.0f}", "1.0", "", ""]]
    for library, (label, file) in contestants.items():
        if library in missing:
            rows.append([label, missing[library], "", "", "", ""])
            continue
        nanoseconds = statistics.median(times[library]) * 1e9
        to_floor = ratio(times, library, "floor")
        to_ours = ratio(times, library, OURS)
        peak = peaks[library] / 2**20
        rows.append(
            [
                label,
                READ[file],
                f"{nanoseconds:,.0f}",
                f"{to_floor:,.1f}",
                f"{to_ours:,.1f}",
                f"{peak:,.0f}",
            ]
        )
    return table(["library", "read", "ns a packet", "to floor", "to ours", "peak MiB"], rows)


def imports_table(milliseconds):
    rows = [[f"``import {module}``", f"{ms:.1f}"] for module, ms in milliseconds.items()]
    return table(["statement", "ms"], rows)


def memory_table(contestants, sizes, missing):
    rows = [
        [library, kept, missing.get(library) or f"{sizes[library]:,.0f}"]
        for library, kept in contestants.items()
    ]
    return table(["library", "kept in a list", "bytes a packet"], rows)


def access_table(nanoseconds):
    names = {"slotted.field": "a ``__slots__`` attribute", "now.year": "``datetime.datetime.year``"}
    rows = [
        [names.get(expression, f"``{'; '.join(expression.splitlines())}``"), f"{ns:,.0f}"]
        for expression, ns in nanoseconds.items()
    ]
    return table(["expression", "ns"], rows)


def targets_table(list_times, iterate_times, fields_times, import_ms, packet_bytes):
    rows = [
        ["from_file as a list, to the floor", ratio(list_times, OURS, "floor"), "<=", 4],
        ["iterated, to the floor", ratio(iterate_times, OURS, "floor"), "<=", 1.6],
        ["import, ms", import_ms, "<=", 20],
        ["memory of a decoded packet of 98 bytes", packet_bytes, "<=", 220],
    ]
    for peer, target in (("dpkt", 15), ("scapy", 250)):
        if peer in fields_times:
            factor = ratio(fields_times, peer, OURS)
            rows.append([f"fields by callback, times faster than {peer}", factor, ">=", target])
    return judged(rows)


def judged(rows):
    """A table of [what, measured, "<=" or ">=", target]."""
    return table(
        ["what", "target", "measured", "result"],
        [
            [
                what,
                f"{relation} {target:,}",
                f"{measured:,.0f}" if measured >= 1000 else f"{measured:.3g}",
                "met" if (measured <= target if relation == "<=" else measured >= target) else "**missed**",
            ]
            for what, measured, relation, target in rows
        ],
    )
