"""Each write knows its record's first one: whoever could read that hears that the record has gone."""

from django.db import migrations, models

FIRST = (
    "UPDATE roster_written SET born = (SELECT min(first.number) FROM roster_written first"
    " WHERE first.organization_id = roster_written.organization_id"
    " AND first.collection = roster_written.collection"
    " AND first.sourced_id = roster_written.sourced_id)"
)


class Migration(migrations.Migration):

    dependencies = [
        ('roster', '0026_written_by_block'),
    ]

    operations = [
        migrations.AddField(
            model_name='written',
            name='born',
            field=models.PositiveBigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
    ]
