"""Every example of the docs and docstrings runs, with real HTTP traffic on port 80 of loopback."""

from __future__ import annotations

import doctest
import os
import shutil
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from traffic import own_network

from umpa_sniffing import sniffing

TOP = Path(__file__).resolve().parent.parent
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello\n")

    def log_message(self, *_):
        pass


@pytest.fixture
def web_traffic():
    if os.geteuid() != 0:
        pytest.skip("live capture, and port 80, need root")
    stop = threading.Event()

    def keep_asking():
        while not stop.wait(0.05):
            connection = HTTPConnection("127.0.0.1", 80)
            connection.request("GET", "/")
            connection.getresponse().read()
            connection.close()

    with own_network(), ThreadingHTTPServer(("127.0.0.1", 80), Hello) as server:
        threads = [
            threading.Thread(target=server.serve_forever),
            threading.Thread(target=keep_asking),
        ]
        for thread in threads:
            thread.start()
        yield
        stop.set()
        threads[1].join()
        server.shutdown()


@pytest.fixture
def work_folder(tmp_path, monkeypatch):
    shutil.copy(TOP / "tests/golden/sniff.pcap", tmp_path)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("web_traffic", "work_folder")
@pytest.mark.parametrize("page", ["tutorial.rst", "api.rst", "files.rst"])
def test_page(page):
    result = doctest.testfile(str(TOP / "docs" / page), module_relative=False, optionflags=FLAGS)
    assert result.attempted > 5
    assert result.failed == 0


@pytest.mark.usefixtures("web_traffic", "work_folder")
def test_docstrings():
    result = doctest.testmod(sniffing, optionflags=FLAGS)
    assert result.attempted > 0
    assert result.failed == 0


def test_every_public_function_has_a_docstring():
    import umpa_sniffing

    for name in umpa_sniffing.__all__:
        assert getattr(umpa_sniffing, name).__doc__, name
    for owner in (umpa_sniffing.Packet, umpa_sniffing.Capture, umpa_sniffing.Layer):
        for name, attribute in vars(owner).items():
            if not name.startswith("_"):
                assert attribute.__doc__, f"{owner.__name__}.{name}"


def test_links_between_pages_lead_somewhere():
    import re

    for page in [TOP / "README.rst", *(TOP / "docs").glob("*.rst")]:
        for target in re.findall(r"`[^`]*<([^>`]+)>`_", page.read_text()):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"
