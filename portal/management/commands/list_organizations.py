"""`list_organizations`: the tenants of the installation, its queue and its workers."""

from __future__ import annotations

from typing import Any

from portal import installation
from roster.clock import stamp
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = "List the organizations with size and health, the queue of jobs, and the workers."

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        organizations, queue = installation.measured(), installation.queue()
        facts = [
            {
                "slug": each.slug,
                "name": each.name,
                **({"test": True} if each.is_sandbox else {}),
                "time_zone": each.time_zone,
                "school_year": each.school_year,
                "next_refresh": stamp(each.next_refresh()),
                **{name: getattr(each, name) for name in ("people", "staff", "held")},
                "connections": each.open_connections,  # type: ignore[attr-defined]
                "failed_jobs": each.failed_jobs,  # type: ignore[attr-defined]
                **{
                    name: moment and stamp(moment)
                    for name in ("last_import", "last_refresh")
                    for moment in [getattr(each, name)]
                },
            }
            for each in organizations
        ]
        workers = [
            {"name": each.name, "heard": each.heard and stamp(each.heard), "alive": each.alive}
            for each in installation.workers()
        ]
        lines = [
            f"{each['slug']:<20} {each['name']}{', test' if 'test' in each else ''},"
            f" people {each['people']:,}, connections {each['connections']}, held {each['held']},"
            f" failed {each['failed_jobs']}"
            for each in facts
        ]
        words = "\n".join(lines) or "No organization. create_organization makes one."
        jobs = queue._asdict() | {"oldest": queue.oldest and stamp(queue.oldest)}
        return {"organizations": facts, "jobs": jobs, "workers": workers}, words
