"""``python -m approvals.translations update``: add new texts of the interface to the file of English texts."""

from __future__ import annotations

import click

from approvals.translations.extraction import faults, update


@click.group()
def main() -> None:
    """Care for the English texts of the interface."""


@main.command("update")
def update_file() -> None:
    """Add texts that are new, take out those that are gone, and list what is left to translate."""
    added, left = update()
    click.echo(f"added {added}, removed {left}")
    _list_faults()


@main.command()
def check() -> None:
    """List texts without a sound translation; exit code 1 when there are any."""
    raise SystemExit(1 if _list_faults() else 0)


def _list_faults() -> int:
    found = faults()
    for fault in found:
        click.echo(fault)
    return len(found)


if __name__ == "__main__":
    main()
