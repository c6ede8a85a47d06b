"""Documents people and programs rely on: the JSON of --json against its schemas, the manual page against --help."""

import json
import re
import unittest

from harness import ROOT, Case

LABEL = "e2e"

SCHEMAS = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "data/schemas").glob("*.json"))}
CASES = sorted((ROOT / "tests/golden/cases").glob("*.txt"))
COMMANDS = ("lock", "tree", "why", "diff", "export", "bake", "install", "dockerfile", "push", "cache", "config", "trust")

# --- schemas --------------------------------------------------------------------------------------

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
KEYWORDS = {"$schema", "$defs", "title", "description", "type", "const", "enum", "pattern", "minimum", "required",
            "properties", "additionalProperties", "items", "if", "then", "else", "$ref"}


def has_type(value, name):
    return isinstance(value, TYPES[name]) and (name != "integer" or not isinstance(value, bool))


def resolve(reference):
    """'error.json#/$defs/error' among our schemas."""
    name, _, pointer = reference.partition("#")
    schema = SCHEMAS[name.removesuffix(".json")]
    for key in pointer.strip("/").split("/"):
        schema = schema[key]
    return schema


def problems(value, schema, at="$"):
    """What of the value does not fit the schema; the keywords are those our schemas use."""
    assert not set(schema) - KEYWORDS, f"{at}: the validator does not know {set(schema) - KEYWORDS}"
    if "$ref" in schema:
        yield from problems(value, resolve(schema["$ref"]), at)
    if "type" in schema and not has_type(value, schema["type"]):
        yield f"{at}: {value!r} is not of type {schema['type']}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} does not match {schema['pattern']}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{at}: {value!r} is below {schema['minimum']}"
    for index, item in enumerate(value if "items" in schema else ()):
        yield from problems(item, schema["items"], f"{at}[{index}]")
    if isinstance(value, dict):
        yield from object_problems(value, schema, at)


def object_problems(value, schema, at):
    for key in schema.get("required", ()):
        if key not in value:
            yield f"{at}: {key!r} is missing"
    known = schema.get("properties", {})
    for key, item in value.items():
        if key in known:
            yield from problems(item, known[key], f"{at}.{key}")
        elif schema.get("additionalProperties") is False:
            yield f"{at}: {key!r} is not in the schema"
    if "if" in schema:
        holds = not list(problems(value, schema["if"], at))
        yield from problems(value, schema.get("then" if holds else "else", {}), at)


def section(text, kind):
    found = re.search(rf"^@{kind}\n(.*?)(?=^@|\Z)", text, re.M | re.S)
    return found[1].strip() if found else ""


def json_documents():
    """(case, document) of every golden case with --json; the program itself is held to these by test_golden."""
    for path in CASES:
        text = path.read_text()
        if re.search(r" --json\b.*\Z", section(text, "args")):
            yield path.stem, json.loads(section(text, "stdout"))


class Schemas(unittest.TestCase):
    def test_documents_fit_their_schemas(self):
        seen = set()
        for name, document in json_documents():
            with self.subTest(name):
                schema = document["schema"]
                seen.add(schema)
                self.assertRegex(schema, r"^pinbake\.[a-z]+/1$")
                command = schema.removeprefix("pinbake.").removesuffix("/1")
                self.assertEqual(list(problems(document, SCHEMAS[command])), [])
        self.assertEqual(seen, {f"pinbake.{name}/1" for name in SCHEMAS})

    def test_every_property_is_seen(self):
        """A key that no case shows may be one that the program no longer writes."""
        shown = {}
        for _, document in json_documents():
            shown.setdefault(document["schema"].removeprefix("pinbake.").removesuffix("/1"), set()).update(document)
        for name in COMMANDS:
            with self.subTest(name):
                self.assertEqual(set(SCHEMAS[name]["properties"]) - shown[name] - {"error", "diagnostics"}, set())

    def test_validator_finds_what_is_wrong(self):
        good = {"schema": "pinbake.install/1", "ok": True, "prefix": ".venv", "packages": 1, "files": 2, "bytes": 3}
        self.assertEqual(list(problems(good, SCHEMAS["install"])), [])
        for change in ({"files": "2"}, {"files": True}, {"files": -1}, {"more": 1}, {"ok": False}, {"schema": "x"},
                       {"error": {"kind": "no", "exit": 1}}, {"ok": False, "error": {"kind": "?", "exit": 1, "message": ""}}):
            with self.subTest(change):
                self.assertTrue(list(problems(good | change, SCHEMAS["install"])))
        del good["prefix"]
        self.assertTrue(list(problems(good, SCHEMAS["install"])))


