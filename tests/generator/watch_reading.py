"""Reads files in a process of its own, and tells what came of it as JSON.

"snapshot" reads each file, "mutants" 2,000 mutants of each, and "pickle" lets Python's
own pickle read them.
"""

import json
import os
import pickle
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from generator.errors import LoadError
from generator.snapshots import read_snapshot
from tests.generator.mutants import mutants

ROOT = Path(__file__).parents[2]
LIMIT = 1_000_000_000
MUTANTS = 2000

events: list[str] = []
watching = False


def note(event, args):
    if watching:
        events.append(event)


def outcome(reader, data):
    try:
        snapshot = reader(data)
    except LoadError as error:
        return f"refused: {error}"
    except Exception as error:
        return f"failed: {type(error).__name__}"
    if reader is read_snapshot:
        json.dumps(snapshot.facts, allow_nan=False)
        assert all(np.isfinite(array).all() for array in snapshot.tensors.values())
    return "loaded"


def watch(reader, data):
    global watching
    started, watching = time.perf_counter(), True
    result = outcome(reader, data)
    watching = False
    return result, time.perf_counter() - started


def peak_bytes():
    """The most memory of this process; ru_maxrss would count its parent's as well."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def report(kind, good, names):
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    sys.addaudithook(note)
    read_snapshot(Path(good).read_bytes())  # whatever it imports, it has then
    reader = pickle.loads if kind == "pickle" else read_snapshot
    results = []
    for name in names:
        data = Path(name).read_bytes()
        for case in mutants(data, MUTANTS) if kind == "mutants" else [data]:
            results.append([Path(name).name, *watch(reader, case)])
    return {
        "outcomes": [[name, result] for name, result, _ in results],
        "slowest": max(seconds for _, _, seconds in results),
        "events": events,
        "modules": sorted(sys.modules),
        "peak_bytes": peak_bytes(),
    }


def read_apart(kind, good, names, cwd):
    """The report of a process that reads the files, and can use little memory."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.generator.watch_reading", kind, good, *names],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=100,
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(report(sys.argv[1], sys.argv[2], sys.argv[3:])))
