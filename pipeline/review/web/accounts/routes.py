"""The addresses of accounts."""

from starlette.routing import BaseRoute, Route

from pipeline.review.web.accounts import accounts_page, own_page
from pipeline.review.web.accounts.door import LINK, LOGIN
from pipeline.review.web.accounts.link_page import link_page, use_link
from pipeline.review.web.accounts.login_page import log_in_here, log_out, login_page
from pipeline.review.web.accounts.trail_page import trail_page

ROUTES: tuple[BaseRoute, ...] = (
    Route(LOGIN, login_page),
    Route(LOGIN, log_in_here, methods=["POST"]),
    Route("/logout", log_out, methods=["POST"]),
    Route(LINK, link_page),
    Route(LINK, use_link, methods=["POST"]),
    Route(own_page.PATH, own_page.account_page),
    Route(own_page.PATH, own_page.change_account, methods=["POST"]),
    Route(accounts_page.PATH, accounts_page.accounts_page),
    Route(accounts_page.PATH, accounts_page.change_accounts, methods=["POST"]),
    Route("/trail", trail_page),
)
