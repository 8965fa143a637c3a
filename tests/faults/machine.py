"""The faults of the machine: its disk and its clock."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.deploy.production import WEB, Production, must
from tests.faults.breaking import AWAY, USERS
from tests.faults.running import NOTHING
from tests.faults.surroundings import SIZE, mount, wrong_clock
from tests.faults.working import WORKER, asked_for, done


def disk_full(desk: Production) -> str:
    """Let no byte be free while a refresh wants to write; then there is room again."""
    job, folder = asked_for(), desk.folder.parent
    sized = os.statvfs(folder)
    used = (sized.f_blocks - sized.f_bfree) * sized.f_frsize
    mount("-o", f"remount,size={used}", folder)
    time.sleep(2 * AWAY)
    mount("-o", f"remount,size={SIZE}", folder)
    lost = done(job, 180)
    if lost.startswith(NOTHING) and desk.database.has_ended():
        desk.database.start()
        lost += "; PostgreSQL had ended, and was started by hand"
    return lost


def data_read_only(desk: Production) -> str:
    """Have web processes and worker go on, and start, with a data folder that nobody can write."""
    data = desk.environ["ROSTERDESK_DATA"]
    mount("--bind", data, data)
    mount("-o", "remount,bind,ro", data)
    try:
        for unit in WEB:
            desk.restart(unit)
        desk.stop(WORKER, signal.SIGTERM)
        desk.start(WORKER)
        return done(asked_for(), 120)
    finally:
        subprocess.run(["umount", "--lazy", data], check=True)


def clock_jumps(desk: Production) -> str:
    """Let the clock go wrong by ninety minutes, and right again; a change is made on either side.

    A vendor that asks for what changed since the largest stamp it knows must be told of both. It
    is the clock of web processes and of commands: worker and beat can't sleep under faketime.
    """
    right = dict(desk.environ)
    desk.environ |= wrong_clock()
    try:
        for unit in WEB:
            desk.restart(unit)
        return jumped(desk)
    finally:
        desk.environ.clear()
        desk.environ |= right
        for unit in WEB:
            desk.restart(unit)


def jumped(desk: Production) -> str:
    file = Path(desk.environ["FAKETIME_TIMESTAMP_FILE"])
    person = told(desk, "")[0]["sourcedId"]
    stamps = [stamp(told(desk, ""))]
    for wrong, act in (("+90m", "exclude"), ("+0", "include")):
        file.write_text(wrong)
        time.sleep(AWAY)
        must(desk.environ, act, "demo", "person", person, "--reason", "The clock is wrong")
        if act == "include":
            must(desk.environ, "refresh_cache", "demo")
        news = told(desk, f"&filter=dateLastModified>'{stamps[-1]}'")
        if person not in {each["sourcedId"] for each in news}:
            return f"a change: {act}d, and nobody was told"
        stamps.append(stamp(news))
    return NOTHING


def told(desk: Production, asked: str) -> list[dict[str, str]]:
    headers = {"Authorization": f"Bearer {desk.token()}"}
    answer = desk.ask("GET", f"{USERS}?limit=5000{asked}", headers=headers)
    return list(answer.json()["users"])


def stamp(documents: list[dict[str, str]]) -> str:
    return max(each["dateLastModified"] for each in documents)
