from django.db import migrations

from roster.migrations import _marks


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0003_feeds_and_runs'),
        ('roster', '0005_map_and_shelf'),
    ]

    operations = [
        migrations.RunPython(_marks.say_what_they_are_about, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='mark',
            name='withdrawn',
        ),
        migrations.RemoveField(
            model_name='organization',
            name='withdrawal_due',
        ),
        migrations.RemoveField(
            model_name='organization',
            name='withdrawing_until',
        ),
        migrations.DeleteModel(name='LinePublication'),
        migrations.DeleteModel(name='Record'),
        migrations.DeleteModel(name='Line'),
    ]
