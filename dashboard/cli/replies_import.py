"""`andrang replies import`: the starter replies, or another system's, as drafts."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.cli.user import COMMAND_LINE, account_session
from dashboard.domain.clock import system_clock
from dashboard.domain.incidents import Phase
from dashboard.domain.replies import CHANNELS, LANGUAGES
from dashboard.services.replies import reply_import
from dashboard.services.replies.reply_import import Choices, Plan, Told
from dashboard.services.replies.reply_import_files import ImportFileError, read_rows
from dashboard.services.replies.reply_import_shapes import SYSTEMS
from dashboard.services.replies.starter_replies import install_starter_replies
from dashboard.settings import Settings, load_settings

SHOWN = 20


@click.command("import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "system", type=click.Choice(SYSTEMS), help="Whose export FILE is; csv: our own columns.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and store nothing.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of all texts; default: the file's word, else by sight.")
@click.option("--channel", type=click.Choice(CHANNELS), help="Of all texts; default: the file's word, else by system.")
@click.option("--phase", "phases", multiple=True, type=click.Choice([p.value for p in Phase]), help="Default: all.")
@click.option("--encoding", help="utf-8, cp1252, utf-16 …; default: UTF-8, or what the file's first bytes say.")
@click.option("--disabled-too", is_flag=True, help="Also what is switched off in the other system.")
@click.option("--skip-errors", is_flag=True, help="Store what can be taken although other entries cannot.")
@click.option("--verbose", is_flag=True, help=f"Name every entry, not the first {SHOWN} of a kind.")
@click.option("--starter", is_flag=True, help="The replies that come with the board, German and English.")
@click.option("--submit", is_flag=True, help="With --starter: hand them in for review at once.")
@click.option("--config", "config", type=click.Path(path_type=Path), help="The TOML file of the installation.")
@click.pass_context
def import_replies(
    context: click.Context,
    file: Path | None,
    system: str | None,
    *,
    dry_run: bool,
    language: str | None,
    channel: str | None,
    phases: tuple[str, ...],
    encoding: str | None,
    disabled_too: bool,
    skip_errors: bool,
    verbose: bool,
    starter: bool,
    submit: bool,
    config: Path | None,
) -> None:
    """Fetch replies as drafts; nothing is approved, and nothing that exists is changed."""
    if starter:
        _starter(load_settings(config), submit=submit)
        return
    if file is None or system is None:
        raise click.UsageError(
            "say what to import: FILE --from SYSTEM, or --starter for the replies that come with the board"
        )
    choices = Choices(system, language, channel, phases, disabled_too)
    fine = _import(file, choices, settings=load_settings(config), encoding=encoding, dry_run=dry_run,
                   skip_errors=skip_errors, shown=1_000_000 if verbose else SHOWN)  # fmt: skip
    if not fine:
        context.exit(1)


def _import(
    file: Path,
    choices: Choices,
    *,
    settings: Settings,
    encoding: str | None,
    dry_run: bool,
    skip_errors: bool,
    shown: int,
) -> bool:
    """Whether all went well."""
    try:
        rows = read_rows(file.read_bytes(), name=file.name, encoding=encoding)
    except (ImportFileError, OSError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    now = system_clock()
    with account_session(settings) as session:
        plan = reply_import.plan_import(session, rows, choices=choices, by=COMMAND_LINE, now=now)
        _report(plan, shown)
        if dry_run or (plan.errors and not skip_errors):
            click.echo("Nothing was stored." + ("" if dry_run else " Mend the errors, or give --skip-errors."))
        else:
            count = reply_import.carry_out(
                session, plan, file=file.name, by=COMMAND_LINE, now=now, skip_errors=skip_errors
            )
            click.echo(f"{count} replies are drafts now; somebody else approves them on the replies page.")
    return not plan.errors


def _report(plan: Plan, shown: int) -> None:
    for (theirs, ours), count in sorted(plan.mapped.items()):
        click.echo(f"placeholder {theirs} becomes {ours} ({count} ×)")
    for word, told in (("skipped", plan.skipped), ("warning", plan.warnings), ("error", plan.errors)):
        _list(word, told, shown)
    click.echo(", ".join(f"{count} {name}" for name, count in reply_import.summary(plan)))


def _list(word: str, told: list[Told], shown: int) -> None:
    for one in told[:shown]:
        click.echo(f"{word}: {one.place}{f' “{one.title}”' if one.title else ''}: {one.message}")
    if len(told) > shown:
        click.echo(f"{word}: {len(told) - shown} more; --verbose names them")


def _starter(settings: Settings, *, submit: bool) -> None:
    with account_session(settings) as session:
        count = install_starter_replies(session, now=system_clock(), by=COMMAND_LINE, submit=submit)
    where = "wait for a manager's approval" if submit else "are drafts now"
    click.echo(f"{count} starter replies {where}." if count else "All starter replies are there already.")
