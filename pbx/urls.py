"""Addresses of the exchange."""

from django.urls import URLPattern, path

from pbx.views import company, groups, menus, overview, people

app_name = "pbx"

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
]
