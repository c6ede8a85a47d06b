// SPDX-License-Identifier: MIT
// From a lock to bytes: verified files, an environment tree, layers, an OCI layout, Dockerfile lines (layers.md).
//
//	lock selection ──store/──▶ wheels on disk, named by SHA-256, RECORD checked once
//	      │                        │ wheel/: entries, scripts, RECORD of the environment (env.*)
//	      │ layer/: plan (plan.*), keys (key.1)      ▼
//	      └──────────▶ unknown key? ──▶ tar bytes (tar.*) ──▶ gzip members with the wheel's own deflate (gz.*)
//	                                         └ SHA-256 = diff id        └ SHA-256 = digest ──▶ layers/sha256/…
//	sdist/: a source distribution or a tree of source/ (git commits, folders) ──▶ a wheel, in a sandbox
//	image/: .pinbake/layers/<sha256>/layer.tar.gz, oci/, archive (load.1), Dockerfile block (docker.*)
#pragma once

#include "base/digest.h"
#include "base/work.h"
#include "lockfile/lockfile.h"
#include "net/transfer.h"

// --- store/: files by digest below the cache directory: files/sha256/HEX, layers/{sha256,key,paths}/HEX -----------------

struct store;

NODISCARD int store_open(const char *cache_directory, struct store **ret_store,
			 struct error *err);
void store_close(struct store *store);
const char *store_file_path(const struct store *store, const struct sha256 *digest,
			    struct arena *arena); // may not exist
bool store_has_file(const struct store *store, const struct sha256 *digest);

// Where else a file can be had. Zeroed: nowhere.
struct store_locator {
	const char *const
		*wheelhouses; // folders of files: taken by name and hash, before all else
	size_t wheelhouses_len;
	bool last_resort; // locate is asked only when the lock's own addresses failed
	// The configured index, by name and hash; "" where it does not know the file. May be NULL.
	int (*locate)(void *context, const struct lock_package *package,
		      const struct lock_file *file, struct arena *arena,
		      struct slice *ret_url, struct error *err);
	void *context;
};

// A file that has come whole: its size and SHA-256 are those of the lock.
struct arrived_file {
	const char *path;           // of the moment: nobody else knows it yet
	struct slice name, project; // what it has to be
	bool is_wheel;
};

// Has the last word on whether a file may enter the store. Called from several threads at once.
typedef int admit_file(const struct arrived_file *file, const struct work *work,
		       struct error *err);

struct fetch_request {
	const struct lock_choice *choices;
	size_t len;
	const char *folder; // that the lock lies in: its paths are relative to it
	struct store_locator locator;
	admit_file *admit; // wheel_admit of builder/wheel, which checks RECORD (inst.2)
};

// Makes every chosen file present and verified: it is looked for in the store, in the wheelhouses, at the locator, at the
// lock's url or path, in this order. Size and SHA-256 are checked while the bytes come.
// ERROR_INTEGRITY names the file and both hashes. Nothing unverified is ever visible under its digest.
NODISCARD int store_fetch(struct store *store, struct net *net,
			  const struct fetch_request *request, const struct work *work,
			  struct error *err);

// What lies in the cache, by what it is for.
enum store_kind {
	STORE_FILES,        // wheels and sdists, those that were built here too
	STORE_LAYERS,       // layer blobs
	STORE_BYTECODE,     // compiled modules of wheels
	STORE_UNPACKED,     // files of wheels, for install to link, clone or copy
	STORE_REPOSITORIES, // of git
	STORE_NOTES,   // what keys were baked and built to, paths of layers, build logs
	STORE_ANSWERS, // locks that were solved
	STORE_INDEX,   // pages and metadata
	STORE_PARTIAL, // being written, or left by a process that was killed
	STORE_KINDS,
};
const char *store_kind_name(enum store_kind kind); // "files", …

struct store_usage {
	struct {
		uint64_t count, bytes;
	} kinds[STORE_KINDS];
};
uint64_t store_usage_bytes(const struct store_usage *usage); // of all kinds

NODISCARD int store_usage(const struct store *store, struct store_usage *ret_usage,
			  struct error *err);
// Re-reads files and layers, which are named by their digest, and unpacked wheels, whose files are named by their
// CRC-32 and size; each bad one is reported and, when remove, deleted.
// ERROR_INTEGRITY if any was bad. Notes, bytecode and answers carry sums that are looked at whenever they are read.
NODISCARD int store_verify(struct store *store, bool remove, const struct work *work,
			   uint64_t *ret_checked, struct error *err);
// Deletes what was least recently used and is older than max_age_seconds (0: any age) until at most max_bytes remain,
// and what killed processes left a day ago. The index stays, and so do notes of what keys were baked to (key.2).
// ERROR_IO while another process has the store open: nothing goes missing under it.
NODISCARD int store_prune(struct store *store, uint64_t now, uint64_t max_age_seconds,
			  uint64_t max_bytes, struct store_usage *ret_freed,
			  struct error *err);
