"""What HTTP sources ask through: one client, its ways to sign in, and the guards around what comes back."""

from connectors.http.auth import Auth, BasicAuth, BearerAuth, HeaderKeyAuth
from connectors.http.client import Answer, HttpClient, open_client
from connectors.http.limits import HTTP_OPTIONS, Limits
from connectors.http.oauth import OAuthClientCredentials
from connectors.http.pages import cursor_pages, keyset_pages, link_pages, number_pages, offset_pages
from connectors.http.shape import expect, field, refuse_skew
from connectors.http.sigv4 import SigV4Auth
from connectors.http.since import Since, first_day

__all__ = [
    "HTTP_OPTIONS",
    "Answer",
    "Auth",
    "BasicAuth",
    "BearerAuth",
    "HeaderKeyAuth",
    "HttpClient",
    "Limits",
    "OAuthClientCredentials",
    "SigV4Auth",
    "Since",
    "cursor_pages",
    "expect",
    "field",
    "first_day",
    "keyset_pages",
    "link_pages",
    "number_pages",
    "offset_pages",
    "open_client",
    "refuse_skew",
]
