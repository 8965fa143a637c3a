"""1.1's users become users, roles and agents; 1.2's agents too."""

from __future__ import annotations

from roster.models import Agent, Mark, Role, User
from tests.roster.importing.bundles import V1P1, V1P2, edited
from tests.roster.importing.conftest import Bundler


def roles() -> set[tuple[str, str, str, str]]:
    return set(Role.objects.values_list("sourced_id", "user", "org", "role"))


def test_each_org_of_a_1_1_user_gives_a_primary_role(load: Bundler) -> None:
    done = load(V1P1, "1.1")
    assert roles() == {
        ("ann~s1", "ann", "s1", "student"),
        ("tom~s1", "tom", "s1", "teacher"),
        ("tom~s2", "tom", "s2", "teacher"),
        ("pat~s1", "pat", "s1", "parent"),
        ("lea~d", "lea", "d", "administrator"),
    }
    assert set(Role.objects.values_list("role_type", flat=True)) == {"primary"}
    assert done.counts["users.csv: roles"]["created"] == 5


def test_derived_roles_are_updated_retired_and_returned(load: Bundler) -> None:
    load(V1P1, "1.1")
    moved = edited(V1P1, "users.csv", '"s1,s2",teacher', "s2,aide")
    done = load(moved, "1.1")
    assert done.counts["users.csv: roles"] == {
        "read": 4,
        "created": 0,
        "updated": 1,
        "unchanged": 3,
        "retired": 1,
        "left_out": 0,
    }
    assert Role.objects.get(sourced_id="tom~s1").status == "tobedeleted"
    assert Role.objects.get(sourced_id="tom~s2").role == "aide"
    load(V1P1, "1.1")
    assert Role.objects.get(sourced_id="tom~s1").status == "active"


def test_a_departed_user_takes_the_roles_along(load: Bundler) -> None:
    load(V1P1, "1.1")
    lines = V1P1["users.csv"].splitlines(keepends=True)
    load(V1P1 | {"users.csv": "".join(line for line in lines if not line.startswith("lea"))}, "1.1")
    assert User.objects.get(sourced_id="lea").status == "tobedeleted"
    assert Role.objects.get(sourced_id="lea~d").status == "tobedeleted"


def test_an_invalid_user_keeps_roles_and_agents(load: Bundler) -> None:
    load(V1P1, "1.1")
    done = load(edited(V1P1, "users.csv", "pat,,,true", "pat,gone,,true"), "1.1")
    assert done.counts["users.csv"]["left_out"] == 1
    assert Role.objects.get(sourced_id="pat~s1").status == "active"
    assert Agent.objects.filter(user="pat", agent="ann").exists()


def test_a_user_without_role_is_kept_with_a_warning(load: Bundler) -> None:
    done = load(edited(V1P1, "users.csv", "s1,parent", "s1,"), "1.1")
    assert User.objects.filter(sourced_id="pat").exists()
    assert not Role.objects.filter(user="pat").exists()
    codes = set(done.findings.values_list("code", flat=True))
    assert codes == {"missing", "user-without-role"}


def test_a_user_whose_role_is_unknown_keeps_the_one_that_was_stored(load: Bundler) -> None:
    load(V1P1, "1.1")
    done = load(edited(V1P1, "users.csv", "s1,parent", "s1,papa"), "1.1")
    assert done.findings.get().code == "unreadable-row"
    assert Role.objects.get(user="pat").status == "active"


def test_ids_that_would_make_the_same_role_id_do_not_meet(load: Bundler) -> None:
    orgs = V1P1["orgs.csv"] + "b~c,,,East,school,,\nc,,,West,school,,\n"
    head = V1P1["users.csv"].splitlines()[0]
    users = (
        f"{head}\na,,,true,b~c,student,a,,A,A,,,,,,,,\na~b,,,true,c,student,ab,,A,B,,,,,,,,\n"
        f"{'u' * 200},,,true,{'o' * 200},student,u,,U,U,,,,,,,,\n"
    )
    load(V1P1 | {"orgs.csv": orgs, "users.csv": users}, "1.1")
    assert Role.objects.count() == 3


def test_agents_follow_the_file(load: Bundler) -> None:
    load(V1P2)
    assert set(Agent.objects.values_list("user", "agent")) == {("ann", "pat"), ("pat", "ann")}
    done = load(edited(V1P2, "users.csv", ",,,pat,09", ',,,"tom,tom",09'))
    assert set(Agent.objects.values_list("user", "agent")) == {("ann", "tom"), ("pat", "ann")}
    assert done.counts["users.csv"]["updated"] == 1


def test_a_bundle_s_exclude_column_marks_and_clears(load: Bundler) -> None:
    head, ann, *rest = V1P1["users.csv"].splitlines()
    users = "\n".join(
        [f"{head},metadata.externalLmsExclude", f"{ann},true", *(f"{r}," for r in rest)]
    )
    load(V1P1 | {"users.csv": users}, "1.1")
    assert User.objects.get(sourced_id="ann").metadata == {"externalLmsExclude": "true"}
    assert list(Mark.objects.values_list("kind", "sourced_id")) == [("person", "ann")]
    load(V1P1, "1.1")
    assert not Mark.objects.exists()


def test_changing_the_version_changes_roles_and_nothing_else(load: Bundler) -> None:
    load(V1P1, "1.1")
    done = load(V1P2)
    assert done.counts["roles.csv"]["created"] == 4
    assert set(Role.objects.filter(status="active").values_list("sourced_id", flat=True)) == {
        "r1", "r2", "r3", "r4",
    }  # fmt: skip
    assert done.counts["enrollments.csv"]["unchanged"] == 2
