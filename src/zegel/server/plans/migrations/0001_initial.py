# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


def readable_default(table):
    """As enable_rls for writing; a provider's default (no site) may also be read by whoever sees one of its sites."""
    own = "owner_id = ANY ((SELECT zegel_visible_owners())::uuid[])"
    default = f"site_id IS NULL AND EXISTS (SELECT 1 FROM sites_site s WHERE s.provider_id = {table}.owner_id)"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({own} OR ({default}));"
        f"CREATE POLICY {table}_add ON {table} FOR INSERT WITH CHECK ({own});"
        f"CREATE POLICY {table}_change ON {table} FOR UPDATE USING ({own}) WITH CHECK ({own});"
        f"CREATE POLICY {table}_end ON {table} FOR DELETE USING ({own});"
        f'CREATE INDEX "{table}_tenant_idx" ON {table} (provider_id, owner_id);',
        migrations.RunSQL.noop,
    )


# A version is pinned to open alarms: what it says can't be changed by anybody, only that it is retired, and who wrote it
# forgotten.
VERSION_STAYS = """
CREATE FUNCTION plans_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.plan_id, NEW.owner_id, NEW.provider_id, NEW.site_id, NEW.number, NEW.name, NEW.classes, NEW.steps,
      NEW.restored_from, NEW.made_at)
     IS DISTINCT FROM
     (OLD.id, OLD.plan_id, OLD.owner_id, OLD.provider_id, OLD.site_id, OLD.number, OLD.name, OLD.classes, OLD.steps,
      OLD.restored_from, OLD.made_at) THEN
    RAISE EXCEPTION 'a version of a plan does not change';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER plans_version_stays BEFORE UPDATE ON plans_planversion
  FOR EACH ROW EXECUTE FUNCTION plans_version_stays();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial"), ("sites", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='ActionPlan',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField(null=True)),
                ('name', models.CharField(max_length=120)),
                ('number', models.IntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SiteGuidance',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField(unique=True)),
                ('route', models.CharField(default='', max_length=1000)),
                ('on_site', models.CharField(default='', max_length=1000)),
                ('changed_by', models.UUIDField(null=True)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField()),
                ('place', models.IntegerField()),
                ('name', models.CharField(max_length=120)),
                ('relation', models.CharField(default='', max_length=80)),
                ('language', models.CharField(default='en', max_length=2)),
                ('phones', models.JSONField()),
                ('hours', models.JSONField(default=list)),
                ('tell_guard', models.BooleanField(default=False)),
                ('guard_note', models.CharField(default='', max_length=300)),
                ('code_word', models.BinaryField(max_length=48, null=True)),
                ('duress_word', models.BinaryField(max_length=48, null=True)),
                ('words_set_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['site_id', 'place'], name='plans_contact_order')],
            },
        ),
        migrations.CreateModel(
            name='CodeWordTry',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField()),
                ('alarm_id', models.UUIDField(null=True)),
                ('person_id', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(max_length=10)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='plans.contact')),
            ],
            options={
                'indexes': [models.Index(fields=['contact', 'at'], name='plans_try_contact'), models.Index(fields=['person_id', 'at'], name='plans_try_person')],
            },
        ),
        migrations.CreateModel(
            name='PlanClass',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField(null=True)),
                ('alarm_class', models.CharField(blank=True, max_length=30)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plan_classes', to='plans.actionplan')),
            ],
            options={
                'indexes': [models.Index(fields=['site_id', 'alarm_class'], name='plans_class_place')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'site_id', 'alarm_class'), name='plans_class_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField(null=True)),
                ('number', models.IntegerField()),
                ('name', models.CharField(max_length=120)),
                ('classes', models.JSONField()),
                ('steps', models.JSONField()),
                ('why', models.CharField(default='', max_length=300)),
                ('restored_from', models.IntegerField(null=True)),
                ('made_by', models.UUIDField(null=True)),
                ('made_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='plans.actionplan')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('plan', 'number'), name='plans_version_number')],
            },
        ),
        readable_default("plans_actionplan"),
        readable_default("plans_planclass"),
        readable_default("plans_planversion"),
        enable_rls("plans_contact"),
        enable_rls("plans_codewordtry"),
        enable_rls("plans_siteguidance"),
        migrations.RunSQL(VERSION_STAYS, migrations.RunSQL.noop),
    ]
