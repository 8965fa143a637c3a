"""Django's `migrate`, which fills an empty database at once.

A hundred migrations, ours and the libraries', take twenty seconds of a processor: Django makes
models anew for each of their steps. Where no row has to be converted, what they come to is enough.
It is taken from the migrations, not from the models, so that it is what an upgrade leads to;
`tests/connections/test_upgrading.py` compares the two. Squashed migrations were weighed: those of
libraries would go on to take seconds, and ours depend on each other across the storeys.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

NARROWER = ("app_label", "check_unapplied", "fake", "fake_initial", "plan", "prune")
"""The options that ask for something else than the tables of this release."""


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        database = connections[options["database"]]
        narrower = any(options[name] for name in NARROWER)
        if not narrower and not database.introspection.table_names():
            make_tables(database)
        super().handle(*args, **options)


def make_tables(database: BaseDatabaseWrapper) -> None:
    """Make all tables and note all migrations as applied, in one transaction."""
    loader = MigrationLoader(None)
    recorder = MigrationRecorder(database)
    models: list[type[Model]] = [*loader.project_state().apps.get_models(), recorder.Migration]
    with database.schema_editor() as editor:
        for model in models:
            if model._meta.can_migrate(database):
                editor.create_model(model)
        recorder.migration_qs.bulk_create(
            recorder.Migration(app=app, name=name) for app, name in loader.disk_migrations
        )
