"""Builds the extension umpa_sniffing._core. All that never varies is said in pyproject.toml.

Switches in the environment: UMPA_WERROR=1, UMPA_SANITIZE=address,undefined, UMPA_COVERAGE=1,
UMPA_WITHOUT=gzip,zstd,xz (of which any: capture files so compressed can't be read then).
CFLAGS and LDFLAGS work as everywhere; CFLAGS has the last word.
"""

import os
import shlex
import subprocess
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

LIBPCAP_NEEDED = (
    "umpa_sniffing needs libpcap >= 1.10, but {finding}. Install libpcap-dev (Debian, Ubuntu, "
    "Alpine) or libpcap-devel (Fedora), or type `brew install libpcap` (macOS)."
)

# Of which the build takes those that are there.
COMPRESSIONS = {
    # format: (macro, pkg-config's name, flag to link, header, a function of it)
    "gzip": ("UMPA_HAS_ZLIB", "zlib", "-lz", "zlib.h", "inflateInit2_"),
    "zstd": ("UMPA_HAS_ZSTD", "libzstd", "-lzstd", "zstd.h", "ZSTD_decompressStream"),
    "xz": ("UMPA_HAS_LZMA", "liblzma", "-llzma", "lzma.h", "lzma_stream_decoder"),
}


def instrumentation_flags() -> list[str]:
    """What compiler and linker must both be told."""
    flags = []
    if sanitizers := os.environ.get("UMPA_SANITIZE"):
        flags.append(f"-fsanitize={sanitizers}")
    if os.environ.get("UMPA_COVERAGE") == "1":
        flags.append("--coverage")
    return flags


def compile_flags() -> list[str]:
    flags = ["-std=c11", "-O2", "-fvisibility=hidden"]
    flags += ["-Wall", "-Wextra", "-Wshadow", "-Wconversion"]
    # Python's own headers are not ours to warn about.
    flags += ["-isystem", sysconfig.get_path("include")]
    if os.environ.get("UMPA_WERROR") == "1":
        flags.append("-Werror")
    if os.environ.get("UMPA_SANITIZE"):
        flags += ["-O1", "-g", "-UNDEBUG", "-fno-omit-frame-pointer", "-fno-sanitize-recover=all"]
    return flags + instrumentation_flags()


def tool_answer(*command: str) -> list[str] | None:
    """The flags that a configuration tool prints; None where it is missing or knows nothing."""
    try:
        return shlex.split(subprocess.check_output(command, stderr=subprocess.DEVNULL, text=True))
    except (OSError, subprocess.CalledProcessError):
        return None


def library_flags(flag: str, *tools: list[str]) -> tuple[list[str], list[str]]:
    """What to compile and to link with, as the first tool that knows the library says; else plain `flag`."""
    for tool in tools:
        to_compile = tool_answer(*tool, "--cflags")
        to_link = tool_answer(*tool, "--libs")
        if to_compile is not None and to_link is not None:
            return to_compile, to_link
    return [], [flag]


def links(compiler: list[str], flags: tuple[list[str], list[str]], header: str, function: str) -> bool:
    """Whether a program that uses a library's function can be made."""
    program = f"#include <{header}>\nint main(void) {{ return (void *){function} == (void *)0; }}\n"
    to_compile, to_link = flags
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run(
            [*compiler, *to_compile, "-x", "c", "-", "-o", f"{folder}/program", *to_link],
            input=program,
            capture_output=True,
            text=True,
        )
    return made.returncode == 0


def compression_flags(compiler: list[str]) -> tuple[list[str], list[str]]:
    """What to compile and to link with, for the compressions whose libraries are there and wanted."""
    without = set(filter(None, os.environ.get("UMPA_WITHOUT", "").split(",")))
    if unknown := without - set(COMPRESSIONS):
        raise SystemExit(f"UMPA_WITHOUT knows {','.join(COMPRESSIONS)}, and not {','.join(sorted(unknown))}.")
    user_flags = shlex.split(os.environ.get("CFLAGS", "")), shlex.split(os.environ.get("LDFLAGS", ""))
    all_to_compile, all_to_link = [], []
    for name, (macro, package, flag, header, function) in COMPRESSIONS.items():
        to_compile, to_link = library_flags(flag, ["pkg-config", package])
        flags = [*to_compile, *user_flags[0]], [*user_flags[1], *to_link]
        if name in without:
            print(f"umpa_sniffing: built without {name}, as UMPA_WITHOUT says")
        elif not links(compiler, flags, header, function):
            print(f"umpa_sniffing: built without {name}: no program could be made with {header} and {flag}")
        else:
            print(f"umpa_sniffing: built with {name}")
            all_to_compile += [*to_compile, f"-D{macro}"]
            all_to_link += to_link
    return all_to_compile, all_to_link


def require_libpcap(compiler: list[str], flags: list[str]) -> None:
    """Ends the build in one line where the compiler finds no libpcap that will do."""
    try:
        header = subprocess.run(
            [*compiler, *flags, "-E", "-x", "c", "-"],
            input="#include <pcap.h>\n",
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise SystemExit(f"umpa_sniffing needs a C compiler, but there is no {compiler[0]}.") from None
    if header.returncode != 0 and "pcap.h" in header.stderr:
        raise SystemExit(LIBPCAP_NEEDED.format(finding="its header pcap.h was not found"))
    if header.returncode == 0 and "pcap_init" not in header.stdout:
        raise SystemExit(LIBPCAP_NEEDED.format(finding="the pcap.h that was found is older"))


class BuildExtension(build_ext):
    def build_extensions(self) -> None:
        [core] = self.extensions
        compiler = self.compiler.compiler_so
        libpcap = library_flags("-lpcap", ["pkg-config", "libpcap"], ["pcap-config"])
        require_libpcap(compiler, libpcap[0])
        to_compile, to_link = (a + b for a, b in zip(libpcap, compression_flags(compiler), strict=True))
        user_flags = shlex.split(os.environ.get("CFLAGS", ""))
        core.extra_compile_args = [*compile_flags(), *to_compile, *user_flags]
        core.extra_link_args = [*instrumentation_flags(), *to_link]
        core.depends.append(self.note([core.extra_compile_args, core.extra_link_args, core.sources]))
        self.compile_in_parallel()
        super().build_extensions()

    def note(self, made_with: object) -> str:
        """A file that changes when `made_with` does, so that another switch builds anew."""
        note = Path(self.build_temp, "made_with")
        if not note.exists() or note.read_text() != repr(made_with):
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(repr(made_with))
        return str(note)

    def compile_in_parallel(self) -> None:
        compile_files = self.compiler.compile

        def compile_each(sources: list[str], **options: object) -> list[str]:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                objects = pool.map(lambda source: compile_files([source], **options), sources)
                return [name for names in objects for name in names]

        self.compiler.compile = compile_each


setup(
    ext_modules=[
        Extension(
            "umpa_sniffing._core",
            sources=sorted(str(path) for path in Path("csrc").rglob("*.c")),
            depends=sorted(str(path) for path in Path("csrc").rglob("*.h")),
        )
    ],
    cmdclass={"build_ext": BuildExtension},
)
