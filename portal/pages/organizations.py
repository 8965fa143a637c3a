"""The organizations of the installation, for operators: how large and how well, no student data."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse

from connections.models import Interest
from portal import installation
from portal.access import SignedIn, signed_in


@signed_in(operator=True)
def index(request: SignedIn) -> HttpResponse:
    """Every organization with its size and health; the queue of jobs, and who works on it."""
    return TemplateResponse(
        request,
        "organizations/list.html",
        {
            "organizations": installation.measured(),
            "forms": Interest.objects.waiting().count(),
            "queue": installation.queue(),
            "workers": installation.workers(),
            "served": set(request.user.memberships.values_list("organization_id", flat=True)),
        },
    )
