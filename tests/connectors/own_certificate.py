"""A certificate that nobody trusts, made anew in each run, so that no key lies in the project."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

_NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


@cache
def own_certificate() -> Path:
    """One PEM file with key and certificate for loopback."""
    folder = Path(tempfile.mkdtemp(prefix="andrang-tls-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=untrusted.example", "-addext", _NAMES]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both
