"""What vendors sent back: the classes into which they wrote, what arrived, what was refused."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from connections.delivering import vendors
from portal import naming
from portal.access import AtDesk, page
from portal.asked import asked
from portal.paging import paged
from portal.terms import COLLECTION_TERMS
from roster.grading import classes_of, number_refused, of_class, refused_of
from roster.models import Klass


@page()
def show(request: AtDesk) -> HttpResponse:
    """All classes with arrivals, or by `?id=` one of them. Nobody edits grades here."""
    organization, sourced_id = request.organization, asked(request, "id")
    if not sourced_id:
        classes = classes_of(organization)
        at = paged(request, len(classes))
        context = {
            "organization": organization,
            "may_change": request.may_change,
            "classes": classes[at.cut],
            "paged": at,
            "refused": number_refused(organization),
        }
        return TemplateResponse(request, "grades/index.html", context)
    klass = class_or_404(request, sourced_id)
    records = of_class(organization, klass)
    at = paged(request, len(records))
    shown = records[at.cut]
    every = [each for record in shown for each in (record, *record.results)]
    students = {each.values["student"] for each in every if each.row.collection == "results"}
    names = naming.names_of(organization, [("person", student) for student in students])
    context = {
        "organization": organization,
        "may_change": request.may_change,
        "klass": klass,
        "records": shown,
        "paged": at,
        "names": {student: names["person", student] for student in students},
        "vendors": vendors(),
        "refused": number_refused(organization, klass),
    }
    return TemplateResponse(request, "grades/class.html", context)


@page()
def refused(request: AtDesk) -> HttpResponse:
    """What vendors tried to write and couldn't, or by `?id=` what was meant for one class."""
    organization, sourced_id = request.organization, asked(request, "id")
    klass = class_or_404(request, sourced_id) if sourced_id else None
    at = paged(request, number_refused(organization, klass))
    context = {
        "organization": organization,
        "may_change": request.may_change,
        "klass": klass,
        "refused": refused_of(organization, klass, at.cut),
        "paged": at,
        "vendors": vendors(),
        "terms": COLLECTION_TERMS,
    }
    return TemplateResponse(request, "grades/refused.html", context)


def class_or_404(request: AtDesk, sourced_id: str) -> Klass:
    """Return a class of the organization's, or answer that there is none."""
    return get_object_or_404(Klass, organization=request.organization, sourced_id=sourced_id)
