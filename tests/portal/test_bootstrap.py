"""A bare machine gets its `.venv` from the lock; who has an environment keeps charge of it."""

import os
import shutil
import subprocess
import sys

import pytest

from portal import bootstrap
from portal.bootstrap import RUN_LOCK, TEST_LOCK, Step, plan

YES, NO = True, False


@pytest.mark.parametrize(
    ("hands_off", "ours", "importable", "stamped", "step"),
    [
        # A bare Python.
        (NO, NO, NO, NO, Step.INSTALL),
        (NO, NO, NO, YES, Step.ENTER),
        (NO, NO, YES, YES, Step.ENTER),
        (NO, NO, YES, NO, Step.GO),
        # Inside the environment that we made.
        (NO, YES, YES, YES, Step.GO),
        (NO, YES, YES, NO, Step.INSTALL),
        (NO, YES, NO, YES, Step.INSTALL),
        # An environment of somebody else, or we were told to keep away.
        (YES, NO, YES, NO, Step.GO),
        (YES, NO, NO, NO, Step.REFUSE),
        (YES, NO, NO, YES, Step.REFUSE),
        (YES, YES, YES, NO, Step.GO),
        (YES, YES, NO, YES, Step.REFUSE),
    ],
)
def test_what_is_done_where(hands_off, ours, importable, stamped, step):
    facts = {"ours": ours, "importable": importable, "stamped": stamped}
    assert plan(hands_off=hands_off, **facts) is step


@pytest.fixture
def folder(tmp_path):
    """An environment that was made here, with a Python, not yet filled."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / bootstrap.OURS).touch()
    return tmp_path


def test_an_environment_counts_as_whole_only_once_it_is_stamped(folder):
    assert not bootstrap.is_stamped(folder, RUN_LOCK)
    bootstrap.stamp(folder, RUN_LOCK)
    assert bootstrap.is_stamped(folder, RUN_LOCK)
    assert not bootstrap.is_stamped(folder, TEST_LOCK)


def test_the_lock_of_the_tests_holds_the_other(folder):
    bootstrap.stamp(folder, TEST_LOCK)
    assert bootstrap.is_stamped(folder, RUN_LOCK)
    assert bootstrap.is_stamped(folder, TEST_LOCK)


def pins(lock):
    lines = (bootstrap.BASE / lock).read_text().splitlines()
    return {line.rstrip(" \\") for line in lines if "==" in line and not line.startswith("#")}


def test_the_lock_of_the_tests_really_holds_the_other():
    assert pins(RUN_LOCK) < pins(TEST_LOCK)


def test_the_locks_are_hashed_and_name_no_registry():
    for lock in (RUN_LOCK, TEST_LOCK):
        text = (bootstrap.BASE / lock).read_text()
        assert text.count("--hash=sha256:") >= len(pins(lock))
        assert "://" not in text


def test_a_changed_lock_or_a_lost_python_undoes_the_stamp(folder, monkeypatch, tmp_path):
    for lock in (RUN_LOCK, TEST_LOCK):
        shutil.copy(bootstrap.BASE / lock, tmp_path / lock)
    monkeypatch.setattr(bootstrap, "BASE", tmp_path)
    bootstrap.stamp(folder, RUN_LOCK)
    (folder / "bin" / "python").unlink()
    assert not bootstrap.is_stamped(folder, RUN_LOCK)
    (folder / "bin" / "python").symlink_to(sys.executable)
    assert bootstrap.is_stamped(folder, RUN_LOCK)
    (tmp_path / RUN_LOCK).write_text("django==1.0\n")
    assert not bootstrap.is_stamped(folder, RUN_LOCK)


@pytest.fixture
def checkout(tmp_path):
    """A clean checkout below a path with a space, whose locks ask for nothing: no network."""
    base = tmp_path / "a clean checkout"
    (base / "portal").mkdir(parents=True)
    for name in ("manage.py", "portal/__init__.py", "portal/bootstrap.py"):
        shutil.copy(bootstrap.BASE / name, base / name)
    for lock in (RUN_LOCK, TEST_LOCK):
        (base / lock).write_text("# Nothing.\n")
    with (base / "portal" / "bootstrap.py").open("a") as code:
        code.write(f"MODULES = {{{RUN_LOCK!r}: ['package_of_ours'], {TEST_LOCK!r}: []}}\n")
    return base


def run(checkout, *words, python=None, **environ):
    """Run manage.py by a bare Python; returns exit code, standard output, standard error."""
    bare = python or getattr(sys, "_base_executable", sys.executable)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [bare, *words], cwd=checkout.parent, env=kept | environ, capture_output=True, text=True
    )
    return done.returncode, done.stdout, done.stderr


# Fills the environment as pip would, so that the whole way can be walked without a network.
PRETEND = """
import sys
from portal import bootstrap
run = bootstrap.subprocess.run
def fill(command, **options):
    if "venv" in command:
        return run(command, **options)
    print("pip:", *command, file=sys.stderr)
    for site in bootstrap.VENV.glob("lib/python*/site-packages"):
        (site / "package_of_ours.py").touch()
