"""The formats that the command line names are those that can be rendered."""

from __future__ import annotations

from scanner import pipeline
from scanner.cli.scan import FORMATS, parse_formats
from tests.render import factory


def test_every_format_has_a_renderer() -> None:
    assert (*pipeline.RENDERERS, pipeline.PDF) == FORMATS
    assert parse_formats("md, sarif,md") == ("md", "sarif")


def test_only_what_is_asked_for_is_rendered() -> None:
    inputs = (b"{}", factory.snapshot())
    for name in pipeline.RENDERERS:
        files = pipeline.render(*inputs, assessment=factory.assessment(), formats=(name,))
        assert list(files) == [f"report.{name}"]
        assert b"\r" not in files[f"report.{name}"]
        assert files[f"report.{name}"].endswith(b"\n")
