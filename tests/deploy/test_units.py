"""The units, and the compose file that says the same."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from tests import engines
from tests.deploy.production import DEPLOY, exec_of

SERVICES = sorted(DEPLOY.glob("*.service"))


def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    for unit in (*SERVICES, DEPLOY / "rosterdesk.target"):
        # What isn't on this machine: the programs, and the servers of Debian's packages.
        text = unit.read_text().replace(exec_of(unit), "/bin/true") if unit in SERVICES else ""
        (tmp_path / unit.name).write_text(text or unit.read_text())
    names = [unit.name.replace("@", "@8001") for unit in SERVICES]
    done = subprocess.run(
        [engines.systemd_analyze(), "verify", "--man=no", *names],
        cwd=tmp_path, env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "rosterdesk" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_compose_runs_what_the_units_run(unit: Path) -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    ran = [shlex.split(each["command"]) for each in services.values() if "command" in each]
    words = exec_of(unit).replace("/opt/rosterdesk/.venv/bin/", "")
    for instance in ("8001", "8002") if "%i" in words else ("",):
        assert shlex.split(words.replace("%i", instance)) in ran
