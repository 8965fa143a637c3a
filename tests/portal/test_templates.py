"""Every template of ours compiles, also those that no test happens to show."""

from django.conf import settings
from django.template.loader import get_template


def test_every_template_compiles():
    folder = settings.BASE_DIR / "templates"
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            get_template(str(path.relative_to(folder)))
