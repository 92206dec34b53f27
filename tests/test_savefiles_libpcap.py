"""Judge of the capture file readers: libpcap, over public files and generated ones of every variant."""

from __future__ import annotations

from pathlib import Path

import pcapng_variants
import pytest
import savefile_variants
from savefile_differences import Report
from test_corpus import corpus_files


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("generated")
    packets = savefile_variants.packets()
    contents: dict[str, bytes] = {}
    for name, form in [*savefile_variants.forms(), *savefile_variants.refused()]:
        contents[name] = form.file(packets)
    contents |= savefile_variants.odd_forms()
    contents |= {each.name: each.content for each in pcapng_variants.variants()}
    contents |= pcapng_variants.broken()
    paths = []
    for name, content in contents.items():
        path = folder / name.replace(" ", "_").replace("<", "little").replace(">", "big")
        path.write_bytes(content)
        paths.append(path)
    assert len(set(paths)) == len(contents) > 800
    return paths


def compared(paths) -> Report:
    report = Report()
    for path in paths:
        report.compare(path)
    return report


def test_generated_files(generated, capsys):
    report = compared(generated)
    assert not report.unexplained, "\n".join([report.text(), *report.unexplained[:40]])
    assert report.packets > 10_000


def test_public_and_generated_files(shared, generated, capsys):
    report = compared([*corpus_files(shared), *generated])
    with capsys.disabled():
        print("\n" + report.text())
    assert not report.unexplained, "\n".join(report.unexplained[:40])
    assert report.unused() == [], "rules that explain nothing"
    assert report.files > 1500 and report.packets > 10_000
