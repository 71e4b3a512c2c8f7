"""Write constraints.txt: the newest versions that pyproject.toml allows, for every extra."""

import json
import subprocess
import sys
from pathlib import Path

CONSTRAINTS = Path("constraints.txt")


def main() -> None:
    pip = [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed"]
    report = subprocess.run(
        [*pip, "--report", "-", "-e", ".[bench,dev,gpu]"],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    packages = [package["metadata"] for package in json.loads(report)["install"]]
    pins = sorted(
        f"{package['name'].lower().replace('_', '-')}=={package['version'].split('+')[0]}"
        for package in packages
        if package["name"] != "ai-lover-quiz"
    )
    CONSTRAINTS.write_text("\n".join(["# Made by `make lock`; used by every installation.", *pins, ""]))


if __name__ == "__main__":
    main()
