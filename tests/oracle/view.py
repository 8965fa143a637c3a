"""What one connection may see of a district on a day: enrollments, resources, the gradebook."""

from __future__ import annotations

from typing import Any

from tests.oracle.asking import asked_once
from tests.oracle.families import Families


class View(Families):
    """One connection's view, whole. `sees_x(id)` is whether the record x is published to it."""

    @asked_once
    def sees_enrollment(self, enrollment: str) -> bool:
        row = self.district.enrollments[enrollment]
        return (
            self.has_word(row.role)
            and self.sees_class(row.klass)
            and self.sees_user(row.user)
            and not self.district.is_org_excluded(row.school)
            and self.may_take_part(row)
        )

    def sees_demographics(self, user: str) -> bool:
        return not self.district.is_marked("demographics", user) and bool(self.sees_user(user))

    @asked_once
    def sees_resource(self, resource: str) -> bool:
        """Shown when shared; one that is linked, only where something that it is linked to is.

        Reading: a link that leads nowhere is a link all the same.
        """
        district = self.district
        row = district.resources.get(resource)
        if row is None or not row.vendor_resource_id:
            return False
        if not self.rules.shares_collection("resources"):
            return False
        courses = [
            link.course for link in district.course_resources.values() if link.resource == resource
        ]
        classes = [
            link.klass for link in district.class_resources.values() if link.resource == resource
        ]
        if not courses and not classes:
            return True
        return any(map(self.sees_course, courses)) or any(map(self.sees_class, classes))

    # The gradebook

    def sees_category(self, category: str) -> bool:
        row = self.district.categories.get(category)
        return (
            row is not None
            and bool(row.title)
            and not self.district.is_marked("grading_task", category)
        )

    def sees_score_scale(self, scale: str) -> bool:
        """Reading: a reader who hasn't the collection is told of no scale of it either."""
        row = self.district.score_scales.get(scale)
        return (
            row is not None
            and self.version == "1.2"
            and self.rules.shares_collection("scoreScales")
            and bool(row.title and row.type and row.values)
            and bool(self.sees_class(row.klass))
        )

    def period_of(self, row: Any) -> str:
        """A line item's grading period; its academic session where that is one."""
        session = self.district.sessions.get(row.academic_session)
        if row.grading_period or session is None or session.type != "gradingPeriod":
            return str(row.grading_period)
        return str(row.academic_session)

    def school_of_line_item(self, row: Any) -> str:
        """Reading: its own school where that is visible, else the class's."""
        own = row.school and self.sees_org(row.school)
        return str(row.school if own else self.district.classes[row.klass].school)

    @asked_once
    def sees_line_item(self, line_item: str) -> bool:
        row = self.district.line_items.get(line_item)
        return (
            row is not None
            and bool(row.title)
            and not self.district.is_marked("line_item", line_item)
            and self.sees_class(row.klass)
            and self.sees_category(row.category)
            and (
                self.version == "1.2"
                or (
                    bool(self.sees_session(self.period_of(row)))
                    and row.result_value_min is not None
                    and row.result_value_max is not None
                )
            )
        )

    @asked_once
    def sees_result(self, result: str) -> bool:
        """By its line item and its student, who was in the class at any time, unmarked."""
        district = self.district
        row = district.results[result]
        if not self.is_scored(row) or district.is_marked("result", result):
            return False
        if not self.sees_line_item(row.line_item) or not self.sees_user(row.student):
            return False
        klass = district.line_items[row.line_item].klass
        return not district.is_marked(
            "school_enrollment", f"{row.student}~{district.classes[klass].school}"
        ) and any(
            enrollment.user == row.student
            and enrollment.klass == klass
            and enrollment.role == "student"
            and not district.is_marked("enrollment", enrollment.sourced_id)
            for enrollment in district.enrollments_ever
        )

    def is_scored(self, row: Any) -> bool:
        """Whether a result has what the version requires of one."""
        if not row.score_status or not self.has_word(row.score_status):
            return False
        return self.version == "1.2" or row.score is not None

    @asked_once
    def sees_assessment_line_item(self, line_item: str) -> bool:
        row = self.district.assessment_line_items.get(line_item)
        if row is None or self.version == "1.1" or not row.title:
            return False
        return bool(self.sees_class(row.klass)) if row.klass else self.rules.schools == "all"

    def sees_assessment_result(self, result: str) -> bool:
        row = self.district.assessment_results[result]
        return (
            self.is_scored(row)
            and bool(self.sees_assessment_line_item(row.assessment_line_item))
            and bool(self.sees_user(row.student))
        )
