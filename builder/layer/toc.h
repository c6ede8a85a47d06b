// SPDX-License-Identifier: MIT
// The table of contents of an eStargz layer (gz.14): which file lies where in the blob and
// what its bytes hash to, so that a snapshotter can fetch single files.
//
//	{"version":1,"entries":[
//	 {"name":"opt/","type":"dir","modtime":"1980-01-01T00:00:00Z","mode":16877,"uid":0,"gid":0},
//	 {"name":"opt/a.py","type":"reg",…,"size":6,"offset":318,"digest":"sha256:…","chunkDigest":"sha256:…"}]}
#pragma once

#include "base/tar.h"
#include "builder/wheel/tree.h"

#define TOC_NAME         "stargz.index.json"
#define TOC_LANDMARK     ".no.prefetch.landmark" // no file is to be fetched before others
#define TOC_FOOTER_BYTES 51

// A part of a file's content with a gzip member of its own.
struct toc_chunk {
	uint64_t offset; // of its member in the blob
	uint64_t size;   // of the content, bytes
	struct sha256 digest;
};

// Zeroed is empty.
struct toc {
	struct arena arena;
	struct buf text;
	ARRAY_OF(struct toc_chunk) chunks; // of the present file
};

void toc_release(struct toc *toc);

void toc_add_chunk(struct toc *toc, const struct toc_chunk *chunk);
// Writes down an entry with the chunks that were added since the one before. digest: of the
// whole content.
void toc_add_entry(struct toc *toc, const struct tar_entry *entry,
		   const struct sha256 *digest);
// The JSON text, in the arena; nothing can be added any more.
struct slice toc_finish(struct toc *toc);

// An empty gzip member that tells where the table's member begins.
void toc_footer(uint64_t offset, char ret_footer[static TOC_FOOTER_BYTES]);
