"""What an administrator does to a connection: each act says first what it will do, then does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from connections import acting, lifecycle, tokens
from connections.models import Connection
from portal.access import ADMIN, AtDesk, connection_of, page
from portal.forms.acts import ActForm
from portal.words import Words
from roster.refusal import Refused


@dataclass(frozen=True)
class Act:
    """A change of status, or of tokens: from where it is on offer, its name, what it will do."""

    name: str
    verb: Callable[..., Any]
    origins: tuple[str, ...]
    label: Words
    icon: str
    says: Words
    done: Words
    asks: tuple[str, ...] = ()
    tone: str = ""


ACTS = {
    act.name: act
    for act in (
        Act(
            "enable",
            lifecycle.activate,
            ("disabled",),
            _("Enable"),
            "power",
            _("The vendor can get tokens and read what you share with it, from now on."),
            _("The connection is active."),
            tone="primary",
        ),
        Act(
            "resume",
            lifecycle.resume,
            ("paused",),
            _("Resume"),
            "play",
            _("The vendor reads what is published now, with all changes since the pause."),
            _("The connection is active again."),
            tone="primary",
        ),
        Act(
            "lift",
            lifecycle.activate,
            ("suspended",),
            _("Lift the suspension"),
            "play",
            _("The vendor can get tokens and read again, from now on."),
            _("The connection is active again."),
            tone="primary",
        ),
        Act(
            "pause",
            lifecycle.pause,
            ("active",),
            _("Pause"),
            "pause",
            _(
                "The vendor goes on reading what is published now, and nothing newer. "
                "Useful in summer, while schedules are rebuilt."
            ),
            _("The connection is paused."),
            asks=("until",),
        ),
        Act(
            "launch",
            lifecycle.disable,
            ("disabled",),
            _("Set the day of the launch"),
            "clock",
            _("The connection stays disabled until that day, and is enabled on it by itself."),
            _("The day of the launch is set."),
            asks=("until",),
        ),
        Act(
            "suspend",
            lifecycle.suspend,
            ("active", "paused"),
            _("Suspend"),
            "ban",
            _(
                "The vendor is refused at its next request, also with tokens it has already, and "
                "is told that the district suspended it. You can lift the suspension any time."
            ),
            _("The connection is suspended."),
            tone="danger",
        ),
        Act(
            "tokens",
            tokens.end_all,
            ("active", "paused"),
            _("End all tokens"),
            "key-round",
            _(
                "Every access token that the vendor has ends at once. It gets new ones with its "
                "client secret; make a new secret too if somebody else may know it."
            ),
            _("All access tokens have ended."),
            tone="danger",
        ),
        Act(
            "close",
            lifecycle.close,
            ("disabled", "active", "paused", "suspended"),
            _("Close for good"),
            "circle-x",
            _(
                "This ends the connection for good: its client ID and secrets don't work any "
                "more, and it can't be opened again. Its history stays."
            ),
            _("The connection is closed. A letter that asks the vendor to delete is below."),
            asks=("name",),
            tone="danger",
        ),
    )
}


def acts_for(connection: Connection) -> list[Act]:
    """Return the acts on offer for a connection in its status."""
    return [act for act in ACTS.values() if connection.status in act.origins]


@page(ADMIN, methods=("GET", "POST"))
def change(request: AtDesk, pk: int, act: str) -> HttpResponse:
    """Say what the act will do, and do it when that is confirmed."""
    connection = connection_of(request.organization, pk)
    if act not in ACTS:
        raise Http404
    chosen = ACTS[act]
    form = ActForm(
        request.POST if request.method == "POST" else None, connection=connection, asks=chosen.asks
    )
    if form.is_bound and form.is_valid():
        if act in acting.OF_CONNECTIONS:
            job = acting.request(
                request.organization, act, by=request.user, connection=connection, **form.verdict()
            )
            return redirect("act", request.organization.slug, job.pk)
        try:
            chosen.verb(connection, by=request.user, **form.verdict())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, str(chosen.done))
            return redirect("connection", request.organization.slug, pk)
    return TemplateResponse(
        request,
        "connections/act.html",
        {
            "organization": request.organization,
            "connection": connection,
            "act": chosen,
            "records": records_of(connection) if chosen.tone == "danger" else None,
            "form": form,
            "may_change": True,
        },
        status=422 if form.is_bound else 200,
    )


def records_of(connection: Connection) -> int:
    """Return how many records the vendor can read now."""
    publication = connection.feed.publication if connection.feed else None
    counts: dict[str, Any] = publication.counts if publication else {}
    return sum(numbers["records"] for numbers in counts.values())
