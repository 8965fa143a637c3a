"""The units, and the compose file that says the same."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from roster.api.operations import BUNDLES, OPERATIONS
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


def test_compose_names_what_is_there() -> None:
    """Without Docker no container is started: images and `build` are only read here."""
    text = (DEPLOY / "compose.yaml").read_text()
    compose = yaml.safe_load(text)
    head = text.partition("name:")[0]
    for name, service in compose["services"].items():
        assert "image" in service, name
        assert ":" in service["image"] or "build" in service, "an image of no version"
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        if (shared := service.get("network_mode", "")).startswith("service:"):
            assert shared.removeprefix("service:") in compose["services"]
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (DEPLOY / source).exists() or source[2:] in head, source
            else:
                assert source in compose["volumes"], source
    for built in (each["build"] for each in compose["services"].values() if "build" in each):
        assert (DEPLOY / built["context"] / built["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    for secret in compose["secrets"].values():
        assert secret["file"].removeprefix("./") in head


def test_the_proxy_logs_each_list_by_its_name_and_nothing_else() -> None:
    (named,) = re.findall(r"/v1p2\)/\(([\w|]+)\)\)\(", (DEPLOY / "nginx.conf").read_text())
    paths = [each.path for each in (*OPERATIONS, *BUNDLES)]
    lists = {re.split(r"/v1p[12]/", path)[1].partition("/")[0] for path in paths}
    assert {*named.split("|")} == lists | {"discovery"}
