"""Programs that capture while packets are sent, and then say how many they had."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from live.network import BPF, capturing_sockets, eventually

TOP = Path(__file__).resolve().parent.parent
SETTLE_S = 0.3  # from the socket to the filter
TOOLS = {
    "tcpdump": ["tcpdump", "-Z", "root", "-i", "{device}", "-w", "{file}", BPF],
    "tcpdump -B 16384": ["tcpdump", "-B", "16384", "-Z", "root", "-i", "{device}", "-w", "{file}", BPF],
    "dumpcap": ["dumpcap", "-q", "-P", "-i", "{device}", "-f", BPF, "-w", "{file}"],
}
FILE_HEADER, RECORD_HEADER = 24, 16


class Captor:
    """One of TOOLS, or a task and a library of contestants.py; `frame` is the length of all packets."""

    def __init__(self, what, device, directory, frame):
        self.file, self.frame = Path(directory) / "captured.pcap", frame
        self.is_tool = what in TOOLS
        if self.is_tool:
            command = [word.format(device=device, file=self.file) for word in TOOLS[what]]
        else:
            program = [sys.executable, "-m", "live.contestants"]
            command = [*program, *what.split(), device, BPF, str(self.file)]
        self.file.unlink(missing_ok=True)
        eventually(lambda: capturing_sockets() == 0, "the one before has ended")
        pipes = dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.PIPE)
        self.process = subprocess.Popen(command, cwd=TOP, text=True, **pipes)
        eventually(lambda: capturing_sockets() == 1, f"{what} captures")
        time.sleep(SETTLE_S)

    def stop(self):
        """How many packets it says it had, if it is not a tool."""
        if self.is_tool:
            self.process.send_signal(signal.SIGINT)
        printed, errors = self.process.communicate("\n")
        if self.process.returncode:
            raise RuntimeError(f"{self.process.args}: exit status {self.process.returncode}\n{errors}")
        return None if self.is_tool else int(printed)

    def end(self):
        """How many packets it had; what it wrote must agree."""
        told = self.stop()
        if not self.file.exists():
            return told
        written, rest = divmod(self.file.stat().st_size - FILE_HEADER, RECORD_HEADER + self.frame)
        self.file.unlink()
        if rest or told not in (None, written):
            raise RuntimeError(f"{self.process.args}: told {told} packets, wrote {written} and {rest} bytes")
        return written

    def hears(self, patience_s):
        """Seconds until Ctrl-C has ended it; None when it has not."""
        sent = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(patience_s)
            return time.monotonic() - sent
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.process.kill()
            self.process.communicate()
