"""Names are found without accents and case, by Python and by the database alike."""

from __future__ import annotations

import pytest

from roster.folding import fold, words_of
from roster.kinds import KINDS
from roster.listing import searching
from roster.models import Klass, Level, Organization, User
from roster.organizations import create_organization

FOLDED = {
    "SIOBHÁN O’Hara": "siobhan o'hara",
    "Yılmaz": "yilmaz",
    "YILMAZ İpek": "yilmaz ipek",
    "Søren Ærø Ðórr": "soren aero dorr",
    "Łukasz Żółć": "lukasz zolc",
    "Strauß-Müller": "strauss-muller",
    "Nguyễn Đức": "nguyen duc",
    "ΣΟΦΟΣ Ελένη": "σοφοσ ελενη",
    "ЁЛКИНА Анна": "елкина анна",
    "王 小明": "王 小明",
    "Zoe\u0308": "zoe",
}


@pytest.fixture
def riverside(db: None) -> Organization:
    return create_organization("riverside", "Riverside", by="operator")


@pytest.mark.parametrize(("name", "folded"), FOLDED.items())
def test_a_name_is_folded(name: str, folded: str):
    assert fold(name) == folded


def test_the_database_folds_as_python_does(riverside: Organization):
    for number, name in enumerate(FOLDED):
        User.objects.create(
            organization=riverside, sourced_id=f"u{number}", given_name="É", family_name=name
        )
    kept = User.objects.order_by("pk").values_list("search", flat=True)
    assert list(kept) == [fold(f"{name} É     u{number}") for number, name in enumerate(FOLDED)]


def test_words_are_parted_by_commas_too():
    assert words_of(" Yılmaz,Ann ,") == ["yilmaz", "ann"]


def test_people_are_found_whichever_way_they_are_typed(riverside: Organization):
    names = {"a": ("Siobhán", "Yılmaz"), "b": ("Søren", "Özil"), "c": ("Tom", "Petersen" * 90)}
    for pk, (given, family) in names.items():
        User.objects.create(
            organization=riverside, sourced_id=pk, given_name=given, family_name=family
        )

    def found(words: str) -> list[str]:
        people = searching.found(riverside, KINDS["person"], words=words)
        return [person.sourced_id for person in people]

    for typed in ("SIOBHÁN", "siobhan", "Yılmaz, Siobhán", "yilmaz,siobhan", "YILMAZ"):
        assert found(typed) == ["a"]
    assert found("soren") == found("SØREN") == found("ÖZIL, S") == ["b"]
    assert found("") == ["b", "c", "a"]
    assert found("50%") == found("_") == []


def test_names_of_classes_and_grades(riverside: Organization):
    Klass.objects.create(organization=riverside, sourced_id="k1", title="Français Ⅱ")
    for grade in ("02", "KG", "10", "none", "01", "PK"):
        Level.objects.create(
            organization=riverside, kind="grade_level", sourced_id=f"s~{grade}", name=grade
        )
    classes = searching.found(riverside, KINDS["section"], words="FRANCAIS ii")
    assert [klass.sourced_id for klass in classes] == ["k1"]
    levels = searching.found(riverside, KINDS["grade_level"])
    assert [level.name for level in levels] == ["PK", "KG", "01", "02", "10", "none"]
