"""KIND "request_tracker": tickets of Request Tracker 5 over its REST 2 interface.

Vendor: https://docs.bestpractical.com/rt/5.0.3/RT/REST2.html, https://docs.bestpractical.com/rt/5.0.3/RT/Date.html

The statuses of RT's own lifecycle: new is our waiting; open and stalled, and any word of a lifecycle of your own, in
service; resolved is answered; rejected and deleted are abandoned. `done_statuses` and `withdrawn_statuses` name others.
A ticket counts as answered since RT's `Started`, which is when somebody first took it up; where a person resolves it
without that, at its resolution. A re-opened ticket is in service again and stays one contact. The queue is RT's queue;
a ticket that moves takes its contact along. The first requestor is kept as a hash.
RT leaves deleted and merged tickets out of every search, so both are found by its transactions: the merged one is
abandoned, since its customer is served by the ticket that remains, and counts in that ticket's queue.
RT reads a time in a search in the time zone of the account that asks, whatever is written behind it. So the zone's
offset is measured, by searching for the newest ticket around its known time.
Lost: mails and comments inside a ticket, agents; with them every answer but the first.
Evidence: live (Request Tracker 5.0.3).
"""

from connectors.sources.request_tracker.source import RequestTracker

__all__ = ["RequestTracker"]
