"""Every live function, waiting in vain for a packet that never comes."""

from __future__ import annotations

import pytest

import umpa_sniffing

NEVER = "udp and src host 127.255.255.254"
WAITING_FUNCTIONS = ["sniff", "sniff_next", "sniff_loop", "to_file", "iteration"]


def wait_in_vain(function: str, timeout_ms: int, path) -> None:
    if function == "sniff":
        assert umpa_sniffing.sniff(1, NEVER, "lo", timeout_ms) == []
    elif function == "sniff_next":
        with pytest.raises(TimeoutError):
            umpa_sniffing.sniff_next(NEVER, "lo", timeout_ms)
    elif function == "sniff_loop":
        umpa_sniffing.sniff_loop(1, NEVER, "lo", timeout_ms, callback=print)
    elif function == "to_file":
        assert umpa_sniffing.to_file(path, 1, NEVER, "lo", timeout_ms) == 0
    else:
        with umpa_sniffing.open_live("lo", filter=NEVER, timeout=timeout_ms) as capture:
            assert list(capture) == []
