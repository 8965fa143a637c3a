"""The documents as a vendor reads them, spelled out collection by collection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.oracle.scoring import score, stamp, task
from tests.oracle.view import View

FLAGS = {
    "american_indian_or_alaska_native": "americanIndianOrAlaskaNative",
    "asian": "asian",
    "black_or_african_american": "blackOrAfricanAmerican",
    "native_hawaiian_or_other_pacific_islander": "nativeHawaiianOrOtherPacificIslander",
    "white": "white",
    "demographic_race_two_or_more_races": "demographicRaceTwoOrMoreRaces",
    "hispanic_or_latino_ethnicity": "hispanicOrLatinoEthnicity",
}


class OneOf:
    """A value that the rules leave open: equal to any of those it may be."""

    def __init__(self, values: set[str]) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        if isinstance(other, OneOf):
            return self.values == other.values
        return isinstance(other, str) and other in self.values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"OneOf({', '.join(sorted(self.values))})"


class Writer:
    """Writes everything that a view sees."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.district = view.district
        self.new = view.version == "1.2"

    def everything(self) -> dict[str, dict[str, dict[str, Any]]]:
        view, district = self.view, self.district
        tables: dict[str, tuple[dict[str, Any], Callable[[str], bool], Callable[[Any], Any]]] = {
            "orgs": (district.orgs, view.sees_org, self.org),
            "academicSessions": (district.sessions, view.sees_session, self.session),
            "courses": (district.courses, view.sees_course, self.course),
            "classes": (district.classes, view.sees_class, self.klass),
            "users": (district.users, view.sees_user, self.user),
            "enrollments": (district.enrollments, view.sees_enrollment, self.enrollment),
            "demographics": (district.demographics, view.sees_demographics, self.demographics_),
            "resources": (district.resources, view.sees_resource, self.resource),
            "categories": (district.categories, view.sees_category, self.category),
            "lineItems": (district.line_items, view.sees_line_item, self.line_item),
            "results": (district.results, view.sees_result, self.result),
        }
        if self.new:
            tables |= {
                "scoreScales": (district.score_scales, view.sees_score_scale, self.score_scale),
                "assessmentLineItems": (
                    district.assessment_line_items,
                    view.sees_assessment_line_item,
                    self.assessment_line_item,
                ),
                "assessmentResults": (
                    district.assessment_results,
                    view.sees_assessment_result,
                    self.assessment_result,
                ),
            }
        return {
            name: {
                sourced_id: self.finished(name, row, write(row))
                for sourced_id, row in rows.items()
                if sees(sourced_id)
            }
            for name, (rows, sees, write) in tables.items()
            if view.rules.shares_collection(name)
        }

    def finished(self, collection: str, row: Any, fields: dict[str, Any]) -> dict[str, Any]:
        """Leave out what is blank, withheld, or not ticked; add what every document has."""
        rules = self.view.rules
        document = {"sourcedId": row.sourced_id, "status": "active"}
        for name, value in fields.items():
            if value in (None, "", [], {}):
                continue
            if (collection, name) in self.required() or rules.shares_field(f"{collection}.{name}"):
                document[name] = value
        if "metadata" in rules.shares and row.metadata:
            document["metadata"] = row.metadata
        return document

    def required(self) -> set[tuple[str, str]]:
        """Fields that a version can't do without, whatever a policy says."""
        return {("orgs", "identifier")} if self.new else {("users", "username")}

    # References

    def one(self, type_: str, sourced_id: str, sees: Callable[[str], bool]) -> Any:
        return {"sourcedId": sourced_id, "type": type_} if sees(sourced_id) else None

    def many(self, type_: str, ids: Any, sees: Callable[[str], bool]) -> list[Any]:
        return [{"sourcedId": each, "type": type_} for each in sorted(set(ids)) if sees(each)]

    def resources(self, links: dict[str, Any], column: str, sourced_id: str) -> list[Any]:
        ids = [row.resource for row in links.values() if getattr(row, column) == sourced_id]
        return self.many("resource", ids, self.view.sees_resource)

    # Collections

    def org(self, row: Any) -> dict[str, Any]:
        parent = {each: self.district.ancestors_of_org(each)[:1] for each in self.district.orgs}
        below = [each for each, above in parent.items() if above == [row.sourced_id]]
        own = "".join(parent[row.sourced_id])
        return {
            "name": row.name,
            "type": row.type,
            "identifier": row.identifier or (row.sourced_id if self.new else ""),
            "parent": self.one("org", own, self.view.sees_org),
            "children": self.many("org", below, self.view.sees_org),
        }

    def session(self, row: Any) -> dict[str, Any]:
        sees = self.view.sees_session
        district = self.district
        parent = {each: district.ancestors_of_session(each)[:1] for each in district.sessions}
        below = [each for each, above in parent.items() if above == [row.sourced_id]]
        own = "".join(parent[row.sourced_id])
        return {
            "title": row.title,
            "startDate": row.start_date.isoformat(),
            "endDate": row.end_date.isoformat(),
            "type": row.type,
            "parent": self.one("academicSession", own, sees) if own else None,
            "children": self.many("academicSession", below, sees),
            "schoolYear": self.district.year_of_session(row.sourced_id),
        }

    def course(self, row: Any) -> dict[str, Any]:
        return {
            "title": row.title,
            "schoolYear": self.one("academicSession", row.school_year, self.view.sees_session),
            "courseCode": row.course_code or row.sourced_id,
            "grades": row.grades,
            "subjects": row.subjects,
            "org": self.one("org", row.org, self.view.sees_org),
            "subjectCodes": row.subject_codes,
            "resources": self.resources(self.district.course_resources, "course", row.sourced_id),
        }

    def klass(self, row: Any) -> dict[str, Any]:
        return {
            "title": row.title,
            "classCode": row.class_code,
            "classType": row.class_type if self.view.has_word(row.class_type) else "",
            "location": row.location,
            "grades": row.grades,
            "subjects": row.subjects,
            "course": self.one("course", row.course, self.view.sees_course),
            "school": self.one("org", row.school, self.view.sees_org),
            "terms": self.many("academicSession", row.terms, self.view.sees_session),
            "subjectCodes": row.subject_codes,
            "periods": row.periods,
            "resources": self.resources(self.district.class_resources, "klass", row.sourced_id),
        }

    def user(self, row: Any) -> dict[str, Any]:
        view, user = self.view, row.sourced_id
        document = {
            "userIds": row.user_ids,
            "enabledUser": _word(row.enabled),
            "givenName": row.given_name,
            "familyName": row.family_name,
            "middleName": row.middle_name,
            "identifier": row.identifier,
            "email": row.email,
            "sms": row.sms,
            "phone": row.phone,
            "agents": [{"sourcedId": other, "type": "user"} for other in view.agents(user)],
            "grades": row.grades,
        }
        if not self.new:
            roles = view.old_roles(user)
            orgs = {role.org for role in view.roles_shown(user)}
            return document | {
                "username": view.username(user),
                "role": OneOf(roles) if len(roles) > 1 else min(roles),
                "orgs": [{"sourcedId": org, "type": "org"} for org in sorted(orgs)],
            }
        profiles = [each for each in self.district.profiles.values() if each.user == user]
        return document | {
            "username": row.username,
            "userMasterIdentifier": row.user_master_identifier,
            "preferredFirstName": row.preferred_first_name,
            "preferredMiddleName": row.preferred_middle_name,
            "preferredLastName": row.preferred_last_name,
            "pronouns": row.pronouns,
            "roles": [self.role(user, role) for role in view.roles_shown(user)],
            "userProfiles": [_profile(each) for each in profiles if _is_complete(each)],
            "primaryOrg": self.one("org", row.primary_org, lambda org: view.is_seen_at(user, org)),
            "resources": self.resources(self.district.user_resources, "user", user),
        }

    def role(self, user: str, shown: Any) -> dict[str, Any]:
        """One role, without the word primary or secondary where the row isn't there."""
        document = {
            "roleType": shown.row.role_type if shown.row else "primary",
            "role": shown.word,
            "org": {"sourcedId": shown.org, "type": "org"},
        }
        if shown.row is None:
            return document
        if shown.row.begin_date:
            document["beginDate"] = shown.row.begin_date.isoformat()
        if shown.row.end_date:
            document["endDate"] = shown.row.end_date.isoformat()
        profile = self.district.profiles.get(shown.row.user_profile)
        if (
            profile is not None
            and profile.user == user
            and _is_complete(profile)
            and self.view.rules.shares_field("users.userProfiles")
        ):
            document["userProfile"] = _uri(profile)
        return document

    def enrollment(self, row: Any) -> dict[str, Any]:
        school = self.view.school_of_enrollment(row)
        return {
            "user": self.one("user", row.user, self.view.sees_user),
            "class": self.one("class", row.klass, self.view.sees_class),
            "school": self.one("org", school, self.view.sees_org),
            "role": row.role,
            "primary": _word(row.primary),
            "beginDate": row.begin_date.isoformat() if row.begin_date else None,
            "endDate": row.end_date.isoformat() if row.end_date else None,
        }

    def demographics_(self, row: Any) -> dict[str, Any]:
        document = {name: _word(getattr(row, column)) for column, name in FLAGS.items()}
        # 1.1 knows two words only.
        sex = row.sex if self.new or row.sex in ("male", "female") else ""
        return document | {
            "birthDate": row.birth_date.isoformat() if row.birth_date else None,
            "sex": sex,
            "countryOfBirthCode": row.country_of_birth_code,
            "stateOfBirthAbbreviation": row.state_of_birth_abbreviation,
            "cityOfBirth": row.city_of_birth,
            "publicSchoolResidenceStatus": row.public_school_residence_status,
        }

    def resource(self, row: Any) -> dict[str, Any]:
        return {
            "title": row.title,
            "roles": [role for role in row.roles if self.view.has_word(role)],
            "importance": row.importance,
            "vendorResourceId": row.vendor_resource_id,
            "vendorId": row.vendor_id,
            "applicationId": row.application_id,
        }

    # The gradebook

    def category(self, row: Any) -> dict[str, Any]:
        return {"title": row.title, "weight": row.weight if self.new else None}

    def score_scale(self, row: Any) -> dict[str, Any]:
        return {
            "title": row.title,
            "type": row.type,
            "course": self.one("course", row.course, self.view.sees_course),
            "class": self.one("class", row.klass, self.view.sees_class),
            "scoreScaleValue": row.values,
        }

    def line_item(self, row: Any) -> dict[str, Any]:
        view = self.view
        document = {
            **task(row),
            "assignDate": stamp(row.assign_date),
            "dueDate": stamp(row.due_date),
            "class": self.one("class", row.klass, view.sees_class),
            "category": self.one("category", row.category, view.sees_category),
            "gradingPeriod": self.one("academicSession", view.period_of(row), view.sees_session),
        }
        if not self.new:
            document.pop("learningObjectiveSet")
            return document
        return document | {
            "school": self.one("org", view.school_of_line_item(row), view.sees_org),
            "academicSession": self.one("academicSession", row.academic_session, view.sees_session),
            "scoreScale": self.one("scoreScale", row.score_scale, view.sees_score_scale),
        }

    def result(self, row: Any) -> dict[str, Any]:
        view = self.view
        document = {
            **score(row, whole=self.new),
            "lineItem": self.one("lineItem", row.line_item, view.sees_line_item),
            "student": self.one("user", row.student, view.sees_user),
        }
        if not self.new:
            return document
        klass = self.district.line_items[row.line_item].klass
        return document | {
            "class": self.one("class", klass, view.sees_class),
            "scoreScale": self.one("scoreScale", row.score_scale, view.sees_score_scale),
        }

    def assessment_line_item(self, row: Any) -> dict[str, Any]:
        view = self.view
        return {
            **task(row),
            "class": self.one("class", row.klass, view.sees_class),
            "parentAssessmentLineItem": self.one(
                "assessmentLineItem", row.parent, view.sees_assessment_line_item
            ),
            "scoreScale": self.one("scoreScale", row.score_scale, view.sees_score_scale),
        }

    def assessment_result(self, row: Any) -> dict[str, Any]:
        view = self.view
        return {
            **score(row, whole=True),
            "assessmentLineItem": self.one(
                "assessmentLineItem", row.assessment_line_item, view.sees_assessment_line_item
            ),
            "student": self.one("user", row.student, view.sees_user),
            "scorePercentile": row.score_percentile,
            "scoreScale": self.one("scoreScale", row.score_scale, view.sees_score_scale),
        }


def _word(value: bool | None) -> str | None:
    """A boolean as OneRoster writes it."""
    return None if value is None else str(value).lower()


def _is_complete(profile: Any) -> bool:
    """Whether a profile has what the specification requires of one."""
    return bool(profile.profile_type and profile.vendor_id)


def _uri(profile: Any) -> str:
    """The specification wants a URI where the bundle has an id."""
    return f"urn:profile:{profile.sourced_id}"


def _profile(row: Any) -> dict[str, Any]:
    document = {
        "profileId": _uri(row),
        "profileType": row.profile_type,
        "vendorId": row.vendor_id,
    }
    if row.application_id:
        document["applicationId"] = row.application_id
    if row.description:
        document["description"] = row.description
    if row.credential_type and row.username:
        document["credentials"] = [{"type": row.credential_type, "username": row.username}]
    return document
