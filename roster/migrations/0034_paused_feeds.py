"""A feed that keeps what it has is `paused`; `held` is said of imports and refreshes alone."""

from django.db import migrations, models


def rename(apps, was, now):
    feeds = apps.get_model("roster", "Feed").objects
    feeds.filter(state=was).update(state=now)


class Migration(migrations.Migration):
    dependencies = [("roster", "0033_origin_in_documents")]

    operations = [
        migrations.RemoveConstraint(model_name="feed", name="feed_state_known"),
        migrations.AlterField(
            model_name="feed",
            name="state",
            field=models.CharField(
                choices=[("off", "Off"), ("following", "Following"), ("paused", "Paused")],
                default="off",
                max_length=9,
            ),
        ),
        migrations.RunPython(
            lambda apps, _: rename(apps, "held", "paused"),
            lambda apps, _: rename(apps, "paused", "held"),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["off", "following", "paused"])),
                name="feed_state_known",
            ),
        ),
    ]
