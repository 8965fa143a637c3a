"""What lists are asked by: whole facts of whole documents."""

from roster.dialects.facts import facts_of


def ref(target: str, sourced_id: str) -> dict[str, str]:
    return {"href": f"/x/{sourced_id}", "sourcedId": sourced_id, "type": target}


def test_a_user_of_1_2() -> None:
    document = {
        "sourcedId": "ann",
        "status": "active",
        "metadata": {"homeroom": "B-2"},
        "username": "Ann.Lee",
        "enabledUser": "true",
        "givenName": "ann",
        "familyName": "Çelik",
        "roles": [
            {"roleType": "primary", "role": "student", "org": ref("org", "North")},
            {
                "roleType": "primary",
                "role": "aide",
                "org": ref("org", "s"),
                "endDate": "2026-06-01",
            },
        ],
        "userIds": [{"type": "Fed", "identifier": "1"}],
        "agents": [ref("user", "mum")],
        "grades": ["07"],
    }
    assert facts_of("1.2", "users", document) == {
        "@": ["student@North", "aide@s"],
        "metadata.homeroom": "B-2",
        "~metadata.homeroom": "b-2",
        "username": "Ann.Lee",
        "~username": "ann.lee",
        "enabledUser": "true",
        "givenName": "ann",
        "familyName": "Çelik",
        "~familyName": "çelik",
        "roles.roleType": ["primary", "primary"],
        "roles.role": ["student", "aide"],
        "roles.org.sourcedId": ["North", "s"],
        "~roles.org.sourcedId": ["north", "s"],
        "roles.endDate": ["2026-06-01"],
        "userIds.type": ["Fed"],
        "~userIds.type": ["fed"],
        "userIds.identifier": ["1"],
        "agents.sourcedId": ["mum"],
        "grades": ["07"],
    }


def test_a_user_of_1_1_has_one_role_at_all_orgs() -> None:
    document = {
        "sourcedId": "ann",
        "role": "student",
        "orgs": [ref("org", "n"), ref("org", "s")],
    }
    assert facts_of("1.1", "users", document) == {
        "@": ["student@n", "student@s"],
        "orgs.sourcedId": ["n", "s"],
    }


def test_what_stands_in_columns_is_not_kept_twice() -> None:
    document = {
        "sourcedId": "e",
        "user": ref("user", "ann"),
        "class": ref("class", "k"),
        "school": ref("org", "n"),
        "role": "student",
        "primary": "false",
        "beginDate": "2025-08-20",
    }
    assert facts_of("1.2", "enrollments", document) == {
        "primary": "false",
        "beginDate": "2025-08-20",
    }


def test_numbers_stay_numbers_also_inside_of_lists() -> None:
    document = {
        "sourcedId": "r",
        "lineItem": ref("lineItem", "li"),
        "student": ref("user", "ann"),
        "score": 87.5,
        "learningObjectiveSet": [
            {
                "source": "case",
                "learningObjectiveResults": [
                    {"learningObjectiveId": "o1", "score": 3},
                    {"learningObjectiveId": "o2", "textScore": "B"},
                ],
            }
        ],
    }
    prefix = "learningObjectiveSet.learningObjectiveResults"
    assert facts_of("1.2", "results", document) == {
        "lineItem.sourcedId": "li",
        "score": 87.5,
        "learningObjectiveSet.source": ["case"],
        f"{prefix}.learningObjectiveId": ["o1", "o2"],
        f"{prefix}.score": [3],
        f"{prefix}.textScore": ["B"],
        f"~{prefix}.textScore": ["b"],
    }
