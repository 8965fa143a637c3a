"""A new connection: the steps that the districts' guide prescribes, with a way back from each."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_variables

from connections import lifecycle
from connections.agreements import keep_file
from connections.checking import check_data
from connections.choosing import without_students
from connections.models import Connection
from connections.sharing import rules
from portal.access import ADMIN, AtDesk, page
from portal.asked import storable
from portal.forms.connections import STEPS, ConnectionForm
from portal.naming import names_of
from portal.pages import once
from portal.pages.keeping_out import found, people_of
from portal.pages.prerequisites import checks_of
from portal.pages.sharing import NAMES
from portal.terms import COLLECTION_TERMS
from portal.words import Words
from roster import jobs
from roster.explaining import difference
from roster.models import Feed, Import, Organization
from roster.refusal import Refused

EXAMPLES = 3
"""How many of those that would be shared are named for each list."""
RECORDS = 5
"""How many records of each prerequisite are named."""
SHARING, DONE = [step.name for step in STEPS].index("sharing"), len(STEPS)


@page(ADMIN, methods=("GET", "POST"))
def new(request: AtDesk) -> HttpResponse:
    """The step that is asked for; the last leads to the Information to Share, with the secret.

    `to` is where the button leads: to a step, or to the end. `copy`, `profile`, `count`, `find`,
    `out` and `in` (with a person's id) stay at the sharing. Nobody comes past a step in which
    something is wrong.
    """
    if request.method != "POST":
        return shown(request, ConnectionForm(organization=request.organization), 0)
    form = ConnectionForm(request.POST, request.FILES, organization=request.organization)
    to = request.POST.get("to", "")
    if to == "copy":
        return shown(request, form.like_another(), SHARING)
    if to == "profile":
        return shown(request, form.as_the_partner_asks(), SHARING)
    if to == "count":
        return counted(request, form)
    if to == "find" or to.startswith(("out ", "in ")):
        return kept_out(request, form, to)
    target = number_of(to)
    wrong = form.first_wrong(target)
    if wrong is not None:
        return shown(request, form, wrong, refused=True)
    return shown(request, form, target) if target < DONE else made(request, form)


@sensitive_variables("secret")
def made(request: AtDesk, form: ConnectionForm) -> HttpResponse:
    try:
        connection, secret = lifecycle.connect(
            request.organization, by=request.user, **form.verdict()
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return shown(request, form, DONE - 1, refused=True)
    if chosen := form.cleaned_data["agreement_file"]:
        keep_file(connection, *chosen, by=request.user)
    publish_soon(connection, by=request.user)
    once.put(request.session, connection, secret)
    return redirect("connection_information", request.organization.slug, connection.pk)


def shown(
    request: AtDesk, form: ConnectionForm, number: int, *, refused: bool = False, **more: Any
) -> HttpResponse:
    """Show a step; what is wrong in it only where that was why it is shown."""
    step = STEPS[number]
    if form.is_bound:
        form.show_errors_of(step if refused else None)
    context = {
        "organization": request.organization,
        "may_change": True,
        "form": form,
        "steps": STEPS,
        "step": step,
        "number": number,
        "before": STEPS[number - 1].name if number else "",
        "after": STEPS[number + 1].name if number + 1 < DONE else "",
        "carried": list(form.carried(step)),
        "kept": people_of(request.organization, form.kept),
        **(found_in_data(request.organization, form.draft()) if step.name == "data" else {}),
        **more,
    }
    return TemplateResponse(
        request, "connections/new.html", context, status=422 if refused else 200
    )


def counted(request: AtDesk, form: ConnectionForm) -> HttpResponse:
    """Say how much would be shared, with a few examples; for htmx that alone."""
    form.errors.pop("person", None)  # A name that is being typed keeps nobody from counting.
    wrong = form.first_wrong(SHARING + 1)
    if wrong is not None and not request.htmx:
        return shown(request, form, wrong, refused=True)
    more: dict[str, Any] = {"counted": wrong is None}
    if wrong is None:
        draft = form.draft()
        more |= {"reach": reach_of(draft), "warnings": without_students(draft)}
        more["kept"] = people_of(request.organization, form.kept)
    if request.htmx:
        return TemplateResponse(request, "connections/new/_reach.html", more)
    return shown(request, form, SHARING, **more)


def kept_out(request: AtDesk, form: ConnectionForm, to: str) -> HttpResponse:
    """Find people by name or id, keep one of them out, or take one off those kept out."""
    act, _blank, person = storable(to).partition(" ")
    unsaid = act == "out" and not form.data.get("why", "").strip()
    if act == "out" and not unsaid:
        form = form.keeping_out(person)
    elif act == "in":
        form = form.letting_in(person)
    words = storable(form.data.get("person", "")).strip()
    more = found(request.organization, words, form.kept) | {"unsaid": unsaid}
    if request.htmx:
        form.show_errors_of(None)
        people = people_of(request.organization, form.kept)
        context = {"organization": request.organization, "form": form, "kept": people, **more}
        return TemplateResponse(request, "connections/new/_kept_out.html", context)
    return shown(request, form, SHARING, **more)


def reach_of(draft: Connection) -> list[tuple[Words, int, list[str]]]:
    """Return each list that the vendor would get: its name, its length, a few names of it."""
    organization = draft.organization
    found = difference(None, organization, draft.oneroster, rules(draft), EXAMPLES)
    nodes = [(kind, each) for name, kind in NAMES.items() for each in ids_of(found, name)]
    names = names_of(organization, nodes)
    return [
        (
            COLLECTION_TERMS[name],
            found[name]["then"],
            [names[NAMES[name], each] for each in ids_of(found, name)] if name in NAMES else [],
        )
        for name in COLLECTION_TERMS
        if name in found and found[name]["then"]
    ]


def ids_of(found: dict[str, Any], name: str) -> list[str]:
    return list(found[name]["ids"]["added"]) if name in found else []


def found_in_data(organization: Organization, draft: Connection) -> dict[str, Any]:
    """Return what this vendor would stumble over, once there is data."""
    if not organization.imports.filter(state=Import.State.APPLIED).exists():
        return {"imported": False}
    found = check_data(organization, draft, shown=RECORDS)
    return {
        "imported": True,
        "checks": checks_of(organization, found),
        "warnings": without_students(draft),
    }


def number_of(step: str) -> int:
    """Return the place of a step; what is none leads to the end."""
    return next((number for number, each in enumerate(STEPS) if each.name == step), DONE)


def publish_soon(connection: Connection, by: Any) -> None:
    """Queue the first publication of a new connection, so that its vendor needn't wait.

    Before the organization's first refresh that is the refresh, of which one is enough.
    """
    organization, feed = connection.organization, connection.feed
    if feed is None or feed.state != Feed.State.FOLLOWING or feed.publication_id is not None:
        return
    if organization.shown_map_id is not None:
        key, arguments = f"publish:{organization.slug}:{feed.pk}", {"feed": feed.pk}
        jobs.enqueue("publish", organization=organization, key=key, arguments=arguments, by=by)
    elif organization.imports.filter(state=Import.State.APPLIED).exists():
        key = f"refresh:{organization.slug}:first"
        jobs.enqueue("refresh", organization=organization, key=key, by=by, again=True)
