"""The package keeps its shape: levels, borders and what may not be there at all."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "forecast_cli"

# From the ground up: a module, or a folder of that name, imports only from rows above its own.
LEVELS = (
    "errors notices wording findings folding gaps observed_steps progress schema packed_digits "
    "id_order",
    "packed_texts",
    "checks filesystem gathering writer sealed tuning_findings inspect_findings "
    "presentation_findings toml_file",
    "read_config explain_config engine_config",
    "config",
    "explanation_findings compare_config export_findings part_folder",
    "tensors activations schedules engines parts_told devices torch_layers",
    "times seasonality search_space tune_config cells",
    "calendar_features outliers",
    "covariates",
    "reading proposals",
    "panel",
    "forecast splits ticks overlap",
    "metrics scales intervals",
    "inputs",
    "network_shapes significance picture residuals",
    "recurrence",
    "effects smoothing robust_trend",
    "aggregation",
    "baselines",
    "representation windows",
    "season_trials season_strength analogues",
    "longer_season unnamed_season",
    "defaults",
    "command_line",
    "committee network inspection optimizer cleaning",
    "losses model candidates snapshot fingerprint covariate_record analogues_record gates "
    "graph_record remembering",
    "examples training_state model_record inference backtest known_ahead migrations",
    "panel_facts lineup export_trials graph training_run",
    "matching adjustment training checkpoint selection report document resume model_findings",
    "past_windows fit_job groundwork rolling tallies whole_series",
    "part_scores parts",
    "fitting leaderboard trainings continuation preparation showcase drawing trial_log unseen "
    "shares occlusion",
    "training_plan trial_fits",
    "comparison streaming search",
    "workflows inspecting presentation tuning unseen_proof column_types rows keywords "
    "explain_workflow exporting",
    "page tuning_verdict partitions",
    "tune_workflow api",
    "estimator",
    "cli",
    "__init__ __main__",
)
LEVEL = {name: number for number, row in enumerate(LEVELS) for name in row.split()}

TORCH_ROOMS = {
    "devices",
    "network",
    "losses",
    "optimizer",
    "torch_layers",
    "training",
    "training_run",
}
PRINTING_ROOMS = {"cli", "report"}
SLOW_TO_IMPORT = {"matplotlib", "pandas", "sklearn", "torch"}
DRAWERS = {"common", "helpers", "misc", "util", "utils"}
# Each of these runs, or can run, code that comes from a file.
CODE_RUNNING_MODULES = {
    *("cloudpickle", "code", "dill", "joblib", "marshal", "pickle", "runpy", "shelve"),
    "importlib.machinery",
}
CODE_RUNNING_NAMES = {
    *("__import__", "compile", "eval", "exec"),
    *("torch.load", "torch.save", "torch.jit", "np.load", "numpy.load"),
}
CODE_RUNNING_ATTRIBUTES = {
    *("import_module", "module_from_spec", "exec_module", "load_module"),
    *("read_pickle", "to_pickle", "allow_pickle"),
}


@dataclass(frozen=True)
class Import:
    """One imported module or name, as a dotted path."""

    target: str
    at_module_level: bool
    only_for_types: bool = False


@dataclass(frozen=True)
class Module:
    """A source file and its name inside the package, `cli.app` for instance."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The name that the table of levels knows."""
        return self.name.split(".")[0]

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import in it, in any scope."""
        return tuple(imports(self.tree))


def imports(
    node: ast.AST, *, at_module_level: bool = True, typed: bool = False
) -> Iterator[Import]:
    """Every import below a node, in any scope."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, at_module_level, typed)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                yield Import(f"{child.module}.{alias.name}", at_module_level, typed)
        else:
            is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for_types = isinstance(child, ast.If) and dotted(child.test).endswith("TYPE_CHECKING")
            yield from imports(
                child,
                at_module_level=at_module_level and not is_function,
                typed=typed or for_types,
            )


