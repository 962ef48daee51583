"""PostgreSQL and Valkey of our own, for the demo and the tests; knows nothing of Django.

`Servers.start(home)` starts or joins them, `find(home)` looks for running ones, `attach(home)` puts their URLs into
the environment of this process. Real installations name their own servers in DATABASE_URL and REDIS_URL.
"""

from portal.embedded.errors import EmbeddedError
from portal.embedded.servers import Servers, attach, find, named

__all__ = ["EmbeddedError", "Servers", "attach", "find", "named"]
