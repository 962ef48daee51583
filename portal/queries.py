"""Queries that Django writes once a process: for a small answer it takes longer to write one than PostgreSQL to answer."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler


class Given(Expression):
    """A value in a written query that is given by its name each time the query is asked."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """A place for it; the expression itself stands among the values until it is known."""
        del compiler, connection
        return "%s", [self]


class Among(Lookup[Any]):
    """That a column is one of many values: one array is written and planned much sooner than a list of parameters."""

    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """The column equals any of the values: a list, or a `Given` one."""
        column, values = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*values, self.rhs)


class Written[Row: tuple[Any, ...]]:
    """A query of columns (`values_list`) whose words never change; `Given` stands for what does.

    `build` is called at the first answer, so it may not depend on the language, the time or who asks. What is given goes
    to the database as it is: numbers, texts, dates, aware moments, and lists of these; None equals nothing. Row-level
    security holds as ever. ValueError for a DISTINCT that is ordered by what is not among its columns.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build

    @cached_property
    def _written(self) -> tuple[str, Sequence[Any], Mapping[int, Any]]:
        compiler = self._build().query.get_compiler(DEFAULT_DB_ALIAS)
        text, values = compiler.as_sql()
        if compiler.has_extra_select:
            raise ValueError("Order a DISTINCT by its columns, or by nothing: its rows would hold more than these.")
        return text, values, compiler.get_converters(column for column, _sql, _alias in compiler.select)

    def rows(self, **given: Any) -> list[Row]:
        """The rows for these values, in one query."""
        text, values, converters = self._written
        filled = [given[value.name] if isinstance(value, Given) else value for value in values]
        with connection.cursor() as cursor:
            cursor.execute(text, filled)
            rows: list[Any] = cursor.fetchall()
        for place, (converting, column) in converters.items():
            for convert in converting:
                rows = [(*row[:place], convert(row[place], column, connection), *row[place + 1 :]) for row in rows]
        return rows
