from django.test import Client


def sign_in(page, user):
    """Give the browser a session of the user's; the page has to be opened after."""
    client = Client()
    client.force_login(user)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([cookie | {"domain": "localhost", "path": "/"}])
