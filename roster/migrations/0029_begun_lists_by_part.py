"""Lists that were begun are kept by the parts of which they are made.

Of one that was kept by what it differs from another its further pages go on as the list is now; a
delta still goes back to when it was begun.
"""

import roster.models.fields
from django.db import migrations, models

LET_GO = "UPDATE roster_begunlist SET key = '-' || key WHERE base_id IS NOT NULL"
BASES = "DELETE FROM roster_begunlist WHERE program LIKE '@%'"


class Migration(migrations.Migration):

    dependencies = [
        ('roster', '0028_rows_unchecked'),
    ]

    operations = [
        migrations.RunSQL(LET_GO, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='begunlist',
            name='base',
        ),
        migrations.RunSQL(BASES, migrations.RunSQL.noop),
        migrations.AddField(
            model_name='begunlist',
            name='parts',
            field=roster.models.fields.JsonField(default=list),
        ),
        migrations.AddField(
            model_name='reach',
            name='outdated',
            field=models.PositiveBigIntegerField(default=0),
        ),
    ]
