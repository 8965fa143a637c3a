"""Puts the character for scheme and host into the documents that are there.

Their digests were made without it, and stay: no document is another one, so no stamp moves.
"""

from typing import Any

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Chr, Concat, Replace

HREF = '"href":"'
PATH = "/ims/"


def put(apps: Any, schema_editor: Any) -> None:
    one = Chr(Value(127))
    escaped = Replace(F("body"), one, Value("\\u007f"))
    marked = Concat(Value(HREF), one, Value(PATH))
    body = Replace(escaped, Value(HREF + PATH), marked)
    apps.get_model("roster", "Document").objects.update(body=body)


def take(apps: Any, schema_editor: Any) -> None:
    apps.get_model("roster", "Document").objects.update(
        body=Replace(F("body"), Chr(Value(127)), Value(""))
    )


class Migration(migrations.Migration):
    dependencies = [("roster", "0032_marks_of_publications")]
    operations = [migrations.RunPython(put, take)]
