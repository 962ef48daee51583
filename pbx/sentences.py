"""Routing in words: what each rule, outcome and check says to people. The rules' codes stay; these may be reworded."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pbx.routing.shapes import Outcome, Plan, Step
from portal.lib import numbers, ui
from telephony.words import short_moment

# rule -> what happens, and why (may be empty)
STEPS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "received": (_("Comes in on %(number)s"), "%(target)s"),
    "received_main": (_("Comes in on %(number)s"), _("company number")),
    "not_our_number": (_("%(number)s is not a number of this company"), ""),
    "not_in_use": (_("%(number)s is not in use"), _("the number leads to nobody")),
    "dialled_extension": (_("A colleague dials %(extension)s"), "%(target)s"),
    "stays_inside": (_("%(number)s stays within the company"), "%(target)s"),
    "invalid_number": (_("“%(number)s” is not a phone number"), _("check the digits")),
    "emergency": (_("112 is called"), _("no block, limit or night mode stops this")),
    "always_allowed": (_("%(number)s is called"), _("always allowed")),
    "goes_out": (_("%(number)s is called"), _("the other side sees %(shown)s")),
    "goes_out_hidden": (_("%(number)s is called"), _("the other side sees no number")),
    "forwarded_out": (_("The call goes on to %(number)s"), _("the company pays for this part")),
    "forward_to_emergency": (_("A call is never forwarded to %(number)s"), _("choose another number")),
    "no_company_number": (_("No outgoing calls: there is no company number"), _("choose one in the settings")),
    "barred_international": (_("%(number)s is blocked"), _("calls abroad are blocked")),
    "barred_mobile": (_("%(number)s is blocked"), _("calls to mobile numbers are blocked")),
    "barred_premium_0900": (_("%(number)s is blocked"), _("0900 and 18xx numbers are blocked")),
    "barred_adult_0906": (_("%(number)s is blocked"), _("0906 numbers are blocked")),
    "barred_entertainment_0909": (_("%(number)s is blocked"), _("0909 numbers are blocked")),
    "spend_guard": (_("%(number)s is blocked"), _("the spending limit was reached")),
    "night_schedule": (_("Closed: on to %(target)s"), "%(schedule)s, %(until)s"),
    "night_holiday": (_("%(holiday)s: on to %(target)s"), "%(until)s"),
    "night_manual": (_("Closed: on to %(target)s"), _("night mode is switched on by hand")),
    "night_object": (_("Night mode of %(object)s: on to %(target)s"), _("its own setting")),
    "night_without_target": (_("Night mode is on but has no destination"), _("so the call goes on as by day")),
    "open_schedule": (_("Open"), "%(schedule)s, %(until)s"),
    "open_without_schedule": (_("Open"), _("night mode is automatic, but there is no schedule")),
    "forward_always": (_("%(person)s forwards everything to %(target)s"), "%(until)s"),
    "forward_busy": (_("On to %(target)s"), _("forward of %(person)s when busy")),
    "forward_no_answer": (_("Nobody answers: on to %(target)s"), _("forward of %(person)s")),
    "forward_unreachable": (_("On to %(target)s"), _("forward of %(person)s when not reachable")),
    "do_not_disturb": (_("%(person)s does not want to be disturbed"), "%(until)s"),
    "voicemail_always": (_("%(person)s sends everything to voicemail"), ""),
    "voicemail_busy": (_("On to the voicemail of %(person)s"), _("when busy")),
    "voicemail_no_answer": (_("Nobody answers: on to the voicemail of %(person)s"), ""),
    "voicemail_unreachable": (_("On to the voicemail of %(person)s"), _("when not reachable")),
    "mailbox_records": (_("The voicemail of %(person)s takes a message"), "%(mail)s"),
    "mailbox_announces": (_("The voicemail of %(person)s plays its greeting"), _("no message can be left")),
    "mailbox_hangs_up": (_("The call ends"), _("after the greeting")),
    "mailbox_transfers": (_("On to %(target)s"), _("after the greeting")),
    "along_rings": (_("%(target)s rings along"), ""),
    "along_rings_key": (_("%(target)s rings along"), _("a key has to be pressed to answer")),
    "along_blocked": (_("%(target)s does not ring along"), _("this line may not call it")),
    "along_cannot_ring": (_("%(target)s does not ring along"), _("busy, not reachable or not to be disturbed")),
    "refuses_everybody": (_("%(person)s takes no calls"), _("the number is only for calling out")),
    "refuses_anonymous": (_("%(person)s takes no anonymous calls"), _("the caller hears to show the number")),
    "refuses_list": (_("%(person)s refuses this caller"), "%(list)s"),
    "listens": (_("%(person)s dials the voicemail to listen to messages"), _("with the PIN")),
    "no_messages": (_("%(person)s has no voicemail that takes messages"), ""),
    "unreachable": (_("%(person)s has no phone that is connected"), ""),
    "busy": (_("%(person)s is in a call"), _("without call waiting")),
    "busy_tone": (_("The caller hears the busy tone"), ""),
    "call_waiting": (_("%(person)s is in a call and hears a second one"), _("call waiting")),
    "rings": (_("The phone of %(person)s rings"), _("for %(seconds)s sec.")),
    "no_answer": (_("%(person)s does not answer: the call ends"), ""),
    "group_empty": (_("%(group)s has no members"), ""),
    "group_nobody_free": (_("Nobody of %(group)s can take the call"), ""),
    "group_skips_night": (_("%(member)s is skipped"), _("night mode")),
    "group_skips_unreachable": (_("%(member)s is skipped"), _("no phone connected")),
    "group_skips_quiet": (_("%(member)s is skipped"), _("do not disturb")),
    "group_skips_busy": (_("%(member)s is skipped"), _("in a call")),
    "group_rings_all": (_("All phones of %(group)s ring: %(members)s"), _("for %(seconds)s sec.")),
    "group_rings_member": (_("The phone of %(member)s rings"), _("%(group)s, for %(seconds)s sec.")),
    "group_again": (_("%(group)s starts again from the top"), ""),
    "group_overflow": (_("Nobody answers: on to %(target)s"), _("overflow of %(group)s")),
    "group_without_overflow": (_("Nobody answers: the call is lost"), _("%(group)s has no overflow")),
    "menu_business": (_("%(menu)s plays"), "%(greeting)s"),
    "menu_after_hours": (_("%(menu)s plays the menu for after hours"), "%(greeting)s"),
    "menu_holiday": (_("%(menu)s plays the menu for holidays"), "%(greeting)s"),
    "menu_no_input": (_("The caller presses nothing"), ""),
    "menu_operator": (_("On to %(target)s"), _("reception")),
    "menu_without_operator": (_("The call ends"), _("%(menu)s has no reception")),
    "menu_too_many_mistakes": (_("Three times a key that does nothing"), ""),
    "key_does_nothing": (_("The caller presses %(key)s"), _("this key does nothing: the menu plays again")),
    "key_transfer_with_prompt": (_("The caller presses %(key)s: on to %(target)s"), _("after an announcement")),
    "key_transfer_without_prompt": (_("The caller presses %(key)s: on to %(target)s"), ""),
    "key_transfer_to_operator": (_("The caller presses %(key)s: on to %(target)s"), _("reception")),
    "key_disconnects": (_("The caller presses %(key)s: the call ends"), ""),
    "key_plays": (_("The caller presses %(key)s and hears an announcement"), ""),
    "key_repeats": (_("The caller presses %(key)s and hears the menu again"), ""),
    "key_finds": (_("The caller dials %(digits)s: on to %(target)s"), ""),
    "key_finds_nobody": (_("The caller dials %(digits)s"), _("nobody, or more than one, is found")),
    "voicemail_records": (_("%(box)s takes a message"), "%(mail)s"),
    "voicemail_announces": (_("%(box)s plays its message and hangs up"), ""),
    "fax": (_("%(box)s receives a fax"), "%(mail)s"),
    "loop": (_("The call goes in circles"), "%(circle)s"),
    "too_many_redirects": (_("Forwarded too often: the call ends"), _("at most 5 times")),
    "gone": (_("The destination no longer exists"), ""),
}

OUTCOMES: Mapping[Outcome, str | Promise] = {
    Outcome.NO_ANSWER: _("Nobody answers: the call ends"),
    Outcome.BUSY: _("The caller hears the busy tone"),
    Outcome.UNREACHABLE: _("No phone is connected: the call ends"),
    Outcome.VOICEMAIL: _("The caller leaves a message"),
    Outcome.LISTENS: _("A colleague listens to messages"),
    Outcome.ANNOUNCED: _("The caller hears a message, then the call ends"),
    Outcome.FAX: _("A fax is received"),
    Outcome.OUTSIDE: _("The call leaves the company"),
    Outcome.EMERGENCY: _("The emergency centre answers"),
    Outcome.DISCONNECTED: _("The call ends"),
    Outcome.LOST: _("Nobody answers and the call is lost"),
    Outcome.BARRED: _("The call is not allowed"),
    Outcome.REFUSED: _("The caller is refused"),
    Outcome.NO_COMPANY_NUMBER: _("No outgoing calls without a company number"),
    Outcome.NOT_IN_USE: _("The number leads to nobody"),
    Outcome.INVALID_NUMBER: _("This is not a phone number"),
    Outcome.LOOP: _("The call goes in circles and ends"),
    Outcome.TOO_MANY_REDIRECTS: _("The call is forwarded too often and ends"),
}
BAD_OUTCOMES = frozenset(Outcome) - {
    Outcome.VOICEMAIL,
    Outcome.LISTENS,
    Outcome.ANNOUNCED,
    Outcome.FAX,
    Outcome.OUTSIDE,
    Outcome.EMERGENCY,
}
BAD_STEPS = frozenset(
    {
        "not_our_number",
        "not_in_use",
        "invalid_number",
        "forward_to_emergency",
        "no_company_number",
        "spend_guard",
        "gone",
    }
    | {"group_without_overflow", "menu_without_operator", "loop", "too_many_redirects", "night_without_target"}
    | {"no_messages", "busy_tone", "unreachable", "no_answer", "group_empty", "group_nobody_free"}
)

# check -> what is wrong, and what follows from it
PROBLEMS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "no_company_number": (_("There is no company number"), _("Nobody can call out, except to 112 and help lines.")),
    "company_number_unused": (_("The company number leads to nobody"), _("Callers hear that it is not in use.")),
    "group_empty": (_("%(name)s has no members"), _("A call to it rings nowhere.")),
    "group_without_overflow": (_("%(name)s has no overflow"), _("If nobody answers, the call is lost.")),
    "menu_without_operator": (_("%(name)s has no key for reception"), _("Who presses nothing is cut off.")),
    "no_extension": (_("%(name)s has no extension"), _("Colleagues cannot call it by a short number.")),
    "loop": (_("Calls go in circles: %(circle)s"), _("Change one of these forwards.")),
    "too_many_redirects": (_("Calls to %(name)s are forwarded more than 5 times"), _("Then the call ends.")),
    "gone": (_("%(name)s points at something that is gone"), _("Choose another destination.")),
    "forward_barred": (_("%(name)s sends calls to %(number)s, which is blocked"), _("The call ends there.")),
    "no_emergency": (_("%(name)s cannot call 112"), _("Call your supplier at once.")),
    "night_without_schedule": (_("Night mode is automatic without a schedule"), _("The company never closes.")),
}

PASSED: Mapping[str, str | Promise] = {
    "company_number": _("Company number leads somewhere"),
    "groups": _("Every group has members and an overflow"),
    "menus": _("Every menu has a key for reception"),
    "night": _("Night mode has a destination"),
    "loops": _("No circles in the dial plan"),
    "targets": _("Every destination exists"),
    "extensions": _("Everybody has an extension"),
    "emergency": _("112 can be reached from every phone"),
}


def until(moment: str, at: datetime) -> str:
    """`until 17:30` or `until mon 23 nov. 08:30` as seen at ``at``, from the ISO form that routing notes."""
    if not moment:
        return str(_("until it is changed"))
    return str(_("until %(moment)s") % {"moment": short_moment(datetime.fromisoformat(moment), at)})


def facts_in_words(facts: Mapping[str, str], at: datetime | None = None) -> dict[str, str]:
    shown = {
        name: numbers.display(value) if value.startswith(("+", "short:")) else value for name, value in facts.items()
    }
    if "until" in facts:
        shown["until"] = until(facts["until"], at or timezone.now())
    if facts.get("greeting"):
        shown["greeting"] = f"‘{facts['greeting']}’"
    return shown


def step_in_words(step: Step, at: datetime) -> tuple[str, str]:
    """What happens, and why, in a call that was made at ``at``."""
    text, why = STEPS[step.rule]
    facts = facts_in_words(step.facts, at)
    return str(text) % facts, (str(why) % facts).strip(" ,")


def problem_in_words(code: str, facts: Mapping[str, str]) -> tuple[str, str]:
    text, why = PROBLEMS[code]
    shown = facts_in_words(facts)
    return str(text) % shown, str(why) % shown


def clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def plan_in_words(plan: Plan, at: datetime) -> list[ui.Step]:
    """The steps as the page shows them, the last one coloured when the caller is left with nothing."""
    shown = []
    for step in plan.steps:
        text, why = step_in_words(step, at)
        bad = step.rule in BAD_STEPS or step.rule.startswith("barred_")
        shown.append(ui.Step(clock(step.seconds), text, why, "bad" if bad else ""))
    return shown
