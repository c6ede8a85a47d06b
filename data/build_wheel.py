# SPDX-License-Identifier: MIT
"""The part of a build that only the target's interpreter can do. pinbake runs it, once a step, in a room of its own:

    build_wheel.py describe ANSWER                        what this interpreter is
    build_wheel.py unpack ANSWER SDIST DIRECTORY          625.1: the one folder in it becomes DIRECTORY
    build_wheel.py requires ANSWER BACKEND [PATH...]      get_requires_for_build_wheel (PEP 517)
    build_wheel.py wheel ANSWER BACKEND OUTPUT [PATH...]  build_wheel
    build_wheel.py metadata ANSWER BACKEND OUTPUT [PATH...]  prepare_metadata_for_build_wheel, where there is one
    build_wheel.py requires-editable ANSWER BACKEND [PATH...]      get_requires_for_build_editable (PEP 660)
    build_wheel.py editable ANSWER BACKEND OUTPUT [PATH...]  build_editable

Answers are lines of the file ANSWER: standard output belongs to the backend. Works from Python 3.3 on.
"""

import os
import shutil
import stat
import sys


def fail(text):
    sys.stderr.write("pinbake: %s\n" % text)
    sys.exit(2)


def libc():
    """"glibc 2.36", "musl" for another on Linux, "" elsewhere."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, OSError, ValueError):
        return "musl" if sys.platform.startswith("linux") else ""


def folders():
    """What this interpreter consists of: a build that cannot see it cannot run. Of a folder that it was installed into only
    what is its own: others, a home say, hold more."""
    import sysconfig
    found = [os.path.realpath(sys.executable)] + [sysconfig.get_path(n) for n in ("stdlib", "platstdlib", "include")]
    for prefix in (sys.prefix, sys.exec_prefix, getattr(sys, "base_prefix", ""), getattr(sys, "base_exec_prefix", "")):
        is_conda = os.path.isdir(os.path.join(prefix, "conda-meta"))
        found += [prefix] if is_conda else [os.path.join(prefix, name)
                                            for name in ("bin", "lib", "lib64", "include", "pyvenv.cfg")]
    return [path for n, path in enumerate(found) if path and os.path.exists(path) and path not in found[:n]]


def describe():
    import platform
    import sysconfig
    version = "%d.%d.%d" % sys.version_info[:3]
    threads = "free" if sysconfig.get_config_var("Py_GIL_DISABLED") else "gil"
    return [version, threads, platform.python_implementation(), sysconfig.get_platform(),
            libc(), sys.executable] + folders()


# --- source distributions ------------------------------------------------------------------------


def is_inside(name):
    parts = name.split("/")
    return bool(name) and not name.startswith("/") and ".." not in parts and "\0" not in name and "\\" not in name


class Place:
    """A folder that archive entries are written below, and nowhere else."""

    def __init__(self, directory):
        self.directory = os.path.realpath(directory)
        self.links = []
        os.makedirs(self.directory)

    def path(self, name):
        if not is_inside(name):
            fail("the archive has an entry with a bad name: %r" % name)
        path = os.path.join(self.directory, name)
        parent = os.path.realpath(os.path.dirname(path))
        if parent != self.directory and not parent.startswith(self.directory + os.sep):
            fail("the archive's entry %r leads out of it" % name)
        if not os.path.isdir(parent):
            os.makedirs(parent)
        return path

    def add_file(self, name, source, executable, mtime):
        path = self.path(name)
        if os.path.lexists(path):
            os.unlink(path)
        with open(path, "wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
        os.chmod(path, 0o755 if executable else 0o644)
        os.utime(path, (mtime, mtime))

    def add_link(self, name, target):
        path = self.path(name)
        end = os.path.normpath(os.path.join(os.path.dirname(name), target))
        if os.path.isabs(target) or end == ".." or end.startswith("../"):
            fail("the archive's link %r leads out of it" % name)
        if not os.path.lexists(path):
            os.symlink(target, path)
            self.links.append((name, path))

    def check_links(self):
        """What a link leads to may be another link, so all have to be there before one can be followed."""
        for name, path in self.links:
            real = os.path.realpath(path)
            if real != self.directory and not real.startswith(self.directory + os.sep):
                fail("the archive's link %r leads out of it" % name)


def unpack_tar(path, place):
    import tarfile
    with tarfile.open(path, "r:*") as archive:
        for entry in archive:
            name = os.path.normpath(entry.name)
            if name == ".":
                continue
            if entry.isfile() or entry.islnk():
                source = archive.extractfile(entry)
                if source is None:
                    fail("the archive's link %r leads nowhere" % name)
                place.add_file(name, source, entry.mode & stat.S_IXUSR, int(entry.mtime))
            elif entry.issym():
                place.add_link(name, entry.linkname)
            elif entry.isdir():
                os.makedirs(place.path(name), exist_ok=True)


def unpack_zip(path, place):
    import calendar
    import zipfile
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith("/"):
                continue
            mtime = calendar.timegm(entry.date_time + (0, 0, 0))
            with archive.open(entry) as source:
                place.add_file(os.path.normpath(entry.filename), source, entry.external_attr >> 16 & stat.S_IXUSR,
                               mtime)


def unpack(sdist, directory):
    place = Place(directory + ".whole")
    with open(sdist, "rb") as file:
        is_zip = file.read(2) == b"PK"
    if is_zip:
        unpack_zip(sdist, place)
    else:
        unpack_tar(sdist, place)
    place.check_links()
    names = [name for name in os.listdir(place.directory) if name != "pax_global_header"]
    top = os.path.join(place.directory, names[0] if len(names) == 1 else "")
    if not os.path.isdir(top) or os.path.islink(top):
        fail("the archive holds no folder")
    os.rename(top, directory)
    return []


# --- hooks ---------------------------------------------------------------------------------------


def load_backend(text, paths):
    """517.2: a backend-path is inside of the source tree, and the backend comes from there."""
    here = os.path.realpath(os.getcwd())
    inside = []
    for path in paths:
        real = os.path.realpath(os.path.join(here, path))
        if os.path.isabs(path) or (real != here and not real.startswith(here + os.sep)):
            fail("backend-path %r leads out of the source tree" % path)
        inside.append(real)
    sys.path[:0] = inside
    module, _, attributes = text.partition(":")
    backend = __import__(module)
    for part in module.split(".")[1:]:
        backend = getattr(backend, part)
    origin = os.path.realpath(getattr(backend, "__file__", None) or "")
    if inside and not any(origin.startswith(path + os.sep) for path in inside):
        fail("the backend %r does not come from backend-path" % module)
    for attribute in filter(None, attributes.split(".")):
        backend = getattr(backend, attribute)
    return backend


def keep_flags(backend):
    """CFLAGS takes the place of the flags that Python was compiled with (-O3, -DNDEBUG) in newer versions of
    setuptools, and is added to them in older ones. Other build systems have flags of their own. Where Python's headers
    are is as little to be seen in debug information as where the sources are."""
    import sysconfig
    if backend.split(".")[0] in ("mesonpy", "scikit_build_core"):
        return
    headers = sysconfig.get_path("include")
    mapped = "" if " " in headers else " -ffile-prefix-map=%s=/include" % headers
    for name in ("CFLAGS", "CXXFLAGS"):
        if name in os.environ:
            os.environ[name] = "%s %s%s" % (sysconfig.get_config_var("CFLAGS") or "", os.environ[name], mapped)


def settings_for(backend):
    """meson-python builds in a folder with a random name, unless it is told one."""
    return {"build-dir": "build"} if backend == "mesonpy" else {}


def requires(backend, *paths):
    hook = getattr(load_backend(backend, paths), "get_requires_for_build_wheel", None)
    return list(hook(settings_for(backend))) if hook else []


def wheel(backend, output, *paths):
    os.makedirs(output)
    keep_flags(backend)
    return [load_backend(backend, paths).build_wheel(output, settings_for(backend), None)]


def requires_editable(backend, *paths):
    hook = getattr(load_backend(backend, paths), "get_requires_for_build_editable", None)
    return list(hook({})) if hook else []


def editable(backend, output, *paths):
    keep_flags(backend)
    hook = getattr(load_backend(backend, paths), "build_editable", None)
    if not hook:
        fail("the backend %r cannot build editable wheels (PEP 660)" % backend)
    os.makedirs(output)
    return [hook(output, {}, None)]


def metadata(backend, output, *paths):
    os.makedirs(output)
    hook = getattr(load_backend(backend, paths), "prepare_metadata_for_build_wheel", None)
    return [hook(output, settings_for(backend))] if hook else []


def main():
    step, answer = sys.argv[1], sys.argv[2]
    arguments = sys.argv[3:]
    sys.argv[:] = ["setup.py"]
    sys.path[:] = [path for path in sys.path if path and path != os.path.dirname(os.path.abspath(__file__))]
    os.umask(0o022)
    steps = {"describe": describe, "unpack": unpack, "requires": requires, "wheel": wheel, "metadata": metadata,
             "requires-editable": requires_editable, "editable": editable}
    lines = steps[step](*arguments)
    sys.stdout.flush()
    with open(answer, "wb") as file:
        file.write("".join(line + "\n" for line in lines).encode("utf-8"))


if __name__ == "__main__":
    main()
