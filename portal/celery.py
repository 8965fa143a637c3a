"""The Celery app of worker and beat: `celery -A portal worker`, `celery -A portal beat`."""

import os

from celery import Celery

from portal import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

broker.use()
app = Celery("rosterdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["roster.jobs", "connections", "portal"])
