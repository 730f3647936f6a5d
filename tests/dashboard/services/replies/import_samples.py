"""Exports in the shapes that other systems give, written for these tests."""

from __future__ import annotations

import json
from typing import Any

CHATWOOT = [
    {
        "id": 4,
        "account_id": 1,
        "short_code": "refund_status",
        "content": "Hello {{contact.first_name}} {{contact.last_name}}, your refund is on its way. It is with our bank "
        "and you will see it on your account. Regards, {{ agent.name | default: 'Support' }}",
        "created_at": "2026-05-01T08:00:00.000Z",
        "updated_at": "2026-05-01T08:00:00.000Z",
    },
    {
        "id": 5,
        "account_id": 1,
        "short_code": "plan",
        "content": "You are on the plan {{contact.custom_attribute.plan}} and that is what you pay for.",
    },
]
ZAMMAD_CSV = (
    "id,name,keywords,content,note,active\r\n"
    '7,Passwort vergessen,"kennwort, zugang","<div>Guten Tag #{ticket.customer.firstname} '
    "#{ticket.customer.lastname},<br><br>das Passwort l&auml;sst sich <b>nicht</b> zur&uuml;cksetzen.</div>"
    '<ul><li>Bitte warten</li><li>Vorgang #{ticket.number}</li></ul><p>#{user.fullname}</p>",intern,true\r\n'
    "8,Alt,,<p>Das gilt nicht mehr für die Kunden.</p>,,false\r\n"
)
FREESCOUT = [
    {
        "id": 12,
        "mailbox_id": 1,
        "name": "Delivery",
        "text": "<p>Hi {%customer.firstName,fallback=there%},</p><p>your parcel is late. The carrier told us so and we "
        'are sorry. <a href="https://status.example.com/now">Status</a></p><script>alert(1)</script>'
        "<p>{%user.fullName%}</p>",
    }
]
ZENDESK_PAGES = [
    {
        "macros": [
            {
                "id": 25,
                "title": "Outage::Login::We know of it",
                "active": True,
                "description": None,
                "actions": [
                    {"field": "status", "value": "pending"},
                    {
                        "field": "comment_value_html",
                        "value": "<p>Hello {{ticket.requester.first_name}},</p><p>we know of the outage and we are at "
                        "work on it. Your ticket is {{ticket.id}}.</p><p>{{current_user.name}}</p>",
                    },
                ],
            },
            {"id": 26, "title": "Close", "active": True, "actions": [{"field": "status", "value": "solved"}]},
        ],
        "next_page": "https://example.zendesk.com/api/v2/macros.json?page=2",
    },
    {
        "macros": [
            {
                "id": 27,
                "title": "Plain",
                "active": True,
                "actions": [{"field": "comment_value", "value": ["channel:all", "This is the text for you and me."]}],
            },
            {
                "id": 28,
                "title": "Off",
                "active": False,
                "actions": [{"field": "comment_value", "value": "This is no longer used by the team."}],
            },
        ],
        "next_page": None,
    },
]
OWN_YAML = """
replies:
  - key: late-parcel
    title: Paket verspätet
    body: |
      Ihr Paket kommt später. {{ agent.customer }}, wir wissen, dass das für Sie nicht gut ist.
    channel: chat
    language: de
    phases: [investigating, identified]
    tags: [paket, lieferung]
"""


def as_bytes(found: Any) -> bytes:
    """As JSON in a file."""
    return json.dumps(found).encode()
