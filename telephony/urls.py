"""Addresses of lines and devices, and the address that phones ask."""

from django.urls import URLPattern, path, re_path

from telephony.views import (
    callers,
    device_keys,
    device_lines,
    device_list,
    devices,
    first_contact,
    my_phone,
    operate,
    phones,
    provision,
    renew,
    schedule_calendars,
    schedules,
)

app_name = "telephony"

# Phones ask whatever they like below this address and follow no redirect, so no path of it falls through to a 404 page.
provisioning_urls: list[URLPattern] = [
    re_path(r"^provision/+(?P<path>(?:once|softphone)/(?s:.*))$", first_contact.first_contact, name="first_contact"),
    re_path(r"^provision(?:/(?P<path>(?s:.*)))?$", provision.provision, name="provision"),
]

urlpatterns: list[URLPattern] = [
    path("phones/", phones.phones, name="phones"),
    path("phones/blocks/", phones.blocks, name="blocks"),
    path("phones/unlimited/", phones.unlimited, name="unlimited"),
    path("phones/<int:pk>/", phones.phone, name="phone"),
    path("phones/<int:pk>/undo/<str:token>/", phones.phone_undo, name="phone_undo"),
    path("phones/<int:pk>/secret/", renew.line_secret, name="line_secret"),
    path("phones/<int:pk>/pin/", phones.phone_pin, name="phone_pin"),
    path("phones/<int:pk>/callers/new/", callers.callers_new, name="callers_new"),
    path("phones/<int:pk>/callers/<int:list_pk>/", callers.callers, name="callers"),
    path("phones/<int:pk>/callers/<int:list_pk>/remove/", callers.callers_remove, name="callers_remove"),
    path("my-phone/", my_phone.my_phone, name="my_phone"),
    path("my-phone/forward/", my_phone.forward, name="my_phone_forward"),
    path("my-phone/undo/<str:token>/", my_phone.undo, name="my_phone_undo"),
    path("my-phone/settings/", my_phone.settings, name="my_phone_settings"),
    path("my-phone/callers/new/", callers.my_callers_new, name="my_callers_new"),
    path("my-phone/callers/<int:list_pk>/", callers.my_callers, name="my_callers"),
    path("my-phone/callers/<int:list_pk>/remove/", callers.my_callers_remove, name="my_callers_remove"),
    path("my-phone/pin/", my_phone.pin, name="my_phone_pin"),
    path("my-phone/<slug:feature>/until/", my_phone.until, name="my_phone_until"),
    path("my-phone/<slug:feature>/<slug:state>/", my_phone.switch, name="my_phone_switch"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/undo/<str:token>/", schedules.schedule_undo, name="schedule_undo"),
    path("schedules/<slug:what>/new/", schedules.schedule_new, name="schedule_new"),
    path("schedules/<slug:what>/import/", schedule_calendars.schedule_import, name="schedule_import"),
    path("schedules/<slug:what>/<int:pk>/calendar/", schedule_calendars.schedule_calendar, name="schedule_calendar"),
    path("schedules/<slug:what>/<int:pk>/", schedules.schedule, name="schedule"),
    path("schedules/<slug:what>/<int:pk>/remove/", schedules.schedule_remove, name="schedule_remove"),
    path("devices/", devices.devices, name="devices"),
    path("devices/new/", devices.device_new, name="device_new"),
    path("devices/many/", device_list.devices_many, name="devices_many"),
    path("devices/many/template.csv", device_list.devices_template, name="devices_template"),
    path("devices/many/sheet.csv", device_list.devices_sheet, name="devices_sheet"),
    path("devices/<int:pk>/", devices.device, name="device"),
    path("devices/<int:pk>/password/", renew.device_password, name="device_password"),
    path("devices/<int:pk>/password/close/", renew.device_password_close, name="device_password_close"),
    path("devices/<int:pk>/fetch/", devices.device_fetch, name="device_fetch"),
    path("devices/<int:pk>/lines/", device_lines.device_lines, name="device_lines"),
    path("devices/<int:pk>/lines/undo/<str:token>/", device_lines.device_lines_undo, name="device_lines_undo"),
    path("devices/<int:pk>/keys/", device_keys.device_keys, name="device_keys"),
    path("devices/<int:pk>/link/", devices.device_link, name="device_link"),
    path("devices/<int:pk>/files/<int:file>/", devices.device_file, name="device_file"),
    path("devices/<int:pk>/forget/", devices.device_forget, name="device_forget"),
    path("devices/<int:pk>/remove/", devices.device_remove, name="device_remove"),
    path("operate/numbers/", operate.ranges, name="operate_ranges"),
    path("operate/numbers/<int:customer>/<int:pk>/remove/", operate.range_remove, name="operate_range_remove"),
    path("operate/lines/", operate.lines, name="operate_lines"),
    path("operate/lines/<int:customer>/new/", operate.line_new, name="operate_line_new"),
    path("operate/lines/<int:customer>/<int:pk>/", operate.line_edit, name="operate_line"),
    *provisioning_urls,
]
