"""Detectors are compiled while the wheel is built; all other settings are in pyproject.toml."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


class BuildWithDetectors(build_py):  # type: ignore[misc]  # setuptools has no types
    def run(self) -> None:
        target = Path(self.build_lib, "keystop", "detectors")
        # A stale build/ would put a deleted TOML file into the next wheel.
        shutil.rmtree(target, ignore_errors=True)
        super().run()
        if not self.editable_mode:
            sys.path.insert(0, str(HERE / "src"))
            from keystop.compiling import ENTRIES, INDEX, compile_folder

            index, entries = compile_folder(HERE / "detectors")
            (target / INDEX).write_bytes(index)
            (target / ENTRIES).write_bytes(entries)


setup(cmdclass={"build_py": BuildWithDetectors})
