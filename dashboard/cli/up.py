"""`andrang up` and `andrang drill`: all processes of an installation under one supervisor."""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from dashboard.cli import serving
from dashboard.cli.supervisor import Supervisor
from dashboard.settings import Settings, SettingsError, WebSettings, load_settings

FIRST_ANSWER_WITHIN_S = 60.0
FILLED, CONFIG = ".filled", "andrang.toml"


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="The TOML file; default: andrang.toml.")
@click.option("--host", help="Address to listen on, over the config's.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port, over the config's; 0 picks a free one.")
def up(config: Path | None, host: str | None, port: int | None) -> None:
    """Start web and worker for your own sources."""
    settings = _over(load_settings(config), host=host, port=port)
    with serving.listen(settings.web) as listener, _supervised() as supervisor:
        _check(settings)
        environment = {"ANDRANG_CONFIG": str(config.absolute())} if config else {}
        supervisor.start(serving.web_server(settings.web, listener, environment=environment))
        supervisor.start(serving.worker(environment))
        for number in range(settings.jobs.processes if settings.jobs.broker_url_env else 0):
            supervisor.start(serving.puller(environment, number + 1))
        _serve(supervisor, listener, ready=lambda: click.echo(f"Andrang runs at {serving.address_of(listener)}"))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8050, show_default=True, help="0 picks a free one.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="Default: a temporary folder.")
@click.option("--keep", is_flag=True, help="Keep the temporary folder when the drill ends.")
@click.option(
    "--minute", type=click.IntRange(0, 600), default=40, show_default=True, help="Of the outage, to begin in."
)
def drill(host: str, port: int, data_dir: Path | None, keep: bool, minute: int) -> None:
    """Start the board with a simulated outage in its 40th minute, or another."""
    web = WebSettings(host=host, port=port, secure_cookies=False)
    with serving.listen(web) as listener, _folder(data_dir, keep=keep) as folder, _supervised() as supervisor:
        _play(supervisor, listener, web=web, folder=folder, minute=minute)


def _play(supervisor: Supervisor, listener: socket.socket, *, web: WebSettings, folder: Path, minute: int) -> None:
    """The worker loads while the drill is set up, the web server while the drill's past is written."""
    filled = folder / FILLED
    filled.unlink(missing_ok=True)
    environment = {"ANDRANG_CONFIG": str(folder / CONFIG)}
    supervisor.start(serving.worker({**environment, serving.START_AFTER: str(filled)}))

    from dashboard.services.drill import drill as drills

    prepared = drills.set_up(folder, web=web.model_copy(update={"port": listener.getsockname()[1]}), minute=minute)
    supervisor.start(serving.web_server(web, listener, environment=environment))
    drills.fill(prepared)
    filled.touch()

    def ready() -> None:
        supervisor.start(serving.feeder(environment))  # it catches up with the seconds that have passed
        _introduce(serving.address_of(listener), drills.DEMO_PASSWORD)

    _serve(supervisor, listener, ready=ready)


def _introduce(address: str, password: str) -> None:
    click.echo(f"The drill runs at {address}")
    click.echo(f"Log in as agent, planner, manager or administrator; the password is {password}")


def _over(settings: Settings, *, host: str | None, port: int | None) -> Settings:
    changed = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    return settings.model_copy(update={"web": settings.web.model_copy(update=changed)})


def _check(settings: Settings) -> None:
    """Refuse what cannot work before any process starts: a source's options, the store, a drill's data."""
    from dashboard.services.broker import broker_url, make_app
    from dashboard.services.replies.reply_publish import places
    from dashboard.services.sources.source_setup import build_sources
    from dashboard.services.store import open_store, require_own_kind

    if settings.drill:
        raise SettingsError("this config is a drill's, and `andrang up` starts the real board; run `andrang drill`")
    sessions = open_store(settings, migrate=True)
    with sessions() as session:
        require_own_kind(session, settings)
    build_sources(settings)
    places(settings)
    if url := broker_url(settings):
        make_app(url)


@contextmanager
def _supervised() -> Iterator[Supervisor]:
    """A supervisor whose processes are stopped however the block ends."""
    supervisor = Supervisor(lambda line: click.echo(line, err=True))
    supervisor.install_signals()
    try:
        yield supervisor
    finally:
        supervisor.stop()


@contextmanager
def _folder(chosen: Path | None, *, keep: bool) -> Iterator[Path]:
    """The drill's data folder; a temporary one is removed at the end unless it is to be kept."""
    if chosen is not None:
        yield chosen.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="andrang-drill-"))
    try:
        yield folder
    finally:
        if keep:
            click.echo(f"The drill's data are kept in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _serve(supervisor: Supervisor, listener: socket.socket, *, ready: Callable[[], None]) -> None:
    """Tell once that the page answers, then watch until told to stop."""
    address = serving.address_of(listener)
    deadline = time.monotonic() + FIRST_ANSWER_WITHIN_S
    while not supervisor.stopping and not serving.answers(address):
        if time.monotonic() > deadline:
            raise click.ClickException(
                f"the web server gave no page within {FIRST_ANSWER_WITHIN_S:g} s; its own words are above"
            )
        supervisor.look_after_all()
    if not supervisor.stopping:
        ready()
    supervisor.run()
