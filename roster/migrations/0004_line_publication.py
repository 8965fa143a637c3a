from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("roster", "0003_withdrawals_by_line")]

    operations = [migrations.RenameModel("Publication", "LinePublication")]
