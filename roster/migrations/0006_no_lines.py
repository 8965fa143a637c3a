from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0003_feeds_and_runs'),
        ('roster', '0005_map_and_shelf'),
    ]

    operations = [
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
