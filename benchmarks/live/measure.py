"""Runs the live measurements in a network of their own, and prints what they found as JSON."""

import argparse
import importlib
import json
import resource
import sys
import tempfile

from live.network import Network, scratch

# Of each module's measure(), in full and quickly.
PLANS = {
    "burst": ({"runs": 20}, {"runs": 1}),
    "rate": (
        {"rounds": 2, "precision": 1.05, "short_s": 2, "long_s": 10},
        {"rounds": 1, "precision": 1.5, "short_s": 0.2, "long_s": 0.4},
    ),
    "counts": ({"runs": 20}, {"runs": 1}),
    "latency": (
        {"counts": [(1, 30), (100, 1000), (10_000, 100_000)], "idle_s": 10},
        {"counts": [(1, 3), (100, 100), (10_000, 5_000)], "idle_s": 1},
    ),
    "interrupts": ({"times": 50}, {"times": 2}),
}
MEMORY_MAX = 4 << 30


def say(text):
    print(f"bench-live: {text}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sender", help="the compiled sender.c")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*", choices=PLANS, default=list(PLANS))
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))  # a capture that never ends eats it all
    network = Network(arguments.sender)
    results = {}
    with tempfile.TemporaryDirectory(dir=scratch()) as directory:
        for name in arguments.only:
            plan = PLANS[name][arguments.quick]
            results[name] = importlib.import_module(f"live.{name}").measure(
                network, directory, say=say, **plan
            )
    print(json.dumps(results))


if __name__ == "__main__":
    main()
