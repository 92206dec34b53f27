"""HTTP on the loopback device, real server and client: captured live, then read from a file."""

import sys
import tempfile
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from umpa_sniffing import from_file, sniff

PACKETS = 6


class Greeter(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"umpa umpa\n")

    def log_message(self, *_: object) -> None:
        pass


def keep_asking(port: int, stop: threading.Event) -> None:
    while not stop.wait(0.1):
        connection = HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()


def demo(port: int, dump: Path) -> None:
    words = f"src host 127.0.0.1 and port {port}"
    packets = sniff(PACKETS, filter=words, device="lo", timeout=10_000, dump=dump)
    print(f'packets = sniff({PACKETS}, filter="{words}", device="lo", dump="{dump}")')
    for pkt in packets:
        print(pkt)

    print(f'\npackets = from_file("{dump}")')
    packets_of_file = from_file(dump)
    for pkt in packets_of_file:
        print(pkt)

    if len(packets) < PACKETS or packets_of_file != packets:
        sys.exit(f"of {PACKETS} packets {len(packets)} came, the file has {len(packets_of_file)}")
    print(f"\n{PACKETS} packets were captured on lo; the file has the same.")


def main() -> None:
    stop = threading.Event()
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Greeter) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        port = server.server_port
        serving = threading.Thread(target=server.serve_forever)
        asking = threading.Thread(target=keep_asking, args=(port, stop))
        serving.start()
        asking.start()
        try:
            demo(port, Path(folder, "http.pcap"))
        except PermissionError as error:
            sys.exit(str(error.strerror or error))
        finally:
            stop.set()
            asking.join()
            server.shutdown()


if __name__ == "__main__":
    main()