# --- the page, the README and --help --------------------------------------------------------------

OPTION = re.compile(r"^  (?:-(?P<letter>\w), |    )--(?P<name>[a-z-]+)(?: (?P<value>\S+))?", re.M)
ENTRY = re.compile(r"^(?:`-(?P<letter>\w)`, )?`--(?P<name>[a-z-]+)(?: (?P<value>[^`]+))?`$", re.M)


def options_of(pattern, text):
    return sorted((found["letter"] or "", found["name"], found["value"] or "") for found in pattern.finditer(text))


def page_sections():
    """The manual page by heading: {"pinbake lock": text, "Common options": text, ...}."""
    parts = re.split(r"^## (.+)\n", (ROOT / "docs/pinbake.1.md").read_text(), flags=re.M)
    sections = {}
    for heading, text in zip(parts[1::2], parts[2::2]):
        found = re.match(r"pinbake \w+", heading)
        sections[found[0] if found else heading] = text
    return sections


class Page(Case):
    def help_of(self, command):
        own, _, common = self.ok(command, "--help", cache=False).out.partition("\ncommon options:\n")
        return own.partition("\noptions:\n")[2], common

    def test_page_and_help_name_the_same_options(self):
        sections = page_sections()
        for command in COMMANDS:
            with self.subTest(command):
                own, common = self.help_of(command)
                self.assertEqual(options_of(ENTRY, sections[f"pinbake {command}"]), options_of(OPTION, own))
                self.assertEqual(options_of(ENTRY, sections["Common options"]), options_of(OPTION, common))

    def test_page_and_overview_name_the_same_commands(self):
        overview = self.ok("--help", cache=False).out
        listed = re.search(r"^commands:\n((?:  .+\n)+)", overview, re.M)[1]
        self.assertEqual(re.findall(r"^  (\w+)", listed, re.M), list(COMMANDS))
        self.assertEqual([name for name in page_sections() if name.startswith("pinbake ")],
                         [f"pinbake {command}" for command in COMMANDS])
        readme = (ROOT / "README.md").read_text()
        self.assertEqual(re.findall(r"^\| `pinbake (\w+)", readme, re.M), list(COMMANDS))

    def test_page_and_readme_name_the_same_exit_codes(self):
        codes = re.findall(r"^\| (\d+) \|", page_sections()["Exit status"], re.M)
        overview = self.ok("--help", cache=False).out.partition("Exit codes:")[2]
        self.assertEqual(re.findall(r"\d+", overview), codes)
        readme = (ROOT / "README.md").read_text().partition("Exit codes:")[2].partition("\n\n")[0]
        self.assertEqual(re.findall(r"\d+", readme), codes)

    def test_readme_names_only_options_there_are(self):
        known = {"--help", "--version", "--hash", "--require-hashes", "--build"}
        for command in COMMANDS:
            for text in self.help_of(command):
                known |= {f"--{name}" for _, name, _ in options_of(OPTION, text)}
        readme = (ROOT / "README.md").read_text()
        self.assertEqual(set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", readme)) - known, set())

    def test_page_names_every_setting_the_program_reads(self):
        """Variables as they stand in cli/; those of curl's proxies are read by libcurl."""
        page = page_sections()["Environment"]
        named = set(re.findall(r"\b[A-Za-z]+(?:_[A-Za-z]+)*\b", "\n".join(re.findall(r"`([^`\n]+)`", page))))
        for path in sorted((ROOT / "cli").rglob("*.c")):
            text = path.read_text()
            for name in re.findall(r'\bsetting\("([A-Z_]+)"\)', text) + re.findall(r'"((?:PINBAKE|PIP|UV)_[A-Z_]+)"', text):
                self.assertIn(name, named - {""}, path.name)
            for name in re.findall(r'configured_setting\("([A-Z_]+)"\)', text):
                for prefix in ("PINBAKE_", "PIP_", "UV_"):
                    self.assertIn(prefix + name, named, path.name)


if __name__ == "__main__":
    unittest.main()
