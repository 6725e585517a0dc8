"""What a daemon with the shim has in memory when nobody asks anything."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("package", ["prometheus_client", "jinja2", "urllib3"])
def test_what_not_every_house_needs_is_loaded_when_it_is_needed(package: str) -> None:
    program = f"import sys, smsmqtt.http.desk; sys.exit({package!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
