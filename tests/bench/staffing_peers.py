"""The peers of the staffing benchmark, asked in their own environment."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "peers"


def ask(python: Path, script: str, *arguments: str, given: object = None) -> list[dict[str, Any]] | str:
    """Return the lines of JSON a peer prints, or why it is not there."""
    done = subprocess.run(
        [str(python), str(FOLDER / script), *arguments],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
    return [json.loads(line) for line in done.stdout.splitlines()]
