"""Real wheels of the default index: the tree that install makes is that of pip and of uv, and what is in it works.

A small selection runs always; `run.py --wheels all network` takes them all, `--wheels GROUP,GROUP` some. pip and uv
are installed by pinbake, from the same index.
"""

import concurrent.futures
import csv
import email
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from harness import Case, normalize

LABEL = "network"

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
INTERPRETER = os.path.realpath(os.path.join(sys.base_prefix, "bin", f"python{PYTHON}"))

# Each is one environment. "few" is what runs always.
GROUPS = {
    "few": "numpy sqlalchemy pillow lxml black uvicorn requests rich",
    "data": "numpy pandas scipy scikit-learn matplotlib polars pyarrow lightgbm plotly seaborn statsmodels",
    "web": "fastapi uvicorn[standard] flask django sqlalchemy requests boto3 scrapy streamlit aiohttp httpx "
           "jinja2 celery gunicorn pydantic",
    "show": "dash gradio bokeh altair",
    "notebook": "jupyter notebook jupyterlab ipython",
    "tools": "black ruff mypy pytest pylint flake8 isort tox poetry-core coverage sphinx cryptography lxml pillow "
             "pyyaml click rich tqdm",
    "text": "transformers tokenizers spacy gensim nltk",
    "boost": "xgboost catboost opencv-python",
    "torch": "torch torchvision",
    "tensorflow": "tensorflow-cpu",
}
TORCH = ("--torch-backend", "cpu")

NOT_COMPARED = {"INSTALLER", "REQUESTED", "RECORD", "uv_cache.json"}  # of dist-info
START_SECONDS = 120


def chosen_groups():
    wanted = os.environ.get("PINBAKE_TEST_WHEELS", "few")
    if wanted == "all":
        return [name for name in GROUPS if name != "few"]
    return wanted.split(",")


