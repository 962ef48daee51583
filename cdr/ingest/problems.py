"""What is wrong with a file as a whole: one sentence each, which says what to do."""

from cdr.ingest.marked import marked as _

NO_FILE = _("There is no file %(path)s.")
FILE_GONE = _("The file of %(name)s is not there any more. Deliver it again.")
EMPTY = _("The file is empty: there is nothing to load. Check the delivery.")
EMPTY_LINES = _("The file has only empty lines: there is nothing to load. Check the delivery.")
NO_DOCUMENT = _("The file holds no document: there is nothing to load. Check the delivery.")
NO_LINES = _("The file has no lines: it is not a CSV file. Check what was delivered.")
UTF16 = _("The file is in UTF-16. Save it as UTF-8 and deliver it again.")
NO_TEXT = _("The file begins with bytes that are no text. Check what was delivered.")
PACKED = _("The file is packed (gzip, zip or a workbook). Unpack it, or save it as CSV, and deliver it again.")
TWICE = _("The first line names a column twice. Correct it and deliver again.")
NO_COLUMNS = _("This is not a file of %(title)s: its first line does not name %(missing)s. Check the source.")
OTHER_COUNTS = _(
    "This is not a file of %(title)s: its rows have %(found)s columns, expected are %(wanted)s. Check the source."
)
TOO_FEW_COLUMNS = _(
    "This is not a file of %(title)s: its rows have %(found)s columns, expected are at least %(wanted)s. Check the source."
)
NO_JSON = _("This is not a file of %(title)s: it does not begin with a JSON document. Check the source.")
FOREIGN = _("Rows that are not UTF-8 and were read as Latin-1: %(count)s.")
# Files that were begun and not ended. What was loaded of them stays loaded, and loading them again doubles nothing.
GAVE_UP = _(
    "Three workers ended while they loaded this file. What they loaded stays loaded. Look into their logs, then resume."
)
STOPPED = _("Somebody stopped this delivery. What it loaded stays loaded. Deliver the file again: nothing is doubled.")
DISK_FULL = _("The disk is full. What was loaded stays loaded. Make room, then load the file again.")
NO_MEMORY = _(
    "The process that read this file was ended, mostly for lack of memory. What was loaded stays loaded. Give the workers"
    " more memory, then load the file again."
)
NO_DATABASE = _(
    "The database broke off while this file was loaded. What was loaded stays loaded. See that it runs, then load the"
    " file again."
)
UNREADABLE = _(
    "The file could not be read to its end. What was loaded stays loaded. Check the disk and the rights of the file, then"
    " load it again."
)
FAULT = _(
    "A fault in the program ended the loading of this file (%(kind)s). What was loaded stays loaded. Report it with what"
    " the log of the workers says; the file can be loaded again after that."
)

# Those that hold values come in a fixed order: the first that fits a sentence is the one that it was made of.
ALL = (
    EMPTY, EMPTY_LINES, NO_DOCUMENT, NO_LINES, UTF16, NO_TEXT, PACKED, TWICE, GAVE_UP, DISK_FULL, NO_MEMORY, NO_DATABASE,
    UNREADABLE, NO_COLUMNS, TOO_FEW_COLUMNS, OTHER_COUNTS, NO_JSON, FOREIGN, FAULT, FILE_GONE, NO_FILE,
)  # fmt: skip
