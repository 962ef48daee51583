"""What is refused about files of calls, each with a stable code and a sentence that says what to do."""

from django.utils.translation import gettext as _

from accounts.errors import Refusal
from portal.lib import formats

MOST_WORKBOOK_ROWS = 500_000


def fits_a_workbook(rows: int, language: str) -> None:
    """A spreadsheet becomes unusable long before its limit of a million rows."""
    if rows > MOST_WORKBOOK_ROWS:
        most, count = formats.number(MOST_WORKBOOK_ROWS, language), formats.number(rows, language)
        text = _(
            "An Excel workbook holds at most %(most)s calls here, and these are %(rows)s. Choose CSV, or a shorter period."
        )
        raise Refusal("workbook_too_long", text % {"most": most, "rows": count})


def goes_at_once(rows: int, most: int, language: str) -> None:
    """A long file is made in the background, so that it holds up nobody's pages."""
    if rows > most:
        text = _("These are %(rows)s calls, more than the %(most)s that are downloaded at once. Have the file made.")
        raise Refusal(
            "export_too_long",
            text % {"most": formats.number(most, language), "rows": formats.number(rows, language)},
        )
