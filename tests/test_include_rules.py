"""The rules of the C code: who includes whom, one table per protocol, no state but the module's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
C_CODE = TOP / "csrc"
LONGEST_FILE = 360
MADE_FILES = {TOP / "umpa_sniffing" / "protocols.pyi"}  # grow with the tables, and nobody edits them

pytestmark = pytest.mark.skipif(not C_CODE.is_dir(), reason="no C code beside the tests")


def c_files(*folders: str) -> list[Path]:
    files = [path for folder in folders for path in sorted((C_CODE / folder).rglob("*.[ch]"))]
    assert files
    return files


def without_comments(path: Path) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", path.read_text(), flags=re.S)


def includes(path: Path) -> list[str]:
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)', without_comments(path), flags=re.M)


def folder_of_include(path: Path, name: str) -> str | None:
    """The folder of csrc that the include lies in, None for a header of the system."""
    target = Path(os.path.normpath(path.parent / name))
    if not target.is_file():
        target = Path(os.path.normpath(C_CODE / name))
    return target.relative_to(C_CODE).parts[0] if target.is_file() else None


@pytest.mark.parametrize(
    ("folder", "allowed", "forbidden_headers"),
    [
        ("decode", {"decode"}, r"Python\.h|pcap.*|structmember\.h"),
        ("capture", {"capture", "decode"}, r"Python\.h|structmember\.h"),
        ("files", {"files", "capture", "decode"}, r"Python\.h|structmember\.h"),
        ("python", {"python", "files", "capture", "decode"}, r"pcap.*"),
    ],
)
def test_rule_1_the_arrows_go_one_way(folder, allowed, forbidden_headers):
    for path in c_files(folder):
        for name in includes(path):
            assert folder_of_include(path, name) in allowed | {None}, f"{path} includes {name}"
            assert not re.fullmatch(forbidden_headers, name), f"{path} includes {name}"


def test_rule_1_the_decoder_includes_nothing_but_the_c_library():
    standard = {"assert.h", "limits.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "string.h"}
    for path in c_files("decode"):
        system = {name for name in includes(path) if folder_of_include(path, name) is None}
        assert system <= standard, path


def test_rule_1_a_protocol_never_includes_another():
    protocols = {path.name for path in c_files("decode/protocols")}
    for path in c_files("decode/protocols"):
        others = {Path(name).name for name in includes(path)} & (protocols - {path.with_suffix(".h").name})
        assert not others, f"{path} includes {others}"


@pytest.fixture(scope="module")
def decoder_symbols(tmp_path_factory):
    """(object file, type, name) of every symbol of the decoder, as nm tells."""
    compiler = os.environ.get("CC", "cc").split()[0]
    if not (shutil.which(compiler) and shutil.which("nm")):
        pytest.skip("needs a C compiler and nm")
    folder = tmp_path_factory.mktemp("objects")
    sources = [path for path in c_files("decode") if path.suffix == ".c"]
    command = [compiler, "-std=c11", "-O1", "-fno-pie", "-c", *map(str, sources)]
    subprocess.run(command, cwd=folder, check=True)
    objects = sorted(folder.glob("*.o"))
    assert len(objects) == len(sources)
    return [
        (each.name, kind, name)
        for each in objects
        for kind, name in re.findall(r"^[0-9a-f ]* (\w) (\S+)$", run_nm(each), flags=re.M)
    ]


def run_nm(path: Path) -> str:
    return subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout


def test_rule_1_nothing_in_the_decoder_is_mutable_at_file_scope(decoder_symbols):
    assert any(kind == "T" for _, kind, _ in decoder_symbols)
    assert [symbol for symbol in decoder_symbols if symbol[1] in "bBdDcCgGsS"] == []


def test_rule_1_the_decoder_does_not_allocate(decoder_symbols):
    forbidden = {"malloc", "calloc", "realloc", "aligned_alloc", "strdup", "free"}
    wanted = {(file, name) for file, kind, name in decoder_symbols if kind == "U" and name in forbidden}
    assert not wanted


def test_rule_2_one_line_and_one_file_a_protocol():
    text = without_comments(C_CODE / "decode" / "protocol_list.h")
    listed = re.findall(r"^PROTOCOL\((\w+)\)$", text, flags=re.M)
    files = [path.stem for path in c_files("decode/protocols") if path.suffix == ".c"]
    assert len(listed) == len(set(listed)) > 0
    assert sorted(listed) == sorted(files)
    for name in listed:
        source = (C_CODE / "decode" / "protocols" / f"{name}.c").read_text()
        assert re.search(rf"^const struct protocol protocol_{name}\b", source, flags=re.M), name


def test_rule_2_no_other_code_names_the_protocols():
    """Payload alone is special: it is what is left."""
    listed = set(re.findall(r"PROTOCOL\((\w+)\)", (C_CODE / "decode" / "protocol_list.h").read_text()))
    names = "|".join(sorted(listed - {"payload"}))
    for path in c_files("decode", "capture", "files", "python"):
        if path.parent.name == "protocols":
            continue
        found = re.findall(rf"\b(?:PROTOCOL_|protocol_)(?:{names})\b", without_comments(path))
        assert not found, f"{path} names {found}"


def test_rule_4_no_static_objects_and_no_static_types():
    for path in c_files("python"):
        text = without_comments(path)
        variables = re.findall(
            r"^\s*static\s+(?:\w+\s+)*Py\w*Object\s*\*\s*(?:const\s+)?\w+\s*[=;,\[]",
            text,
            flags=re.M,
        )
        assert not variables, f"{path}: {variables}"
        assert not re.search(r"\bstatic\s+(?:const\s+)?PyTypeObject\s+\w+\s*[=;\[]", text), path
        assert not re.search(r"\bPyModule_Create\b|\bPyType_Ready\b|\bPyGILState_", text), path


def test_no_file_is_long():
    files = c_files("decode", "capture", "files", "python")
    for folder in ("umpa_sniffing", "umit", "tests", "benchmarks", "fuzz", "tools"):
        files += [path for path in (TOP / folder).rglob("*") if path.suffix in {".py", ".pyi", ".c"}]
    too_long = {
        str(path.relative_to(TOP)): lines
        for path in files
        if (lines := line_count(path)) > LONGEST_FILE and path not in MADE_FILES
    }
    assert not too_long


def line_count(path: Path) -> int:
    return len(path.read_text().splitlines())
