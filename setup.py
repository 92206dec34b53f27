"""Builds the extension umpa_sniffing._core. All that never varies is said in pyproject.toml.

Switches in the environment: UMPA_WERROR=1, UMPA_SANITIZE=address,undefined, UMPA_COVERAGE=1.
CFLAGS and LDFLAGS work as everywhere; CFLAGS has the last word.
"""

import os
import shlex
import subprocess
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

LIBPCAP_NEEDED = (
    "umpa_sniffing needs libpcap >= 1.10, but {finding}. Install libpcap-dev (Debian, Ubuntu, "
    "Alpine) or libpcap-devel (Fedora), or type `brew install libpcap` (macOS)."
)


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


def libpcap_flags() -> tuple[list[str], list[str]]:
    """Flags to compile and to link with libpcap."""
    for tool in (["pkg-config", "libpcap"], ["pcap-config"]):
        to_compile = tool_answer(*tool, "--cflags")
        to_link = tool_answer(*tool, "--libs")
        if to_compile is not None and to_link is not None:
            return to_compile, to_link
    return [], ["-lpcap"]


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
        to_compile, to_link = libpcap_flags()
        require_libpcap(self.compiler.compiler_so, to_compile)
        user_flags = shlex.split(os.environ.get("CFLAGS", ""))
        core.extra_compile_args = [*compile_flags(), *to_compile, *user_flags]
        core.extra_link_args = [*instrumentation_flags(), *to_link]
        core.depends.append(self.note([core.extra_compile_args, core.sources]))
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
