"""A Redis of the test's own on a Unix socket, ended by its process."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis


@contextmanager
def redis_server(socket: Path) -> Iterator[str]:
    """Yields its broker address; it keeps nothing on disk."""
    binary = shutil.which("redis-server")
    assert binary, "redis-server is missing; tests/install-tools.sh brings it"
    with tempfile.TemporaryDirectory(prefix="andrang-redis-") as folder:
        command = [binary, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if "ready to accept connections" in line:
                    break
            else:
                raise AssertionError("".join(said))
            with redis.Redis(unix_socket_path=str(socket)) as client:
                assert client.ping()
            yield f"redis+socket://{socket}"
        finally:
            process.terminate()
            process.wait()
            if process.stdout:
                process.stdout.close()
