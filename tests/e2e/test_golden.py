"""The golden cases (tests/golden) among the end-to-end tests."""

import importlib.util
import pathlib

LABEL = "e2e"

PATH = pathlib.Path(__file__).resolve().parents[1] / "golden/run.py"
SPEC = importlib.util.spec_from_file_location("golden", PATH)
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)
Golden = MODULE.Golden