bootstrap.has_ensurepip = lambda: False
bootstrap.pip_command = lambda: ["pip"]
bootstrap.subprocess.run = fill
bootstrap.ensure(sys.argv)
"""


def test_a_bare_python_makes_the_environment_and_goes_on_inside_it(checkout):
    (checkout / "manage.py").write_text(
        "import sys\nfrom portal import bootstrap\nbootstrap.ensure(sys.argv)\n"
        "print(sys.prefix, *sys.argv[1:])\n"
    )
    (checkout / "first.py").write_text(PRETEND)
    inside = f"{checkout / '.venv'} demo --no-serve\n"
    code, out, err = run(checkout, str(checkout / "first.py"), "demo", "--no-serve")
    assert (code, out) == (0, inside)
    assert "aren't installed yet" in err
    assert f"--require-hashes --no-deps -r {checkout / RUN_LOCK}" in err
    code, out, err = run(checkout, str(checkout / "manage.py"), "demo", "--no-serve")
    assert (code, out, err) == (0, inside, "")


def test_an_installation_that_broke_off_is_begun_again(checkout):
    (checkout / "manage.py").write_text("print('inside')\n")
    (checkout / "first.py").write_text(
        PRETEND.replace("    for site", "    raise KeyboardInterrupt\n    for site")
    )
    code, out, _ = run(checkout, str(checkout / "first.py"), "demo")
    assert (code, out) == (130, "")
    (checkout / "first.py").write_text(PRETEND)
    (checkout / ".venv" / "left-over").touch()
    code, out, _ = run(checkout, str(checkout / "first.py"), "demo")
    assert (code, out) == (0, "inside\n")
    assert not (checkout / ".venv" / "left-over").exists()


@pytest.mark.parametrize("environ", [{"ROSTERDESK_BOOTSTRAP": "0"}, {"VIRTUAL_ENV": "/elsewhere"}])
def test_where_it_must_keep_away_it_says_what_to_run(checkout, environ):
    code, out, err = run(checkout, str(checkout / "manage.py"), "demo", **environ)
    assert (code, out) == (1, "")
    assert "lacks: package_of_ours" in err
    assert f'-m pip install --require-hashes -r "{checkout / RUN_LOCK}"' in err
    assert not (checkout / ".venv").exists()


def test_an_environment_that_somebody_made_by_hand_is_left_alone(checkout):
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "theirs").touch()
    code, _, err = run(checkout, str(checkout / "manage.py"), "demo")
    assert code == 1
    assert "made by somebody else" in err
    assert (checkout / ".venv" / "theirs").exists()


def test_without_ensurepip_the_pip_of_the_system_is_pointed_at_the_environment(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(
        bootstrap.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0)
    )
    assert bootstrap.pip_command()[1:] == ["-m", "pip", "--python", f"{tmp_path}/bin/python"]
    (tmp_path / "lib" / "python3.11" / "site-packages" / "pip").mkdir(parents=True)
    assert bootstrap.pip_command() == [f"{tmp_path}/bin/python", "-m", "pip"]


def test_without_any_pip_it_says_which_package_brings_one(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(
        bootstrap.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1)
    )
    with pytest.raises(SystemExit, match="python3-venv"):
        bootstrap.pip_command()
