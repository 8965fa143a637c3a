"""Background jobs of the installation, for operators: what runs, waits and failed, and why."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from portal.access import SignedIn, signed_in
from portal.alerting.conditions import of_installation
from portal.asked import asked
from portal.models import Alert
from portal.paging import paged
from portal.words import JOB_STATES
from roster import jobs
from roster.models import Job
from roster.refusal import Refused


@signed_in(operator=True)
def index(request: SignedIn) -> HttpResponse:
    """The jobs, the latest first, narrowed by state; and whether worker and beat are alive."""
    state = asked(request, "state")
    rows = Job.objects.select_related("organization").order_by("-pk")
    if state in JOB_STATES:
        rows = rows.filter(state=state)
    cut = paged(request, rows.count())
    return TemplateResponse(
        request,
        "jobs/list.html",
        {
            "states": [(each, label) for each, (_tone, label) in JOB_STATES.items()],
            "chosen": state,
            "paged": cut,
            "jobs": rows[cut.cut],
            "alerts": of_installation(),
            "unsent": Alert.objects.filter(sent__isnull=True, ended__isnull=True).count(),
        },
    )


@signed_in(operator=True, methods=("POST",))
def again(request: SignedIn, pk: int) -> HttpResponse:
    """Run a job again that failed."""
    job = Job.objects.filter(pk=pk).first()
    if job is None:
        raise Http404
    try:
        jobs.run_again(job, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is queued again."))
    return redirect("jobs")
