"""Write constraints.txt: the newest versions that pyproject.toml allows."""

import json
import subprocess
import sys
from pathlib import Path

PIP_INSTALL = ["pip", "install", "-q", "-e", ".[bench,dev,gpu]"]
DRY_RUN = ["--dry-run", "--ignore-installed", "--report", "-"]


def main() -> None:
    command = [sys.executable, "-m", *PIP_INSTALL, *DRY_RUN]
    report = json.loads(subprocess.check_output(command))
    pins = sorted(
        pin(package["metadata"]["name"], package["metadata"]["version"])
        for package in report["install"]
        if not package["download_info"]["url"].startswith(Path.cwd().as_uri())
    )
    header = "# Made by `make lock`. Every installation uses it."
    Path("constraints.txt").write_text("\n".join([header, *pins, ""]))


def pin(name: str, version: str) -> str:
    """Without the build, as in torch's 2.13.0+cpu: each machine has its own."""
    return f"{name.lower().replace('_', '-')}=={version.split('+')[0]}"


if __name__ == "__main__":
    main()
