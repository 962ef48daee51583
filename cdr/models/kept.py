"""What was loaded, as few bytes as will do: to know a record that comes again, and to look at a call's earlier rows."""

from django.db import models

from accounts.tenancy import PlatformModel
from cdr.models.sources import Batch, Source


class KeptRows(PlatformModel):
    """The rows of one chunk of a source. Written in the transaction that stores their records.

    `ids` and `facts` are arrays of int64 (little-endian) in the order of `ids`: see cdr.ingest.identity. `groups` is one in
    the order of the rows, 0 for a row that is a call by itself. `rows` are the rows themselves, as they were delivered,
    compressed (zstd) with NUL between them; they are forgotten once no further leg of their calls can come. `header` is the
    line of their file that names the columns, where it had one.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    first_start = models.DateTimeField()
    last_start = models.DateTimeField()
    count = models.IntegerField()
    ids = models.BinaryField()
    facts = models.BinaryField()
    groups = models.BinaryField()
    rows = models.BinaryField()
    rows_size = models.BigIntegerField(default=0)
    header = models.BinaryField(default=b"")

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=("source", "last_start"), name="kept_rows_of_source"),)

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.count}"
