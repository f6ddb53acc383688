"""``approvals workflows``: check, draw and publish definitions."""

from __future__ import annotations

from pathlib import Path

import click

from workflows.county import county_catalogue  # also registers the guards of the registration law, for the linter
from workflows.engine.catalogue import DEFINITIONS, Catalogue, definition_files
from workflows.engine.definition import Text
from workflows.engine.diagram import draw
from workflows.engine.fingerprints import Changed
from workflows.engine.fingerprints import publish as publish_versions
from workflows.engine.lint import UNPUBLISHED, lint, version_name
from workflows.engine.loader import fingerprint, read

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("workflows")
def group() -> None:
    """流程定义：检查、画图、发布。"""


@group.command("lint")
@click.argument("folder", type=FOLDER, default=DEFINITIONS)
def lint_command(folder: Path) -> None:
    """检查一个文件夹里的全部流程定义；有问题时逐条列出，以 1 退出。"""
    problems = lint(folder)
    for problem in problems:
        click.echo(str(problem))
    if problems:
        raise SystemExit(1)
    for path in definition_files(folder):
        click.echo(f"{version_name(read(path, folder))} ok")


@group.command("diagram")
@click.argument("key")
@click.option("--version", "number", type=int, help="哪一版；不写则取最新一版。")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="图中文字的语言。")
def diagram_command(key: str, number: int | None, language: str) -> None:
    """画出一个流程，输出 SVG。"""
    catalogue = county_catalogue()
    try:
        definition = catalogue.latest(key) if number is None else catalogue.version(key, number)
    except KeyError:
        known = "、".join(f"{each.key}/{each.version}" for each in catalogue)
        raise click.ClickException(f"没有这个流程或这一版。现有：{known}") from None
    click.echo(draw(definition, language, titles=_titles(catalogue)))


def _titles(catalogue: Catalogue) -> dict[str, Text]:
    return {definition.key: definition.title for definition in catalogue}


@group.command("publish")
@click.argument("folder", type=FOLDER, default=DEFINITIONS)
def publish_command(folder: Path) -> None:
    """登记新版本的指纹，此后内容不得再改；检查未通过或已发布的版本被改动时，什么也不登记，以 1 退出。"""
    problems = [problem for problem in lint(folder) if problem.rule != UNPUBLISHED]
    for problem in problems:
        click.echo(str(problem))
    if problems:
        raise SystemExit(1)
    documents = [read(path, folder) for path in definition_files(folder)]
    current = {version_name(document): fingerprint(document.data) for document in documents}
    try:
        added = publish_versions(folder, current)
    except Changed as changed:
        raise click.ClickException(f"已发布的版本不能改动：{'、'.join(changed.versions)}。请恢复原文，另写新版本。") from None
    for version in added:
        click.echo(f"{version} published")
    if not added:
        click.echo("没有新的版本。")
