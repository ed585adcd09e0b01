"""Where commands come from beside our own: packages that name an entry point, and the company's folder."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules

from intents.extensions.fault import Fault, raised
from intents.registry import Command, registered, withdraw

GROUP = "offhook.commands"
_PACKAGE = "offhook_commands"


@dataclass(frozen=True, slots=True)
class Source:
    """`folder`: where its texts and training data lie beside its modules; None for a single module."""

    name: str
    module: str
    folder: Path | None


def installed() -> list[Source]:
    """By the entry points of what is installed, each module once, in an order that is always the same."""
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        found.setdefault(point.module, point)
    return [Source(f"entry point {point.name}", module, None) for module, point in found.items()]


def of_folder(folder: Path) -> Source:
    return Source(str(folder), _PACKAGE, folder)


def imported(source: Source) -> tuple[Source, list[Command], list[Fault]]:
    """The source with its folder, and what it registered. A module that fails registers nothing."""
    before = set(registered())
    faults: list[Fault] = []
    try:
        path = _package(source.folder) if source.folder is not None else _path(source.module)
    except (Exception, SystemExit) as error:
        _withdraw_all_but(before)
        faults.append(raised(error, source.folder, source.name))
        path = []
    if path:
        source = Source(source.name, source.module, Path(path[0]))
        faults += _modules(source.module, path, source.folder)
    new = [command for name, command in registered().items() if name not in before]
    return source, new, faults


def forget(source: Source) -> None:
    """So that the next process of tests, or the next company, imports its own."""
    for name in [name for name in sys.modules if name == source.module or name.startswith(f"{source.module}.")]:
        del sys.modules[name]


def _withdraw_all_but(before: set[str]) -> None:
    for name in set(registered()) - before:
        withdraw(name)


def _package(folder: Path) -> list[str]:
    """The company's folder as a package, so that its modules can import each other: `from .prices import …`."""
    importlib.invalidate_caches()
    start = folder / "__init__.py"
    if start.is_file():
        spec = spec_from_file_location(_PACKAGE, start, submodule_search_locations=[str(folder)])
    else:
        spec = ModuleSpec(_PACKAGE, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[_PACKAGE] = module
    if start.is_file() and spec.loader is not None:
        spec.loader.exec_module(module)
    return [str(folder)]


def _path(name: str) -> list[str]:
    return list(getattr(importlib.import_module(name), "__path__", []))


def _modules(package: str, path: list[str], folder: Path | None) -> Iterator[Fault]:
    for found in sorted(iter_modules(path, f"{package}."), key=lambda module: module.name):
        before = set(registered())
        try:
            module = importlib.import_module(found.name)
        except (Exception, SystemExit) as error:
            _withdraw_all_but(before)
            sys.modules.pop(found.name, None)
            yield raised(error, folder, found.name)
            continue
        if found.ispkg:
            yield from _modules(found.name, list(module.__path__), folder)
