"""What all benchmarks share: their virtual environment, compiled helpers, and where their tables go."""

import datetime
import json
import os
import platform
import shlex
import subprocess
import sys
from pathlib import Path

from report import OURS

HERE = Path(__file__).resolve().parent
TOP = HERE.parent
VENV = TOP / ".venv-bench"
PYTHON = VENV / "bin" / "python"
BUILD = HERE / "build"
README = HERE / "README.rst"
REQUIREMENTS = HERE / "requirements.txt"


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True)


def output(*command):
    result = run(*command)
    if result.returncode:
        words = shlex.join(map(str, command))
        sys.exit(f"{result.stdout}{result.stderr}benchmarks: this command failed: {words}")
    return result.stdout


def say(text):
    print(f"benchmarks: {text}", file=sys.stderr, flush=True)


def pip(python, *arguments):
    return run(python, "-m", "pip", "--disable-pip-version-check", *arguments)


def install():
    """The checkout and its peers in their own environment; why a peer is missing, by its name."""
    BUILD.mkdir(exist_ok=True)
    if not PYTHON.exists():
        say(f"making {VENV.name}")
        output(sys.executable, "-m", "venv", VENV)
    say("installing this checkout and the other libraries")
    result = pip(PYTHON, "install", "--quiet", "--no-deps", "--force-reinstall", TOP)
    if result.returncode:
        sys.exit(f"{result.stdout}{result.stderr}benchmarks: this checkout can't be installed")
    missing = {}
    for requirement in REQUIREMENTS.read_text().split():
        result = pip(PYTHON, "install", "--quiet", requirement)
        if result.returncode:
            say(f"{requirement} can't be installed:\n{result.stderr}")
            missing[peer_name(requirement)] = f"not installable: {requirement}"
    return missing


def peer_name(requirement):
    return requirement.split("==")[0].replace("-", "_")


def compiled(source, *flags, name=None):
    BUILD.mkdir(exist_ok=True)
    program = BUILD / (name or source.stem)
    output(os.environ.get("CC", "cc"), "-O2", "-o", program, source, *flags)
    return program


def circumstances(*facts, python=PYTHON):
    """A list of the machine, the versions that this Python has, and more facts."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(": ")[2] for line in cpuinfo if "model name" in line), "")
    packages = json.loads(pip(python, "list", "--format=json").stdout)
    versions = {peer_name(package["name"]): package["version"] for package in packages}
    names = [OURS, *map(peer_name, REQUIREMENTS.read_text().split())]
    lines = (
        f"{datetime.date.today()}; {os.cpu_count()} x {model or platform.machine()}",
        f"{platform.system()} {platform.release()}, {output(python, '--version').strip()}",
        ", ".join(f"{name} {versions.get(name, 'not installed')}" for name in names),
        *facts,
    )
    return "".join(f"- {line}\n" for line in lines)


def write_tables(name, tables):
    """Puts the tables into README.rst, between the comments of this name."""
    begin, end = f".. {name}: begin\n", f".. {name}: end\n"
    before, rest = README.read_text().split(begin)
    after = rest.split(end)[1]
    README.write_text(f"{before}{begin}\n{tables}\n{end}{after}")
