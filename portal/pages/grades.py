"""What vendors sent back: the classes into which they wrote, and what arrived in one of them."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse

from connections.models import Partner
from portal import naming
from portal.access import AtDesk, page
from portal.asked import asked
from portal.paging import paged
from roster.grading import classes_of, of_class
from roster.models import Klass


@page()
def show(request: AtDesk) -> HttpResponse:
    """All classes with arrivals, or by `?id=` one of them. Nobody edits grades here."""
    organization, sourced_id = request.organization, asked(request, "id")
    if not sourced_id:
        classes = classes_of(organization)
        at = paged(request, len(classes))
        context = {"organization": organization, "classes": classes[at.cut], "paged": at}
        return TemplateResponse(request, "grades/index.html", context)
    klass = Klass.objects.filter(organization=organization, sourced_id=sourced_id).first()
    if klass is None:
        raise Http404
    records = of_class(organization, klass)
    at = paged(request, len(records))
    shown = records[at.cut]
    every = [each for record in shown for each in (record, *record.results)]
    students = {each.values["student"] for each in every if each.row.collection == "results"}
    names = naming.names_of(organization, [("person", student) for student in students])
    context = {
        "organization": organization,
        "klass": klass,
        "records": shown,
        "paged": at,
        "names": {student: names["person", student] for student in students},
        "vendors": dict(Partner.objects.values_list("pk", "name")),
    }
    return TemplateResponse(request, "grades/class.html", context)
