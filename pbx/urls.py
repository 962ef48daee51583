"""Addresses of the exchange."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from pbx.views import company, groups, menus, overview, people

app_name = "pbx"


def _moved(address: str, to: str, what: str = "") -> URLPattern:
    """An old address that people kept: whoever reads there is sent on, and nothing is changed there any more."""
    view = RedirectView.as_view(pattern_name=f"telephony:{to}", permanent=True, http_method_names=["get", "head"])
    return path(f"exchange/{address}", view, {"what": what} if what else {}, name=f"moved_{to}{what and f'_{what}'}")


urlpatterns: list[URLPattern] = [
    path("exchange/", overview.overview, name="overview"),
    path("exchange/switch/", overview.switch, name="switch"),
    path("exchange/close/", overview.close, name="close"),
    path("exchange/route/", overview.route, name="route"),
    path("exchange/people/", people.people, name="people"),
    path("exchange/people/new/", people.new_person, name="new_person"),
    path("exchange/people/<int:pk>/", people.person, name="person"),
    path("exchange/people/<int:pk>/remove/", people.remove_person, name="remove_person"),
    path("exchange/groups/", groups.groups, name="groups"),
    path("exchange/groups/new/", groups.new_group, name="new_group"),
    path("exchange/groups/<int:pk>/", groups.group, name="group"),
    path("exchange/groups/<int:pk>/remove/", groups.remove_group, name="remove_group"),
    path("exchange/menus/new/", menus.new_menu, name="new_menu"),
    path("exchange/menus/<int:pk>/", menus.menu, name="menu"),
    path("exchange/menus/<int:pk>/remove/", menus.remove_menu, name="remove_menu"),
    path("exchange/menus/<int:pk>/<str:moment>/", menus.menu_keys, name="menu_keys"),
    path("exchange/company/", company.company, name="company"),
    path("exchange/night/", company.night, name="night"),
    # Schedules stood here until lines could follow them too; their ids are the same.
    _moved("schedules/", "schedules"),
    _moved("schedules/new/", "schedule_new", "week"),
    _moved("schedules/<int:pk>/", "schedule", "week"),
    _moved("schedules/<int:pk>/remove/", "schedule_remove", "week"),
    _moved("holidays/new/", "schedule_new", "holidays"),
    _moved("holidays/<int:pk>/", "schedule", "holidays"),
    _moved("holidays/<int:pk>/remove/", "schedule_remove", "holidays"),
]