def environment_of(prefix):
    """For programs of an environment: no home, no caches, no configuration of this machine."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("PIP_", "UV_", "PYTHON", "PYENV_", "VIRTUAL_ENV"))}
    home = prefix.parent / "home"
    home.mkdir(exist_ok=True)
    return {**env, "HOME": str(home), "PATH": f"{prefix}/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "COLUMNS": "80",
            "MPLBACKEND": "Agg", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1",
            "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(prefix, *command, timeout=1800, cwd=None):
    return subprocess.run([str(word) for word in command], env=environment_of(prefix), cwd=cwd or prefix.parent,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                          timeout=timeout)


def site(prefix):
    return prefix / "lib" / f"python{PYTHON}" / "site-packages"


def console_scripts(prefix):
    """Names of the scripts that installers make."""
    names = set()
    for path in site(prefix).glob("*.dist-info/entry_points.txt"):
        section = ""
        for line in path.read_text().splitlines():
            line = line.strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif section in ("console_scripts", "gui_scripts") and "=" in line:
                names.add(line.split("=")[0].strip())
    return names


def files_of(prefix, scripts, skeleton):
    """{path: (mode, bytes or link)} without what installers make themselves."""
    found = {}
    for root, folders, files in os.walk(prefix):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in files + [name for name in folders if os.path.islink(os.path.join(root, name))]:
            path = pathlib.Path(root, name)
            key = str(path.relative_to(prefix))
            if key in skeleton or key == ".lock" or (root.endswith(".dist-info") and name in NOT_COMPARED):
                continue
            if path.is_symlink():
                found[key] = ("link", os.readlink(path))
                continue
            mode = oct(path.stat().st_mode & 0o7777)
            content = b"" if key.startswith("bin/") and name in scripts else path.read_bytes()
            if key.startswith("bin/") and content.startswith(b"#!"):
                content = re.sub(rb"^#!.*?python[0-9.]*(?=\s)", b"#!python", content)
            found[key] = (mode, content)
    return found


def difference(ours, theirs):
    lines = [f"missing: {path}" for path in sorted(theirs.keys() - ours.keys())]
    lines += [f"extra: {path}" for path in sorted(ours.keys() - theirs.keys())]
    for path in sorted(ours.keys() & theirs.keys()):
        if ours[path] != theirs[path]:
            what = "content" if ours[path][0] == theirs[path][0] else f"{ours[path][0]} for {theirs[path][0]}"
            lines.append(f"differs: {path} ({what})")
    return lines


@unittest.skipUnless(os.path.exists(INTERPRETER), "no interpreter with a prefix of its own")
class RealWheels(Case):
    def setUp(self):
        super().setUp()
        folder = os.environ.get("PINBAKE_TEST_WHEELS_CACHE")  # for developers: keeps wheels from run to run
        if folder:
            self.cache = pathlib.Path(folder)

    def environment(self, **changes):
        keep = {name: value for name, value in os.environ.items()
                if name.lower().endswith("_proxy") or name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE")}
        return super().environment(**keep, **changes)

    def attempt(self, *args):
        for _ in range(3):
            result = self.run_program(*args, timeout=1800)
            if result.code != 4:
                break
        if result.code == 4:
            self.skipTest("the index cannot be reached: " + (result.err.strip().splitlines() or ["?"])[0])
        self.assertEqual(result.code, 0, str(result))
        return result

    def make(self, name, requirements, *args):
        """Lock and install; returns the prefix."""
        self.write(name + ".in", "\n".join(requirements) + "\n")
        self.attempt("lock", name + ".in", "-o", f"pylock.{name}.toml", "--python",
                     ".".join(map(str, sys.version_info[:3])), "--only-binary", ":all:", *args)
        prefix = self.dir / name
        self.attempt("install", f"pylock.{name}.toml", "--prefix", prefix, "--interpreter", INTERPRETER)
        return prefix

    def wheelhouse(self, name):
        """The lock's wheels under their own names, so that pip and uv take the very same files."""
        import tomllib
        folder = self.dir / "wheelhouse"
        folder.mkdir()
        pins = []
        for package in tomllib.loads(self.read(f"pylock.{name}.toml"))["packages"]:
            wheel = package["wheels"][0] if "wheels" in package else package["archive"]
            file = wheel.get("name") or wheel["url"].rsplit("/", 1)[1]
            file = re.sub("%2[bB]", "+", file)
            os.symlink(self.cache / "files/sha256" / wheel["hashes"]["sha256"], folder / file)
            pins.append(f"{package['name']}=={package['version']}")
        self.write("pins.txt", "\n".join(pins) + "\n")
        return folder

    def peer(self, name, *command):
        """An empty environment filled by a peer's command; returns (prefix, what was in it before)."""
        prefix = self.dir / name
        subprocess.run([INTERPRETER, "-m", "venv", "--without-pip", prefix], check=True)
        skeleton = {str(path.relative_to(prefix)) for path in prefix.rglob("*")}
        words = [str(word).replace("PREFIX", str(prefix)) for word in command]
        result = run(prefix, *words, "--no-index", "--find-links", self.dir / "wheelhouse", "--no-deps",
                     "-r", self.work / "pins.txt")
        self.assertEqual(result.returncode, 0, result.stderr[-4000:])
        return prefix, skeleton

    # --- what is checked ---------------------------------------------------------------------------

    def check_metadata(self, prefix, pins):
        """importlib.metadata knows every package, and every file it lists is there."""
        program = ("import importlib.metadata as m, json\n"
                   "print(json.dumps({d.metadata['Name']: [d.version, [str(f) for f in d.files or []"
                   " if not f.locate().exists()]] for d in m.distributions()}))")
        result = run(prefix, prefix / "bin/python", "-c", program)
        self.assertEqual(result.returncode, 0, result.stderr)
        found = {normalize(name): value for name, value in json.loads(result.stdout).items()}
        self.assertEqual({name: value[0] for name, value in found.items()}, pins)
        self.assertEqual({name: value[1] for name, value in found.items() if value[1]}, {})

    def check_lists(self, prefix, pins):
        listed = run(prefix, self.tools / "bin/pip", "--python", prefix / "bin/python", "list", "--format=json")
        self.assertEqual({normalize(item["name"]): item["version"] for item in json.loads(listed.stdout)}, pins)
        for command in ((self.tools / "bin/pip", "--python", prefix / "bin/python", "check"),
                        (self.tools / "bin/uv", "pip", "check", "--python", prefix / "bin/python")):
            result = run(prefix, *command)
            self.assertEqual(result.returncode, 0, f"{command}\n{result.stdout}{result.stderr}")

    @staticmethod
    def start_script(prefix, name):
        """(started without ImportError, exit code, last line) of NAME --help."""
        folder = tempfile.mkdtemp(dir=prefix.parent)
        try:
            result = run(prefix, prefix / "bin" / name, "--help", timeout=START_SECONDS, cwd=folder)
        except subprocess.TimeoutExpired:
            return True, "runs on", ""
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        text = result.stdout + result.stderr
        broken = re.search(r"^(ImportError|ModuleNotFoundError)", text, re.M) or \
            "bad interpreter" in text or result.returncode in (126, 127)
        lines = [line for line in result.stderr.strip().splitlines() if line] or [""]
        return not broken, result.returncode, lines[-1].replace(str(prefix), "PREFIX")

    def check_scripts(self, prefix, pip_prefix, scripts):
        """Each starts; one that does not must not start where pip put it, in just the same way."""
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            ours = dict(zip(scripts, pool.map(lambda name: self.start_script(prefix, name), scripts)))
        clean = [name for name in scripts if ours[name][0] and ours[name][1] == 0]
        others, faults = [], []
        for name in sorted(set(scripts) - set(clean)):
            theirs = self.start_script(pip_prefix, name)
            others.append(f"{name}: exit {ours[name][1]}, {ours[name][2] or 'no message'}")
            if not ours[name][0] and theirs != ours[name]:
                faults.append(f"{name}: {ours[name]} but with pip {theirs}")
        self.assertEqual(faults, [])
        return clean, others

    def check_uninstall(self, prefix, name):
        """pip takes away all that RECORD lists, and nothing else."""
        info = next(path for path in site(prefix).glob("*.dist-info")
                    if normalize(email.message_from_bytes((path / "METADATA").read_bytes())["Name"]) == name)
        with open(info / "RECORD", newline="") as file:
            own = [site(prefix) / row[0] for row in csv.reader(file)]
        others = [path for path in prefix.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        others = set(others) - {pathlib.Path(os.path.normpath(path)) for path in own}
        result = run(prefix, self.tools / "bin/pip", "--python", prefix / "bin/python", "uninstall", "-y", name)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual([str(path) for path in own if path.exists()], [])
        self.assertEqual([str(path) for path in others if not path.exists()], [])

    # -----------------------------------------------------------------------------------------------

    def test_environments_equal_those_of_pip_and_uv(self):
        self.tools = self.make("installers", ["pip", "uv"])
        for group in chosen_groups():
            with self.subTest(group=group):
                self.check_group(group)
            for name in (group, "by-pip", "by-uv", "wheelhouse", "home"):
                shutil.rmtree(self.dir / name, ignore_errors=True)

    def check_group(self, group):
        prefix = self.make(group, GROUPS[group].split(), *(TORCH if group == "torch" else ()))
        pins = self.pins(f"pylock.{group}.toml")
        self.wheelhouse(group)
        by_pip, skeleton = self.peer("by-pip", self.tools / "bin/pip", "--python", "PREFIX/bin/python", "install",
                                     "--no-compile")
        by_uv, _ = self.peer("by-uv", self.tools / "bin/uv", "pip", "install", "--python", "PREFIX/bin/python")
        scripts = sorted(console_scripts(prefix))
        ours = files_of(prefix, scripts, skeleton)
        for peer in (by_pip, by_uv):
            self.assertEqual(difference(ours, files_of(peer, scripts, skeleton))[:40], [], peer.name)
        self.check_metadata(prefix, pins)
        self.check_lists(prefix, pins)
        clean, others = self.check_scripts(prefix, by_pip, scripts)
        print(f"        {group}: {len(pins)} packages, {len(ours)} files equal to pip's and uv's; "
              f"{len(scripts)} console scripts, {len(clean)} start with exit 0, the others:", *others, sep="\n            ", flush=True)
        for name in [name for name in pins if name in GROUPS[group].split()][:3]:
            self.check_uninstall(prefix, name)


if __name__ == "__main__":
    unittest.main()
