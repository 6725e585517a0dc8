"""The shipped unit, as systemd itself judges it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "systemd" / "smsmqtt.service"
DROP_INS = ROOT / "examples" / "systemd"
MOST_EXPOSURE = 2.0

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")


def analyzed(*arguments: str, unit: Path = UNIT) -> str:
    done = subprocess.run(
        ["systemd-analyze", *arguments, str(unit)],
        capture_output=True,
        text=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "SYSTEMD_COLORS": "0"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def setting(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_unit() -> None:
    assert analyzed("verify") == ""


@needs_systemd
def test_the_sandbox_leaves_little_exposed() -> None:
    found = re.search(r"exposure level for smsmqtt\.service: ([0-9.]+)", analyzed("security", "--offline=true"))
    assert found
    assert float(found[1]) <= MOST_EXPOSURE


def test_a_stop_waits_for_the_part_in_the_air() -> None:
    (limit,) = setting("TimeoutStopSec")
    assert int(limit.removesuffix("s")) >= 75


def test_a_wrong_configuration_or_command_line_is_not_tried_again() -> None:
    assert setting("RestartPreventExitStatus") == ["64 78"]


def test_profiles_beside_the_configuration_that_was_handed_over_are_found() -> None:
    [folder] = setting("ConfigurationDirectory")
    assert f"LoadCredential=config.yaml:/etc/{folder}/config.yaml" in UNIT.read_text()


def test_the_boot_id_stays_readable() -> None:
    assert setting("ProcSubset") == []


def test_the_sandbox_lets_it_listen() -> None:
    (families,) = setting("RestrictAddressFamilies")
    assert {"AF_INET", "AF_INET6", "AF_UNIX"} <= set(families.split())  # by AF_UNIX the server's loop is woken
    assert not any(setting(key) for key in ("IPAddressDeny", "SocketBindDeny", "PrivateNetwork"))


def installed(folder: Path, unit: str) -> Path:
    """The unit with the examples' drop-ins beside it, as they are installed; as an instance where it is a template."""
    shutil.copy(UNIT, folder / unit)
    shutil.copytree(DROP_INS / f"{unit}.d", folder / f"{unit}.d")
    return folder / unit.replace("@", "@town")


@needs_systemd
@pytest.mark.parametrize("unit", ["smsmqtt.service", "smsmqtt@.service"])
def test_systemd_finds_nothing_wrong_with_the_drop_ins(tmp_path: Path, unit: str) -> None:
    assert analyzed("verify", unit=installed(tmp_path, unit)) == ""


@needs_systemd
def test_a_drop_in_is_judged_with_its_unit(tmp_path: Path) -> None:
    unit = installed(tmp_path, "smsmqtt@.service")
    (tmp_path / "smsmqtt@.service.d" / "wrong.conf").write_text("[Service]\nNonsense=yes\n")
    assert "Nonsense" in analyzed("verify", unit=unit)


def test_every_instance_has_files_of_its_own() -> None:
    drop_in = (DROP_INS / "smsmqtt@.service.d" / "instance.conf").read_text()
    own = {"LoadCredential": "config.yaml:/etc/smsmqtt/%i.yaml", "StateDirectory": "smsmqtt-%i"}
    for key, value in own.items():
        assert f"{key}=\n{key}={value}\n" in drop_in, "the unit's own is taken away first"
    [secrets] = [it for it in setting("LoadCredential") if it.startswith("secrets")]
    assert f"LoadCredential={secrets}\n" in drop_in
