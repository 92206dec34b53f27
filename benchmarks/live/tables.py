"""The tables of bench-live, made from what live.measure printed."""

import statistics

from report import document, judged, table


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def burst_table(burst):
    sent = burst["sent"]
    rows = [
        [name, f"{sum(count == sent for count in had)} of {len(had)}", f"{min(had):,}", f"{max(had):,}"]
        for name, had in burst["had"].items()
    ]
    rate = statistics.median(burst["rates"])
    return (
        table(["what captures", "nothing lost", "least packets", "most"], rows)
        + f"\n{sent:,} packets a burst, sent at {rate:,.0f} a second (median).\n"
    )


def rate_table(rate):
    rows = [
        [name, f"{min(highest):,.0f}" + (" [*]" if name in rate["senders"] else ""), len(highest)]
        for name, highest in rate["highest"].items()
    ]
    words = f"Nothing lost in {rate['seconds']:g} s; the least of the searches. [*]: the sender's own most.\n"
    return table(["what captures", "packets a second", "searches"], rows) + "\n" + words


def counts_table(counts):
    rows = [[case, f"{held} of {runs}", *(f"{n:,}" for n in stats)] for case, held, runs, *stats in counts]
    return table(["what holds", "runs", "received", "dropped", "delivered", "filtered"], rows)


def latency_table(rows):
    return table(
        ["mode", "to_ms", "packets a second", "packets", "median ms", "99 % within", "largest"],
        [
            [mode, to_ms, f"{rate:,}", f"{len(late):,}"]
            + [f"{ms:.2f}" for ms in (statistics.median(late), percentile(late, 0.99), max(late))]
            for mode, to_ms, rate, late in rows
        ],
    )


def idle_table(idle):
    rows = [[name, f"{cost['wakes']:.1f}", f"{cost['cpu'] * 100:.2f}"] for name, cost in idle.items()]
    return table(["what captures", "wake-ups a second", "% of a core"], rows)


def interrupts_table(cases):
    rows = []
    for function, load, found in cases:
        late = found["late_ms"]
        closed = found["closed_ms"]
        figures = statistics.median(late), max(late), statistics.median(closed), max(closed)
        whole = f"{found['whole']} of {len(late)}"
        rows.append([function, load, *(f"{ms:.1f}" for ms in figures), whole, f"{found['packets']:,}"])
    heads = ["function", "load", "median ms", "largest", "closed", "largest", "whole", "packets"]
    return table(heads, rows)


def deadlines_table(interrupts):
    return table(
        [f"timeout={interrupts['deadline_ms']}, sniff", "median ms late", "largest"],
        [[load, f"{statistics.median(ms):.0f}", f"{max(ms):.0f}"] for load, ms in interrupts["deadlines"]],
    )


def peers_table(peers):
    rows = [[name, "never (5 s)" if s is None else f"{s * 1e3:.0f}"] for name, s in peers.items()]
    return table(["idle, Ctrl-C", "ends it after, ms"], rows)


def targets_table(found):
    rows = []
    if "burst" in found:
        had, sent = found["burst"]["had"], found["burst"]["sent"]
        for name in ("sniff", "sniff_loop", "to_file", "async for"):
            lost = sum(sent - count for count in had[name])
            rows.append([f"lost of {len(had[name])} bursts, {name}", lost, "<=", 0])
    if "rate" in found:
        least = {name: min(highest) for name, highest in found["rate"]["highest"].items()}
        rows.append(
            ["to_file, packets a second without loss", least["to_file"], ">=", round(least["tcpdump -w"])]
        )
    if "counts" in found:
        broken = sum(runs - held for _, held, runs, *_ in found["counts"])
        rows.append(["runs whose counts do not add up", broken, "<=", 0])
    if "latency" in found:
        for mode, to_ms, rate, late in found["latency"]["latency"]:
            what = f"latency, {mode}, {rate:,}/s"
            rows.append([f"{what}: median, ms", statistics.median(late), "<=", to_ms])
            rows.append([f"{what}: 99 %, ms", percentile(late, 0.99), "<=", 2 * to_ms])
        for name in ("sniff_loop", "async for"):
            cost = found["latency"]["idle"][name]
            rows.append([f"idle, {name}: wake-ups a second", cost["wakes"], "<=", 12])
            rows.append([f"idle, {name}: % of a core", cost["cpu"] * 100, "<=", 0.2])
    if "interrupts" in found:
        cases = [case for _, _, case in found["interrupts"]["cases"]]
        late = [ms for case in cases for ms in case["late_ms"]]
        rows.append([f"Ctrl-C, {len(late):,} times: latest, up to the close, ms", max(late), "<=", 100])
        broken = sum(len(case["late_ms"]) - case["whole"] for case in cases)
        rows.append(["Ctrl-C, packets not whole, times", broken, "<=", 0])
    return judged(rows)


def live_document(circumstances, found):
    sections = {"Where and when, live": circumstances, "Targets, live": targets_table(found)}
    if "burst" in found:
        sections["A burst"] = burst_table(found["burst"])
    if "rate" in found:
        sections["The highest rate without loss"] = rate_table(found["rate"])
    if "counts" in found:
        sections["Counts"] = counts_table(found["counts"])
    if "latency" in found:
        sections["Latency"] = latency_table(found["latency"]["latency"])
        sections["Idle"] = idle_table(found["latency"]["idle"])
    if "interrupts" in found:
        sections["Ctrl-C"] = interrupts_table(found["interrupts"]["cases"])
        sections["Deadlines"] = deadlines_table(found["interrupts"])
        sections["Ctrl-C, the others"] = peers_table(found["interrupts"]["peers"])
    return document(sections)
