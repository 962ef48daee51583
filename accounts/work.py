"""Tasks that know for whom they work: user, door and request id travel in a task's headers, and it starts after commit."""

from collections.abc import Callable
from typing import Any

from celery import Task
from django.db import InterfaceError, OperationalError, transaction

from accounts.access import Actor, Door, system
from accounts.models import Customer, User
from portal.logs import logged_as, request_id


class PortalTask(Task[..., Any]):
    """Base of every task: logs carry its user, and a database that is away makes it try again later instead of failing."""

    autoretry_for = (OperationalError, InterfaceError)
    retry_backoff = 5
    retry_backoff_max = 600
    max_retries = 20

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        headers = self.request.headers or {}
        with logged_as(
            request_id=headers.get("centrale_request") or self.request.id or "", user_id=headers.get("centrale_user")
        ):
            return super().__call__(*args, **kwargs)

    def actor(self, customer: Customer) -> Actor:
        """Whoever caused this task, acting on ``customer`` by task; the platform itself where nobody did."""
        headers = self.request.headers or {}
        user = User.objects.filter(pk=headers.get("centrale_user") or 0).first()
        who = system(customer, Door.TASK)
        return Actor(user=user, customer=customer, roles=who.roles, door=Door.TASK) if user else who


def queue(task: Callable[..., Any], *args: object, actor: Actor) -> None:
    """Run ``task`` with ids as ``args`` in a worker, once the change around this call is committed."""
    headers = {
        "centrale_user": actor.user.pk if actor.user else None,
        "centrale_door": str(actor.door),
        "centrale_request": request_id(),
    }
    # Robust: the change is saved by then, and a broker that is away must not make it look otherwise; Django logs it.
    transaction.on_commit(lambda: task.apply_async(args=args, headers=headers), robust=True)  # type: ignore[attr-defined]
