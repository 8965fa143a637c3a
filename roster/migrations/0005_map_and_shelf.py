import django.db.models.deletion
import roster.clock
import roster.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('roster', '0004_line_publication'),
    ]

    operations = [
        migrations.AddField(
            model_name='mark',
            name='about',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='organization',
            name='acts',
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='organization',
            name='shown_day',
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='organization',
            name='shown_settings',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='organization',
            name='swept',
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=3)),
                ('collection', roster.models.fields.BytewiseField(max_length=32)),
                ('record', models.BigIntegerField()),
                ('digest', models.CharField(max_length=32)),
                ('sourced_id', roster.models.fields.SourcedIdField(max_length=255)),
                ('status', models.CharField(default='active', max_length=12)),
                ('role', models.CharField(blank=True, max_length=255)),
                ('school', roster.models.fields.ReferenceField(blank=True, default='', max_length=255)),
                ('klass', roster.models.fields.ReferenceField(blank=True, default='', max_length=255)),
                ('person', roster.models.fields.ReferenceField(blank=True, default='', max_length=255)),
                ('body', models.TextField()),
                ('facts', models.JSONField(default=dict)),
                ('unlisted_since', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='roster.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'version', 'collection', 'sourced_id'], name='document_by_id'), models.Index(condition=models.Q(('school', ''), _negated=True), fields=['organization', 'version', 'collection', 'school'], name='document_by_school'), models.Index(condition=models.Q(('klass', ''), _negated=True), fields=['organization', 'version', 'collection', 'klass'], name='document_by_class'), models.Index(condition=models.Q(('person', ''), _negated=True), fields=['organization', 'version', 'collection', 'person'], name='document_by_person')],
                'constraints': [models.UniqueConstraint(fields=('version', 'collection', 'record', 'digest'), name='document_once')],
            },
        ),
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=3)),
                ('rules', models.JSONField()),
                ('state', models.CharField(choices=[('off', 'Off'), ('following', 'Following'), ('held', 'Held')], default='off', max_length=9)),
                ('created', models.DateTimeField(default=roster.clock.clock)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to='roster.organization')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('version__in', ['1.1', '1.2'])), name='feed_version_known'), models.CheckConstraint(condition=models.Q(('state__in', ['off', 'following', 'held'])), name='feed_state_known')],
            },
        ),
        migrations.CreateModel(
            name='FormerRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', roster.models.fields.BytewiseField(max_length=32)),
                ('record', models.BigIntegerField()),
                ('digest', models.CharField(max_length=32)),
                ('revision', models.PositiveBigIntegerField()),
                ('columns', models.JSONField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='roster.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'table', 'record'], name='former_row_by_record')],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField()),
                ('day', models.DateField()),
                ('rules', models.JSONField()),
                ('settings', models.JSONField(default=dict)),
                ('counts', models.JSONField(default=dict)),
                ('lists', models.JSONField(blank=True, default=dict)),
                ('cut', models.JSONField(blank=True, default=dict)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('listed', models.BooleanField(default=True)),
                ('superseded', models.DateTimeField(blank=True, null=True)),
                ('read_until', models.DateTimeField(blank=True, null=True)),
                ('feed', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='publications', to='roster.feed')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('feed', 'number'), name='publication_numbered_in_feed')],
            },
        ),
        migrations.CreateModel(
            name='ListPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entries', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('made', models.DateTimeField(default=roster.clock.clock)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='roster.organization')),
            ],
        ),
        migrations.AddField(
            model_name='feed',
            name='publication',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='roster.publication'),
        ),
        migrations.CreateModel(
            name='Rendered',
            fields=[
                ('pk', models.CompositePrimaryKey('organization_id', 'version', 'collection', 'record', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('version', models.CharField(max_length=3)),
                ('collection', roster.models.fields.BytewiseField(max_length=32)),
                ('record', models.BigIntegerField()),
                ('key', models.BigIntegerField()),
                ('document', models.BigIntegerField()),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='roster.organization')),
            ],
        ),
        migrations.CreateModel(
            name='StoredMap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveBigIntegerField()),
                ('form', models.PositiveSmallIntegerField()),
                ('content', models.BinaryField()),
                ('built', models.DateTimeField(default=roster.clock.clock)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='maps', to='roster.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'revision'), name='map_built_once')],
            },
        ),
        migrations.AddField(
            model_name='publication',
            name='map',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='publications', to='roster.storedmap'),
        ),
        migrations.AddField(
            model_name='organization',
            name='shown_map',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='roster.storedmap'),
        ),
    ]
