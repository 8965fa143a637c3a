"""Notes on the marks of before what their levels are about, as marks that are set now have it."""

BATCH = 500
ALIKE = ("calendar", "schedule_structure", "grade_level", "course")


def say_what_they_are_about(apps, schema_editor):
    alias = schema_editor.connection.alias
    Mark = apps.get_model("roster", "Mark")
    Level = apps.get_model("roster", "Level")
    for organization in apps.get_model("roster", "Organization").objects.using(alias).all():
        levels = Level.objects.using(alias).filter(organization=organization)
        marks = Mark.objects.using(alias).filter(organization=organization)
        for kind in marks.order_by().values_list("kind", flat=True).distinct():
            of_kind = list(marks.filter(kind=kind).order_by("pk"))
            for start in range(0, len(of_kind), BATCH):
                some = of_kind[start : start + BATCH]
                found = about(levels, kind, {mark.sourced_id for mark in some})
                for mark in some:
                    if mark.sourced_id in found:
                        mark.about = {"revision": organization.revision, **found[mark.sourced_id]}
                Mark.objects.using(alias).bulk_update(some, ["about"])


def about(levels, kind, sourced_ids):
    """Return what these levels of a kind are about; nothing of rows that are no levels."""
    rows = levels.filter(kind=kind)
    found = {row.sourced_id: about_one(row) for row in rows.filter(sourced_id__in=sourced_ids)}
    if kind in ALIKE and found:
        alike = {}
        for row in rows.filter(school__in={each.get("school", "") for each in found.values()}):
            alike.setdefault(likeness(about_one(row)), []).append(row.sourced_id)
        for sourced_id, each in found.items():
            others = alike.get(likeness(each), ())
            each["others"] = sorted(other for other in others if other != sourced_id)
    if kind == "course_master" and found:
        courses = {}
        above = levels.filter(kind="course").values_list("course", "all_of")
        for course, parents in above.iterator(2000):
            for name, master in parents:
                if name == "course_master":
                    courses.setdefault(master, set()).add(course)
        for sourced_id, each in found.items():
            each["courses"] = sorted(courses.get(sourced_id, ()))
    return found


def about_one(level):
    parents = dict(reversed(level.all_of))
    said = {
        "school": level.school,
        "year": level.year,
        "person": level.person,
        "course": level.course,
        "calendar": parents.get("calendar", ""),
        "structure": parents.get("schedule_structure", ""),
        "child": level.all_of[1][1] if level.kind == "guardian_link" else "",
        "grade": level.name if level.kind == "grade_level" else "",
    }
    return {name: value for name, value in said.items() if value}


def likeness(said):
    what = said.get("course") or said.get("grade") or ""
    return said.get("school", ""), said.get("year", ""), what
