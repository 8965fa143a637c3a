"""Encrypts the second factors that were kept in clear until now."""

from typing import Any

from django.db import migrations

from roster.encryption import cipher


def encrypt(apps: Any, schema_editor: Any) -> None:
    seal = cipher("second factors")
    for row in apps.get_model("mfa", "Authenticator").objects.exclude(type="webauthn"):
        plain = {name: row.data[name] for name in ("secret", "seed") if name in row.data}
        row.data |= {name: seal.encrypt(text.encode()).decode() for name, text in plain.items()}
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_alerts"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(encrypt, migrations.RunPython.noop)]
