"""The app as gunicorn loads it: on a store of its own, warm, and without a connection shared over a fork."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import os
from connectors.storage.engine import make_engine, upgrade
from dashboard.settings import load_settings

engine = make_engine(load_settings().database_url)
upgrade(engine)
engine.dispose()
from dashboard.wsgi import app

client = app.test_client()
print(client.get("/healthz").json, client.get("/readyz").json, client.get("/login").status_code)
child = os.fork()
if not child:
    print(client.get("/readyz").json, flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(client.get("/readyz").json)
"""


def test_the_factory_serves_before_and_after_a_fork(tmp_path: Path) -> None:
    environment = {**os.environ, "ANDRANG_DATA_DIR": str(tmp_path)}
    environment.pop("ANDRANG_CONFIG", None)
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    silent = "{'store': 'ok', 'worker': 'silent'}"
    assert ran.stdout.splitlines() == [f"{{'process': 'ok'}} {silent} 200", silent, silent]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
