"""The right to withdraw: one process of an organization has it at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from roster.clock import MILLISECOND, clock
from roster.models import Organization, Refresh

LEASE = timedelta(seconds=90)
OF_A_BUILD = timedelta(minutes=2)


class Moved(Exception):
    """Rows or publications are others meanwhile; what was found must be found again."""


class Lease:
    """Held from `taken` on, and renewed with all that its holder writes.

    `after_one_that_died` says that another began and didn't finish: its rows may lie about.
    `build` is the refresh that begins with the withdrawal, which stays alive with it.
    """

    def __init__(
        self, organization: Organization, build: Refresh | None, until: datetime, *, died: bool
    ) -> None:
        self.organization = organization.pk
        self.build = build
        self.until = self.before = until
        self.after_one_that_died = died

    @classmethod
    def taken(cls, organization: Organization, build: Refresh | None) -> Lease | None:
        """Return the lease, if it was to be had."""
        now = clock()
        rows = Organization.objects.filter(pk=organization.pk)
        if rows.filter(withdrawing_until__isnull=True).update(withdrawing_until=now + LEASE):
            return cls(organization, build, now + LEASE, died=False)
        if rows.filter(withdrawing_until__lte=now).update(withdrawing_until=now + LEASE):
            return cls(organization, build, now + LEASE, died=True)
        return None

    def renew(self) -> None:
        """Hold it for longer; raises Moved where another has taken it meanwhile."""
        if not self._set(max(clock() + LEASE, self.until + MILLISECOND)):
            raise Moved
        if self.build:
            keep(self.build)

    def _set(self, until: datetime | None) -> bool:
        # What was renewed in a transaction that was rolled back stands as it did before.
        mine = Organization.objects.filter(
            pk=self.organization, withdrawing_until__in=(self.before, self.until)
        )
        held = bool(mine.update(withdrawing_until=until))
        if held and until:
            self.before, self.until = self.until, until
        return held

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Give it back; where the work broke off, as one that has run out."""
        self._set(None if error is None else clock())


def keep(build: Refresh) -> None:
    """Renew the lease of a refresh that hasn't written anything yet."""
    running = Refresh.objects.filter(pk=build.pk, state=Refresh.State.RUNNING)
    running.update(lease_until=clock() + OF_A_BUILD)
