"""Query plans as they run, printed and looked at. `where` is a connection of psycopg, else Django's own is asked."""

import json
import sys
from typing import Any

import psycopg
from django.db import connection

type Query = tuple[str, Any]


def _explained(options: str, query: Query, where: psycopg.Connection | None) -> list[Any]:
    text, values = query
    if where is not None:
        return [row[0] for row in where.execute(f"EXPLAIN ({options}) {text}", values)]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({options}) {text}", values)
        return [row[0] for row in cursor]


def _top(query: Query, where: psycopg.Connection | None) -> dict[str, Any]:
    [found] = _explained("ANALYZE, BUFFERS, FORMAT JSON", query, where)
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


def said(name: str, query: Query, where: psycopg.Connection | None = None) -> None:
    """Print the plan of a query as text."""
    lines = _explained("ANALYZE, BUFFERS, COSTS OFF", query, where)
    sys.stdout.write(f"  plan: {name}\n" + "".join(f"    {line}\n" for line in lines))


def buffers(query: Query, where: psycopg.Connection | None = None) -> int:
    """How many pages of the database a query reads, found in memory or not."""
    top = _top(query, where)
    return int(top["Shared Hit Blocks"]) + int(top["Shared Read Blocks"])


def nodes(query: Query, where: psycopg.Connection | None = None) -> list[str]:
    """What the plan does, from the top: its nodes and the indexes they use, without asking whose rooms are open."""

    def walk(node: dict[str, Any]) -> list[str]:
        own = " ".join(filter(None, (node["Node Type"], node.get("Index Name", ""))))
        below = [child for child in node.get("Plans", ()) if child["Parent Relationship"] != "InitPlan"]
        return [own, *(each for child in below for each in walk(child))]

    return walk(_top(query, where))
