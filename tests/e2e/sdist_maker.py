"""Source distributions with backends that bring themselves (backend-path), so that no index is needed to build them."""

import functools
import io
import os
import pathlib
import subprocess
import sys
import tarfile

from harness import Case, Wheel

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
MACHINE = {"aarch64": "arm64"}.get(os.uname().machine, "amd64")

# A backend as small as they get. What it packs differs with the clock, and its RECORD lists nothing.
BACKEND = '''
import os, time, zipfile


def {extra}build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "{module}-{version}-py3-none-any.whl"
    files = {files!r}
    {code}
    with zipfile.ZipFile(os.path.join(directory, name), "w", zipfile.ZIP_STORED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, time.localtime()[:6])
            entry.external_attr = 0o100666 << 16
            archive.writestr(entry, content)
    return name
'''


def sdist(name, version, code="pass", project=None, extra="", files=None, entries=(), requires=(), dynamic=None):
    """A source distribution with a backend of its own; `code` runs in build_wheel before the wheel is written."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    contents = {f"{module}/__init__.py": f"version = {version!r}\n", **(files or {}),
                f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
                f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                f"{info}/RECORD": ""}
    metadata = "".join([f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n",
                        *(f"Requires-Dist: {requirement}\n" for requirement in requires),
                        f"Dynamic: {dynamic}\n" if dynamic else ""])
    if project is None:
        project = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["back"]\n'
    backend = BACKEND.format(module=module, version=version, files=contents, code=code, extra=extra)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        for path, content in {"PKG-INFO": metadata, "pyproject.toml": project, "back/backend.py": backend}.items():
            entry = tarfile.TarInfo(f"{module}-{version}/{path}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content.encode()))
        for entry in entries:
            archive.addfile(entry)
    source = Wheel(f"{module}-{version}.tar.gz", out.getvalue(), metadata.encode())
    source.version = version
    return source


def processes_with(text):
    """The processes of this machine that have the text in their command line."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text in process.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"):
                found.append(int(process.parent.name))
        except OSError:
            pass  # it has ended
    return found


@functools.lru_cache(maxsize=None)
def no_sandbox():
    """Why this machine has no sandbox for builds, else None; said once."""
    command = ["unshare", *(() if os.geteuid() == 0 else ("--map-root-user",)), "--mount", "--pid", "--ipc", "--uts",
               "--net", "--fork", "--mount-proc", "unshare", "--user", "true"]
    try:
        probe = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"cannot be tried: {error}"
    if probe.returncode == 0:
        return None
    reason = f"no sandbox can be made here ({probe.stderr.strip()})"
    print(f"note: {reason}: builds of tests run with PINBAKE_BUILD_UNCONFINED", flush=True)
    return reason


class BuildCase(Case):
    TARGET = ("--python", PYTHON, "--platform", f"linux/{MACHINE}")

    def environment(self, **changes):
        """Where no sandbox can be had, as in most containers, builds are tested without; what it does is skipped then."""
        if no_sandbox():
            changes = {"PINBAKE_BUILD_UNCONFINED": "1", **changes}
        return super().environment(**changes)

    def locked(self, *sources):
        for source in sources:
            self.index.add(source)
        self.lock("".join(f"{source.project}\n" for source in sources))

    def bake(self, *args, **options):
        return self.ok("bake", "pylock.toml", "--python-bin", sys.executable, *args, **options)

    def bake_fails(self, code, *args, **options):
        without = any(str(arg).startswith(("--build-in", "--no-build")) for arg in args)  # it has no effect there
        return self.fails(code, "bake", "pylock.toml", *(() if without else ("--python-bin", sys.executable)), *args, **options)

    def members(self):
        found = {}
        for path in self.layers().values():
            with tarfile.open(path) as archive:
                for entry in archive:
                    if entry.isfile():
                        found[entry.name] = archive.extractfile(entry).read()
        return found

    def built_file(self, ending):
        return next(content for path, content in self.members().items() if path.endswith(ending)).decode()
