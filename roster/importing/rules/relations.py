"""What is found of records among each other, when everything is stored."""

from __future__ import annotations

from roster.importing.rules.rule import ACCEPT, VALUE_OUT, Rule, notice, warning

RECORDS: dict[str, Rule] = {
    # References, checked when everything is stored.
    "reference-unknown": warning(
        "The row names a record of {target} that neither the bundle nor the roster holds. It was"
        " kept, but what can't do without that record is not published.",
        "Export that record too, or correct the reference.",
    ),
    "school-not-a-school": notice(
        "The class names an org as its school whose type is not school. The org is treated as a"
        " school.",
        "Give the org the type school.",
    ),
    "session-not-a-year": notice(
        "The session that the course names as its school year is of another type. The course"
        " belongs to the year that the session lies in.",
        "Name a session of type schoolYear.",
    ),
    "link-twice": warning(
        "The record has a score scale already. The first one in the file was taken.",
        "Link each record to one score scale.",
        VALUE_OUT,
        binding=False,
    ),
    # Contradictions between rows, checked when everything is stored.
    "vendor-wrote": notice(
        "A vendor has written a record of this id. Both are kept: that vendor reads its own record,"
        " the others the bundle's.",
        "Give the row another id.",
        binding=False,
    ),
    "enrollment-school": notice(
        "The enrollment names another school than its class does. It counts at the class's school.",
        "Name the class's school; where a student is at home is said by the student's role.",
        binding=False,
    ),
    "enrollment-twice": notice(
        "The same person is in the same class, in the same role, by two rows at the same time."
        " Both are published.",
        "Send one row, or rows whose dates follow each other.",
        binding=False,
    ),
    "teacher-primary-twice": notice(
        "The class has several primary teachers at the same time. All were kept as primary.",
        "Name one primary teacher for each class.",
    ),
    "class-of-years": warning(
        "The class has terms of two school years. It was kept, and is published in both.",
        "Make a class for each school year.",
        binding=False,
    ),
    "date-outside-terms": notice(
        "The enrollment begins or ends outside of its class's terms. It was kept; vendors see it"
        " while the class has a term.",
        "Let enrollments begin and end within the terms of their classes.",
    ),
    "enrollment-role": notice(
        "The enrollment's role is none that the person has: a student who teaches, or staff who"
        " are enrolled as students. It is published, and vendors see the person as both.",
        "Give the person the role at the class's school, or correct the enrollment.",
        binding=False,
    ),
    "user-without-role": notice(
        "The person has no role at any org. Class enrollments say what they are; without any, they"
        " aren't published, except as guardian of a published child.",
        "Send the person's role.",
        binding=False,
    ),
    "role-primary-twice": notice(
        "The person has several primary roles at this org. They were kept; vendors are told one of"
        " them as primary, and the others as secondary.",
        "Make one of the roles primary, and the others secondary.",
    ),
    "username-twice": warning(
        "Several people have this username, letter case aside. It was kept; many vendors take them"
        " for one person, or refuse the second.",
        "Give each person one user and a username of their own.",
        binding=False,
    ),
    "email-twice": notice(
        "Several people have this e-mail address. It was kept; vendors that find people by e-mail"
        " take them for one person.",
        "Give each person an address of their own, or none.",
        binding=False,
    ),
    "id-telling": notice(
        "The sourcedId looks like an e-mail address or a name. Vendors keep it for ever, also of"
        " those who aren't shared names, and it changes when the name does.",
        "Let the source make ids that say nothing about the person.",
        binding=False,
    ),
    "subjects-uneven": notice(
        "subjects and subjectCodes have different numbers of entries, so that it isn't clear which"
        " code is whose. Both were kept.",
        "List a code for each subject, in the same order.",
    ),
    "parent-circle": warning(
        "Following its parents leads back to this record. The link to its parent was left out;"
        " exclusions above it hold all the same.",
        "Correct the parents: nothing can be above itself.",
        binding=False,
    ),
    "year-labels": warning(
        "Another session has the same dates and another schoolYear. Both are one year, which is"
        " called by the year in which it ends.",
        "Label a school year by the year in which it ends, for every school.",
        binding=False,
    ),
    # Exclude marks, when rows are compared and the hierarchy is derived.
    "mark-gone": notice(
        "The row was marked, and isn't any more. Unless something else hides it, its record is"
        " visible from the next refresh on.",
        "Nothing, if that is meant. A mark that a person sets stays, whatever the bundle says.",
        binding=False,
    ),
    "mark-passed": notice(
        "The import took away {title} “{marked}”, which is excluded. The exclusion passes to what"
        " took its place, or to its records themselves: nothing is visible that wasn't.",
        "Nothing, unless the exclusion isn't wanted any more.",
        binding=False,
    ),
    "mark-left": warning(
        "The record was hidden by the exclusion of {title} “{marked}” and has left it. It is"
        " visible from the next refresh on.",
        "Exclude the record where it is now, if it is to stay hidden.",
        binding=False,
    ),
    # The district's own rows beside what its system sends.
    "own-row-caught-up": notice(
        "The row is sent with the same values in {columns} by now as the district's own row (by"
        " {by}) gives it.",
        "End the own row; vendors see no difference.",
        binding=False,
    ),
    "own-row-contradicted": warning(
        "The row is sent with another value in {columns} than before. The value of the district's"
        " own row (by {by}) is published all the same.",
        "See which of them is right; end the own row if it is the one that is sent.",
        ACCEPT,
        binding=False,
    ),
    "own-row-gone": warning(
        "The row isn't sent any more, so the district's own row (by {by}) has nothing to change:"
        " what it says in {columns} isn't published.",
        "End the own row, or add the row whole.",
        ACCEPT,
        binding=False,
    ),
}