NODISCARD int store_clear(struct store *store, struct store_usage *ret_freed,
			  struct error *err);

// --- layer/ and image/ ----------------------------------------------------------------------------------------------

// Where packages go below the prefix, and which Python their scripts start (env.1–env.6).
enum scheme {
	SCHEME_VENV, // a virtual environment of its own, with a skeleton
	SCHEME_BASE, // the interpreter's own prefix: /usr/local/lib/python3.12/site-packages
	SCHEME_DEBIAN, // Debian's /usr/bin/python3: /usr/local/lib/python3.11/dist-packages
};

// The one that --system means for an interpreter, and its prefix. ERROR_INPUT unless the path ends in bin/NAME.
NODISCARD int scheme_of_system(struct slice interpreter, const struct target *target,
			       enum scheme *ret_scheme, struct slice *ret_prefix,
			       struct error *err);
const char *scheme_name(enum scheme scheme); // "venv", "base", "debian"
bool scheme_parse(struct slice name, enum scheme *ret_scheme);

// The interpreter that compiles modules (pyc.*): that of the target, or one with the same version and build.
struct bytecode_interpreter {
	struct slice path;
	struct slice tag, magic, version; // "cpython-312", "cb0d0d0a", "3.12.11"
	struct sha256 banner;             // of sys.version
};

// Asks it. ERROR_INPUT: not the target's Python, or older than 3.7. Texts live in arena.
NODISCARD int bytecode_look_at(struct store *store, struct slice path,
			       const struct target *target, const struct work *work,
			       struct arena *arena,
			       struct bytecode_interpreter *ret_interpreter,
			       struct error *err);
// The line of layer keys.
struct slice bytecode_key_line(const struct bytecode_interpreter *interpreter,
			       struct arena *arena);

// What is left out of environments on request (env.11): bits.
enum strip_rule { STRIP_TESTS = 1, STRIP_PYI = 2, STRIP_HEADERS = 4 };

// "tests,pyi,headers" in any order. ERROR_USAGE.
NODISCARD int strip_parse(struct slice text, unsigned *ret_rules, struct error *err);
// The rules as text, "none" for none: what layer keys hold the SHA-256 of.
struct slice strip_rules_text(unsigned rules, struct arena *arena);

// How the tar of a layer becomes a blob. The tar is the same for gzip and zstd.
enum layer_coding {
	LAYER_GZIP,    // members with the wheels' own deflate streams (gz.3)
	LAYER_ESTARGZ, // the same with a table of contents, for lazy pulling (gz.14)
	LAYER_ZSTD,    // one frame by libzstd: bytes depend on its version (gz.15)
};

struct bake_options {
	struct slice prefix;      // "/opt/venv" (env.1)
	struct slice interpreter; // base interpreter, "/usr/local/bin/python3.12"
	enum scheme scheme;
	const struct bytecode_interpreter *bytecode; // NULL: no layers of bytecode
	unsigned strip;                              // enum strip_rule
	const struct target *target;
	uint32_t uid, gid;
	uint64_t mtime;   // 315532800, or SOURCE_DATE_EPOCH where earlier (tar.10)
	uint64_t created; // SOURCE_DATE_EPOCH or 0 (oci.5)
	unsigned jobs;    // 0: number of processors
	bool rehash, strict;
	enum layer_coding coding;
	int zstd_level; // 1 to 19, for LAYER_ZSTD
	// SHA-256 of the lock's bytes, for the manifest's annotation
	struct slice lock_digest_hex;
};

struct layer {
	struct slice name;     // "skeleton", "numpy", "bucket-03"
	struct slice kind;     // "skeleton", "wheels" or "pyc"
	struct slice packages; // "a 1.0, b 2.0"
	struct sha256 key, digest, diff_id;
	struct sha256 toc;       // of an eStargz layer's table of contents, else zero
	uint64_t size, tar_size; // compressed and plain, bytes
	uint32_t entries;        // files in it
	bool baked;              // now, not found in the store
};

struct bake_warning {
	struct slice text;
};

struct bake_result {
	struct layer *layers; // in plan order (plan.4)
	size_t len, cap;
	enum layer_coding coding;
	struct sha256 plan_digest, manifest_digest, config_digest;
	uint64_t heavy_threshold; // bytes (plan.3)
	// Of the options, so that `dockerfile` needs not ask again
	struct slice prefix, interpreter;
	enum scheme scheme;
	struct bake_warning *warnings;
	size_t warnings_len, warnings_cap;
	uint64_t uncompiled; // sources without bytecode, of layers baked now (pyc.6)
	uint64_t stripped_files, stripped_bytes; // left out of layers baked now (env.11)
};

