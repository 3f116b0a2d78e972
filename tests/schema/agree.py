"""agree - hold the schema of scenarios against the loader

    agree.py HOTADD

The corpus is every scenario, tests/good and tests/bad. What HOTADD loads must be valid under the
schema, and what it refuses must not be, except for the files in `beyond`, whose mistake a schema
cannot see: those must be valid, or be no JSON at all, so that nobody adds a file for convenience.
A bad file may have many mistakes; `changes` makes them one at a time.
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

from jsonschema import Draft202012Validator

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
UNREADABLE = 3


def lines_of(name):
    """The lines of a file beside this one, without comments."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def read_beyond():
    """The files of `beyond`, each with its reason."""
    listed = {}
    for line in lines_of("beyond"):
        file, _, reason = line.partition(" ")
        listed[file] = reason.strip()
    return listed


def no_constant(name):
    raise ValueError(f"{name} is no JSON")


def parse(path):
    """What a file holds, as JSON has it; the second result says whether it is JSON."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return json.loads(text, parse_constant=no_constant), True
    except (ValueError, RecursionError):
        return None, False


def is_loaded(hotadd, path):
    """Whether the loader takes a file, which is listed and not played."""
    run = subprocess.run([hotadd, "run", "--list", str(path)],
                         stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if run.returncode < 0 or run.returncode > 5:
        raise SystemExit(f"schema: {hotadd} ended with {run.returncode} on {path}: {run.stderr}")
    return run.returncode != UNREADABLE


def judge(validator, loaded, path, reason):
    """What is wrong about a file; None when all is as it should be."""
    value, is_json = parse(path)
    valid = is_json and validator.is_valid(value)
    if reason is not None:
        if loaded:
            return "is listed in beyond, and the loader takes it"
        if is_json and not valid:
            return "is listed in beyond, and the schema sees its mistake"
        return None if reason else "is listed in beyond without a reason"
    if loaded and not valid:
        error = next(validator.iter_errors(value)) if is_json else None
        where = "no JSON" if error is None else f"{error.json_path}: {error.message}"
        return f"is loaded, and the schema refuses it: {where}"
    if valid and not loaded:
        return "is refused by the loader, and the schema takes it"
    if not is_json:
        return "is no JSON: beyond should say so"
    return None


def change(value, pointer, new):
    """Put `new`, a text, at a pointer into `value`, or take away what is there."""
    *way, last = pointer.split("/")[1:]
    for step in way:
        value = value[int(step) if isinstance(value, list) else step]
    if last == "-":
        value.append(json.loads(new))
    elif new:
        value[int(last) if isinstance(value, list) else last] = json.loads(new)
    else:
        del value[int(last) if isinstance(value, list) else last]


def try_changes(hotadd, validator):
    """What is wrong about the lines of `changes`, and how many lines there are."""
    base, _ = parse(HERE / "base.json")
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "changed.json"
        for line in lines_of("changes"):
            expected, _, rest = line.partition(" ")
            pointer, _, new = rest.strip().partition(" ")
            value = copy.deepcopy(base)
            change(value, pointer, new)
            file.write_text(json.dumps(value), encoding="utf-8")
            for who, takes in (("loader", is_loaded(hotadd, file)),
                               ("schema", validator.is_valid(value))):
                if takes != (expected == "yes"):
                    verb = "takes" if takes else "refuses"
                    problems.append(f"changes: {line}: the {who} {verb} it")
    return problems, len(lines_of("changes"))


def main():
    hotadd = sys.argv[1]
    text = (ROOT / "src/edge/scenario.schema.json").read_bytes()
    printed = subprocess.run([hotadd, "schema"], capture_output=True, check=True).stdout
    problems = [] if printed == text else ["`hotadd schema` does not print the schema"]
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    beyond = read_beyond()
    files = [path for folder in ("scenarios", "tests/good", "tests/bad")
             for path in sorted((ROOT / folder).rglob("*.json"))]
    seen = {True: 0, False: 0}
    for path in files:
        name = str(path.relative_to(ROOT))
        loaded = is_loaded(hotadd, path)
        seen[loaded] += 1
        problem = judge(validator, loaded, path, beyond.pop(name, None))
        if loaded and name.startswith("tests/bad/"):
            problem = "is among the bad files, and the loader takes it"
        if problem:
            problems.append(f"{name} {problem}")
    problems += [f"beyond names {name}, which is not there" for name in beyond]
    wrong_changes, changes = try_changes(hotadd, validator)
    problems += wrong_changes
    for problem in problems:
        print(f"schema: {problem}", file=sys.stderr)
    print(f"{seen[True]} good files, {seen[False]} bad ones, {changes} changes,"
          f" {len(problems)} problems")
    return 1 if problems or not changes or not all(seen.values()) else 0


sys.exit(main())
