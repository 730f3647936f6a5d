"""The pages of the board, one module each.

How to add a page, in three places:

1. A module here with

   - ``PATH``: its address, `"/staffing"`, or with variables, `"/incident/<incident_id>"`;
   - ``TITLE``: the key of its title in the message catalogue;
   - ``RIGHT``: the right (dashboard.domain.people.Right) one needs to see it;
   - ``NAV`` (optional): its letter after `g` on the keyboard, which also puts it into the navigation;
   - ``layout(visit: Visit) -> Component``: `visit.words` writes, `visit.person` looks (`visit.person.may(right)`),
     `visit.parameters` holds path variables and query as strings, `visit.services.ask(use_case, …)` calls a use case
     with a session of its own;
   - ``register(app: Dash, services: ServicesLike) -> None``: its callbacks, with `app.callback`, never
     `dash.callback`. In a callback `current_visit(services)` (dashboard.components.current) gives the Visit of whoever
     asks; one that changes something calls `visit.person.require(right)` first: HTTP 403, and a readable word to the
     person. Client-side functions live in `assets/*.js`, named by `ClientsideFunction`: inline ones break the CSP;
   - ``snapshot(view, words) -> dict`` (optional) makes it live: the worker stores what it returns, `/live/<name>`
     serves it (`<name>` is the module's name) and assets/30-live.js fills the places of dashboard.components.live.

2. Its name in ``PAGES`` of dashboard/app.py.
3. Its messages in `locales/de` and `locales/en`, in a file of its own, keys prefixed by its name.

A static chart is `charts.chart(figure, summary=…)`: a Plotly figure as a plain dict, its colours tokens ("@accent").
Links inside the board are `links.link(text, href)`; they change the page without loading it anew. `attributes.data` and
`attributes.aria` write `data-…` and `aria-…`. Forms that post to Flask carry `csrf_token`; Dash's own posts send it
by themselves.
"""
