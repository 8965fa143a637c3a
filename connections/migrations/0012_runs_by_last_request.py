from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0011_networks'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['connection', 'last'], name='run_by_last_request'),
        ),
    ]
