"""Pages about people and places: colleagues, own details, the log book, a partner's overview and the operators' pages."""

from django.urls import URLPattern, path

from accounts.views import colleagues, joining, operate, operate_people, own, places, trail

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("users/", colleagues.users, name="users"),
    path("users/invite/", colleagues.user_invite, name="user_invite"),
    path("users/<int:pk>/", colleagues.user_edit, name="user_edit"),
    path("users/<int:pk>/block/", colleagues.user_block, name="user_block"),
    path("users/<int:pk>/unblock/", colleagues.user_unblock, name="user_unblock"),
    path("users/<int:pk>/remove/", colleagues.user_remove, name="user_remove"),
    path("users/invitations/<int:pk>/resend/", colleagues.invitation_resend, name="invitation_resend"),
    path("users/invitations/<int:pk>/withdraw/", colleagues.invitation_withdraw, name="invitation_withdraw"),
    path("invitation/<str:token>/", joining.invitation, name="invitation"),
    path("audit/", trail.audit, name="audit"),
    path("account/", own.account, name="account"),
    path("account/login/", own.account_login_data, name="account_login_data"),
    path("account/email/<str:token>/", own.email_confirm, name="email_confirm"),
    path("account/tokens/", own.token_create, name="token_create"),
    path("account/tokens/<int:pk>/revoke/", own.token_revoke, name="token_revoke"),
    path("customers/", places.choose_customer, name="choose_customer"),
    path("customers/leave/", places.leave_customer, name="leave_customer"),
    path("customers/<slug:reference>/enter/", places.enter_customer, name="enter_customer"),
    path("partner/", places.partner, name="partner"),
    path("operate/", operate.operate, name="operate"),
    path("operate/audit/", trail.operate_audit, name="operate_audit"),
    path("operate/brands/", operate.brands, name="operate_brands"),
    path("operate/brands/preview/", operate.brand_preview, name="operate_brand_preview"),
    path("operate/brands/new/", operate.brand_edit, name="operate_brand_new"),
    path("operate/brands/<int:pk>/", operate.brand_edit, name="operate_brand"),
    path("operate/partners/", operate.partners, name="operate_partners"),
    path("operate/partners/new/", operate.partner_edit, name="operate_partner_new"),
    path("operate/partners/<int:pk>/", operate.partner_edit, name="operate_partner"),
    path("operate/partners/<int:pk>/people/", operate.partner_person, name="operate_partner_person"),
    path("operate/customers/", operate.customers, name="operate_customers"),
    path("operate/customers/new/", operate.customer_edit, name="operate_customer_new"),
    path("operate/customers/<int:pk>/", operate.customer_edit, name="operate_customer"),
    path("operate/customers/<int:pk>/users/", operate_people.customer_users, name="operate_customer_users"),
    path("operate/people/<int:pk>/owner/", operate_people.person_owner, name="operate_person_owner"),
    path("operate/people/<int:pk>/block/", operate_people.person_block, name="operate_person_block"),
    path("operate/people/<int:pk>/unblock/", operate_people.person_unblock, name="operate_person_unblock"),
    path("operate/people/<int:pk>/password/", operate_people.person_password, name="operate_person_password"),
    path("operate/operators/", operate_people.operators, name="operate_operators"),
]
