"""The Celery application: workers run the apps' tasks, beat plans them. A task carries its user and door in its headers."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("centrale", task_cls="accounts.work:PortalTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
