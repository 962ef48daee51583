"""Where a call goes, as a pure function: no clock, no database, no network.

``route(exchange, call, at)`` takes an immutable snapshot of one customer's exchange and returns the whole plan for one
call, up to its end if nobody answers anywhere. The what-if page, the dial plan, the API and the command all use it.
"""

from pbx.routing.engine import route
from pbx.routing.shapes import Exchange

__all__ = ["Exchange", "route"]
