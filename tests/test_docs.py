"""What the documents promise is so: commands run, options exist, links lead somewhere."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geomap.cli import _parser

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CLI = (ROOT / "docs" / "cli.md").read_text("utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "gazetteer").glob("*.md")])
Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)


def parsers(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    children = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not children:
        yield name.strip(), parser
    for action in children:
        for child, made in action.choices.items():
            yield from parsers(made, f"{name} {child}")


COMMANDS = dict(parsers(_parser()))
ALL_OPTIONS = {option for made in COMMANDS.values() for option in made._option_string_actions}


def lines_in(text: str) -> list[list[list[str]]]:
    """The lines of the shell blocks of ``text`` that run geomap: the arguments of each command of a line."""
    found = []
    for block in blocks(text, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            parts = [shlex.split(part, comments=True) for part in line.split("&&")]
            commands = [words[1:] for words in parts if words and words[0].rpartition("/")[2] == "geomap"]
            if commands:
                found.append(commands)
    return found


def commands_in(text: str) -> list[list[str]]:
    """The arguments of every geomap command in the shell blocks of ``text``."""
    return [command for line in lines_in(text) for command in line]


def test_every_command_has_a_section() -> None:
    sections = re.findall(r"^## geomap (.*)$", CLI, re.M)
    named = [re.sub(r" (INPUT…|FILE…|FILE|NAME|PLACE)$", "", section) for section in sections]
    assert sorted(named) == sorted(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_options_of_help_and_page_agree(command: str) -> None:
    section = re.search(rf"^## geomap {command}\b.*?(?=^## |\Z)", CLI, re.S | re.M)
    common = re.search(r"^## Options common to all commands.*?(?=^## )", CLI, re.S | re.M)
    assert section is not None and common is not None
    cells = [line.split("|")[1] for line in section[0].splitlines() if line.startswith("| `-")]
    own = {option for cell in cells for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", cell)}
    shared = set(re.findall(r"`(--?[a-z][\w-]*)", common[0]))
    offered = set(COMMANDS[command]._option_string_actions)
    assert own <= offered, f"documented but unknown: {sorted(own - offered)}"
    assert offered <= own | shared, f"not documented: {sorted(offered - own - shared)}"


def test_options_in_every_document_exist() -> None:
    for command in [one for path in DOCUMENTS for one in commands_in(path.read_text("utf-8"))]:
        for word in command:
            if word.startswith("-") and word != "-":
                assert word in ALL_OPTIONS, f"{word} in: geomap {shlex.join(command)}"


def test_the_readme_has_its_two_commands() -> None:
    section = README.split("## Two commands", 1)[1].split("\n## ", 1)[0]
    first, second = blocks(section, "sh")
    assert first.strip().endswith("geomap map examples/northern-kosovo.txt")
    assert second.strip() == "bash scripts/test.sh"


@pytest.mark.parametrize("script", ["scripts/setup.sh", "scripts/test.sh", ".ci/run"])
def test_scripts_are_valid_shell(script: str) -> None:
    subprocess.run(["bash", "-n", str(ROOT / script)], check=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like the checkout to somebody who follows the README."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copy(ROOT / "gazetteer" / "places.csv", tmp_path / "my-places.csv")
    return tmp_path


@pytest.mark.model
@pytest.mark.parametrize("line", lines_in(README), ids=lambda line: " && ".join(map(shlex.join, line)))
def test_the_readmes_commands_run(line: list[list[str]], cli: Cli, checkout: Path) -> None:
    for command in line:
        done = cli(*command, cwd=checkout)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()
        if command[0] not in ("gazetteer", "project"):
            for made in done.stdout.splitlines():
                if command[0] != "summary" or (checkout / made).suffix in (".csv", ".svg"):
                    assert (checkout / made).stat().st_size > 100, made


@pytest.mark.model
def test_the_readmes_python_runs(checkout: Path) -> None:
    (code,) = blocks(README, "python")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=checkout,
        env={"PYTHONPATH": str(ROOT), **__import__("os").environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("output/kosovo.html ")


def test_the_documented_toponyms_line_has_the_real_fields() -> None:
    from geomap.pipeline import ArticleResult, toponyms_record
    from geomap.records import Article, Mention, Place, Resolution

    (example,) = blocks(CLI, "json")
    place = Place(id="gn:1", name="X", lat=1.0, lon=1.0, feature_class="P", feature_code="PPL")
    mention = Mention(start=0, end=1, text="X")
    record = toponyms_record(
        ArticleResult(
            article=Article(doc_id="a", text="X"),
            resolutions=(Resolution(mention=mention, place=place, score=1.0, rule="r"),),
        )
    )
    documented = json.loads(example)
    assert list(documented) == list(record)
    assert list(documented["toponyms"][0]) == list(record["toponyms"][0])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_named_files_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", text):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"
    for name in re.findall(r"`((?:geomap|gazetteer|tests|docs|scripts|benchmarks|examples)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), f"{document.name} names {name}"
