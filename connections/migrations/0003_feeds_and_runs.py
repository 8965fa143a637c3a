import django.db.models.deletion
from django.db import migrations, models

from connections.migrations import _from_lines


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0002_initial'),
        ('roster', '0005_map_and_shelf'),
    ]

    operations = [
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField()),
                ('after', models.BigIntegerField()),
                ('began', models.DateTimeField()),
                ('last', models.DateTimeField()),
                ('tokens', models.JSONField(default=list)),
                ('lists', models.JSONField(default=dict)),
            ],
        ),
        migrations.AddField(
            model_name='connection',
            name='feed',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='connection', to='roster.feed'),
        ),
        migrations.AddField(
            model_name='run',
            name='connection',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='connections.connection'),
        ),
        migrations.AddField(
            model_name='run',
            name='publication',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='roster.publication'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['connection', 'began'], name='run_by_time'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('last__gte', models.F('began'))), name='run_in_order'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(fields=('connection', 'after'), name='run_begun_once'),
        ),
        migrations.RemoveConstraint(
            model_name='connection',
            name='connection_held_while_paused',
        ),
        migrations.RunPython(_from_lines.convert, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='connection',
            name='reading',
        ),
        migrations.RemoveField(
            model_name='connection',
            name='held_at',
        ),
        migrations.RemoveField(
            model_name='connection',
            name='line',
        ),
        migrations.RemoveField(
            model_name='connection',
            name='reline_due',
        ),
        migrations.RemoveField(
            model_name='connection',
            name='since',
        ),
        migrations.DeleteModel(
            name='Reading',
        ),
    ]