def dotted(node: ast.AST) -> str:
    """`a.b.c` for that expression, an empty text for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


@cache
def modules() -> dict[str, Module]:
    """All modules of the package by name; `cli` is the folder's own `__init__`."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)
        found[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8"), str(path)))
    return found


def resolve(target: str) -> str | None:
    """The module of this package that an import loads, None for one from elsewhere."""
    if target.split(".", maxsplit=1)[0] != PACKAGE:
        return None
    inner = target.removeprefix(PACKAGE).removeprefix(".")
    while inner and inner not in modules():
        inner = inner.rpartition(".")[0]
    return inner or "__init__"


def inner_imports(module: Module) -> set[str]:
    """The modules of this package that a module imports, for types too."""
    resolved = (resolve(found.target) for found in module.imports)
    return {name for name in resolved if name is not None and name != module.name}


def comes_from(target: str, sources: Iterable[str]) -> bool:
    return any(target == source or target.startswith(f"{source}.") for source in sources)


def every_module(check: Callable[[Module], None]) -> Callable[[], None]:
    """One test of all modules, which tells of each in which the check fails."""

    def test() -> None:
        errors = []
        for module in modules().values():
            try:
                check(module)
            except AssertionError as error:
                error.add_note(f"in {module.name}")
                errors.append(error)
        if errors:
            raise ExceptionGroup(f"{len(errors)} modules", errors)

    return test


@every_module
def test_every_module_has_a_level(module: Module) -> None:
    assert module.room in LEVEL, f"add {module.room!r} to LEVELS in {Path(__file__).name}"


@every_module
def test_a_module_imports_only_from_lower_levels(module: Module) -> None:
    rooms = {name.split(".")[0] for name in inner_imports(module)} - {module.room}
    wrong = {room for room in rooms if LEVEL.get(room, -1) >= LEVEL.get(module.room, len(LEVELS))}
    assert not wrong, f"{module.name} must not import {sorted(wrong)}: not on a lower level"


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: inner_imports(module) for name, module in modules().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


@every_module
def test_torch_stays_in_its_rooms(module: Module) -> None:
    if module.room not in TORCH_ROOMS:
        assert not [i for i in module.imports if comes_from(i.target, {"torch"})]


@every_module
def test_matplotlib_runs_in_one_room_only(module: Module) -> None:
    if module.name != "drawing.canvas":
        at_work = [i.target for i in module.imports if not i.only_for_types]
        assert not [target for target in at_work if comes_from(target, {"matplotlib"})]


@every_module
def test_only_the_command_line_and_the_report_print(module: Module) -> None:
    if module.room in PRINTING_ROOMS:
        return
    names = {dotted(node) for node in ast.walk(module.tree)}
    assert not names & {"print", "sys.stdout", "sys.stderr"}
    assert not [i for i in module.imports if comes_from(i.target, {"rich", "typer"})]


@every_module
def test_nothing_can_run_code_from_a_file(module: Module) -> None:
    assert not dangers(module.tree)


def dangers(tree: ast.AST) -> set[str]:
    """What in a source can run code that a file brings along."""
    targets = {i.target for i in imports(tree)}
    names = targets | {dotted(node) for node in ast.walk(tree)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    return (
        {target for target in targets if comes_from(target, CODE_RUNNING_MODULES)}
        | (names & CODE_RUNNING_NAMES)
        | {name for name in names if name.rpartition(".")[2] in CODE_RUNNING_ATTRIBUTES}
    )


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib.numpy_pickle",
        "def f():\n    from torch import load",
        "import torch\ntorch.load('x')",
        "eval('1')",
        "run = exec",
        "__import__('os')",
        "from importlib import import_module",
        "import importlib\nimportlib.import_module('os')",
        "np.load('x')",
        "read('x', allow_pickle=True)",
        "frame.to_pickle('x')",
    ],
)
def test_code_that_runs_what_a_file_brings_is_found(source: str) -> None:
    assert dangers(ast.parse(source))


@pytest.mark.parametrize(
    "source", ["network.eval()", "re.compile('x')", "safetensors.numpy.load(b'x')"]
)
def test_harmless_code_is_not_taken_for_dangerous(source: str) -> None:
    assert not dangers(ast.parse(source))


@every_module
def test_no_module_is_a_drawer_for_everything(module: Module) -> None:
    assert not DRAWERS & set(module.name.split("."))


def loaded_with(start: Iterable[str]) -> set[str]:
    """The modules of this package that are loaded when these are: no function body runs."""
    loaded: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name in loaded:
            continue
        loaded.add(name)
        targets = (i.target for i in modules()[name].imports if runs_at_once(i))
        waiting += [inner for inner in map(resolve, targets) if inner is not None]
    return loaded


def runs_at_once(found: Import) -> bool:
    return found.at_module_level and not found.only_for_types


COMMAND_LINE = [name for name in modules() if name.split(".")[0] == "cli"]


@pytest.mark.parametrize("name", COMMAND_LINE)
def test_the_command_line_leaves_numbers_to_others(name: str) -> None:
    at_once = [i.target for i in modules()[name].imports if runs_at_once(i)]
    assert not [target for target in at_once if comes_from(target, {*SLOW_TO_IMPORT, "numpy"})]


def test_loading_the_command_line_loads_no_slow_library() -> None:
    slow = {
        f"{name} imports {i.target}"
        for name in loaded_with([*COMMAND_LINE, "__init__"])
        for i in modules()[name].imports
        if runs_at_once(i) and comes_from(i.target, SLOW_TO_IMPORT)
    }
    assert not slow


def test_imports_inside_functions_and_for_types_are_told_apart() -> None:
    source = (
        "import a\nif TYPE_CHECKING:\n    import b\ndef f():\n    import c\nclass D:\n    import d"
    )
    at_once = {i.target for i in imports(ast.parse(source)) if runs_at_once(i)}
    assert at_once == {"a", "d"}


@every_module
def test_no_module_imports_a_private_name_of_another(module: Module) -> None:
    private = [
        i.target
        for i in module.imports
        if resolve(i.target) is not None
        and any(part.startswith("_") and part != "__version__" for part in i.target.split("."))
    ]
    assert not private


@cache
def sources() -> tuple[Path, ...]:
    """The files that can use what the package offers."""
    folders = (PACKAGE, "tests", "benchmarks")
    return tuple(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def names_in(path: Path) -> frozenset[str]:
    """Every name and attribute that a source mentions, imported ones too."""
    known = {module.path: module.tree for module in modules().values()}
    tree = known[path] if path in known else ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    return frozenset(
        [node.id for node in nodes if isinstance(node, ast.Name)]
        + [node.attr for node in nodes if isinstance(node, ast.Attribute)]
        + [node.name.rpartition(".")[2] for node in nodes if isinstance(node, ast.alias)]
    )


@every_module
def test_a_public_function_or_class_is_used_elsewhere(module: Module) -> None:
    # A dataclass may be known to others by its fields alone, a command by its name in the shell.
    public = {
        node.name
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not (node.name.startswith("_") or node.decorator_list)
    }
    used = frozenset().union(*(names_in(path) for path in sources() if path != module.path))
    unused = sorted(public - used)
    assert not unused, f"{module.name}: start with an underscore, or delete: {unused}"
