// SPDX-License-Identifier: MIT
// Every bound on what an input may make us allocate or do, with its reason. Exceeding one is an ordinary error.
#pragma once

#include <stdint.h>

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

// A requirements file of a monorepo is some 100 KiB; a lock with hashes of a thousand pins some 3 MiB.
#define LIMIT_TEXT_FILE_BYTES (64 * MIB)
// The largest real index page is about 7 MB; 20 MB must be cheap (json.3).
#define LIMIT_INDEX_PAGE_BYTES (128 * MIB)
// METADATA holds the README; 10 MB of Requires-Dist has to end in an error, not in swap.
#define LIMIT_METADATA_BYTES (8 * MIB)
// Numbers in a version, and parts of its local label; real ones have six. A longer text is no version.
#define LIMIT_VERSION_NUMBERS 128
// Clauses of one set of specifiers; the largest real ones exclude some forty releases. Each is held against each version.
#define LIMIT_SPECIFIERS 512
// Extras of one requirement; the largest real ones ask for some thirty.
#define LIMIT_REQUIREMENT_EXTRAS 1024
// Comparisons of a marker. Exporters write a few hundred, and evaluating over all extras takes time quadratic in them.
#define LIMIT_MARKER_TERMS 4096
// Packages and extras that one release asks for; a few hundred in the largest real ones. Choosing among n of them takes
// n² steps.
#define LIMIT_RELEASE_NEEDS 10000
// Nesting of JSON, TOML, marker parentheses: real data stays below 10, and recursion must not reach the stack's end.
#define LIMIT_NESTING_DEPTH 64
// Packages of a lock; the largest real ones have some thousands.
#define LIMIT_LOCK_PACKAGES 100000
// Entries of one package in a lock, for as many targets; each is an edge of the graph for whoever depends on the name.
#define LIMIT_LOCK_ENTRIES 256
// Algorithms of one file's hashes; there are some fifteen.
#define LIMIT_FILE_HASHES 32
// `-r` inside `-r`, and files in all: includes of includes multiply them.
#define LIMIT_INCLUDE_DEPTH 32
#define LIMIT_INCLUDE_FILES 4096
// Requirements in all, also of a project whose extras and groups include one another; a monorepo has some thousands.
#define LIMIT_REQUIREMENTS 200000
// --find-links, --extra-index-url and their like: every one is asked for every package.
#define LIMIT_RUN_OPTIONS 1000
// Build requirements that are built themselves, in one another; real ones stay below 3.
#define LIMIT_BUILD_DEPTH 8
// Compressed tag sets of wheels multiply (425.1); the largest real one has 36.
#define LIMIT_TAG_PRODUCT 4096
// Files on one index page; the largest real ones have some 30,000. Each takes about a KiB of memory while it is read.
#define LIMIT_PAGE_FILES 300000
// Packages, with their extras, that one resolve looks at; real ones stay below 2000. A hostile index can answer every
// name with a release that needs another one.
#define LIMIT_RESOLVE_PACKAGES 20000
// Releases whose dependencies one resolve asks for: as many as conflicts, for nearly each conflict is of a new one.
#define LIMIT_RESOLVE_RELEASES 200000
// Conflicts of one resolve: real ones have some thousands, each costs about a kilobyte.
#define LIMIT_SOLVER_CONFLICTS 200000
// Files of one page in the first-seen journal, in which files stay that are gone.
#define LIMIT_SEEN_FILES (2 * LIMIT_PAGE_FILES)
// Entries of a wheel (the largest real ones have some 30,000; each takes about half a KiB of memory), and the bytes it
// may unpack to (torch with CUDA: 2.9 GB).
#define LIMIT_WHEEL_ENTRIES        500000
#define LIMIT_WHEEL_UNPACKED_BYTES (64 * GIB)
// Rows of a RECORD: an entry has one, and a few may be of files that an installer makes.
#define LIMIT_RECORD_ROWS (LIMIT_WHEEL_ENTRIES + 1000)
// Console scripts of a wheel; the largest real ones have some hundreds, and each becomes a file.
#define LIMIT_ENTRY_POINTS 10000
// A central directory we read over the network instead of the whole wheel.
#define LIMIT_REMOTE_DIRECTORY_BYTES (8 * MIB)
// Ratio above which a member is taken for a bomb; deflate cannot exceed 1032.
#define LIMIT_INFLATE_RATIO 1100
// The same for zstd: 4 bytes can stand for a block of 128 KiB.
#define LIMIT_ZSTD_RATIO 33000