// Plans, bakes what the store does not know, and writes out_directory (".pinbake"): layers/, groups/, oci/, .gitignore.
// Needs the wheels only of unknown layers; `ensure` is called once with them before they are opened (cli downloads).
// ERROR_INPUT for a pin that is not a wheel (sdist, vcs, directory): the builder's own issue brings those.
struct bake_ensure {
	int (*wheels)(void *context, const struct lock_selection *missing,
		      struct error *err);
	void *context;
};
NODISCARD int bake(struct store *store, const struct lock_selection *selection,
		   const struct bake_options *options, const struct bake_ensure *ensure,
		   const char *out_directory, const struct work *work,
		   struct arena *arena, struct bake_result *ret_result,
		   struct error *err);

// Removes from out_directory what result does not name. bake leaves older layers in place, because the present Dockerfile
// still names them: to be called when the new one is written (ctx.6).
NODISCARD int bake_remove_stale(const char *out_directory,
				const struct bake_result *result, struct error *err);

// Writes the hybrid archive (load.1) of what bake put into out_directory: `docker load` takes it.
NODISCARD int image_write_archive(const char *out_directory,
				  const struct bake_result *result,
				  struct slice reference, const char *archive_path,
				  struct error *err);

// How files of wheels get into an environment on disk: out of the compressed wheel, or out of a form of it that the
// store keeps unpacked. A hard link is the store's own file: who edits it there edits it here, which is noticed by
// time and size before the next use.
enum link_mode {
	LINK_AUTO, // clone where the file systems share blocks, else inflate
	LINK_CLONE,
	LINK_COPY,
	LINK_HARDLINK,
	LINK_INFLATE,
};
// "auto", "clone", "copy", "hardlink", "inflate". ERROR_USAGE.
NODISCARD int link_mode_parse(struct slice text, enum link_mode *ret_mode,
			      struct error *err);

// The same tree on a live file system, at prefix; created, or brought to the lock's state.
struct install_options {
	const char *prefix;
	struct slice interpreter;
	const struct bytecode_interpreter *bytecode; // NULL: no bytecode
	unsigned strip;                              // enum strip_rule
	const struct target *target;
	unsigned jobs;
	bool strict;
	enum link_mode link_mode;
	struct arena *arena; // holds the result's warnings; NULL: they are not kept
};
struct install_result {
	uint64_t packages, files, bytes;
	uint64_t linked, cloned, copied;         // files of them, out of unpacked wheels
	uint64_t uncompiled;                     // sources without bytecode (pyc.6)
	uint64_t stripped_files, stripped_bytes; // left out (env.11)
	struct bake_warning *warnings; // of files that two packages bring (env.10)
	size_t warnings_len, warnings_cap;
};
NODISCARD int install(struct store *store, const struct lock_selection *selection,
		      const struct install_options *options, const struct work *work,
		      struct install_result *ret_result, struct error *err);

// Proves that the environment at options->prefix equals the lock, file by file: kind, permission bits, link text and
// every byte, compared with the wheels themselves (which the store must have), generated files and RECORD included;
// and that nothing else lies in site-packages (a folder that is not ours is one difference; __pycache__ may be there).
// Times are not compared. options->interpreter "": the one that bin/python leads to. options->arena must be set and
// holds the differences, which are in the order of the tree, extra ones last. 0 whatever they are. ERROR_NO: there is
// no such directory; others as install.
enum install_difference_kind { INSTALL_MISSING, INSTALL_CHANGED, INSTALL_EXTRA };
struct install_difference {
	enum install_difference_kind kind;
	struct slice path; // relative to the prefix; folders that are extra end in "/"
	struct slice how;  // "has other content"
};
struct install_check_result {
	uint64_t packages, files, bytes; // of the lock; compared
	struct install_difference *differences;
	size_t len, cap;
};
NODISCARD int install_check(struct store *store, const struct lock_selection *selection,
			    const struct install_options *options,
			    const struct work *work,
			    struct install_check_result *ret_result, struct error *err);

struct dockerfile_options {
	struct slice base; // "python:3.12-slim"
	struct slice prefix;
	struct slice out_directory; // ".pinbake"
	struct slice form;          // "run" or "add"
	struct slice workdir, app;  // "/app"; files to COPY ("." for all) or ""
	struct slice command;       // CMD as JSON array text, or ""
	struct slice expose;        // "8501" or ""
};
// existing: the present Dockerfile's text or "": only the marked block is replaced (docker.1); a new file is written whole.
NODISCARD int dockerfile_text(const struct dockerfile_options *options,
			      const struct bake_result *result, struct slice existing,
			      struct arena *arena, struct slice *ret_text,
			      struct error *err);
// existing .dockerignore or "" → with the marked block (ctx.7).
struct slice dockerignore_text(struct slice existing, struct arena *arena);
// What `bake` left in out_directory, read back for `dockerfile`: layer names, digests, sizes, in plan order.
NODISCARD int bake_result_read(const char *out_directory, struct arena *arena,
			       struct bake_result *ret_result, struct error *err);
