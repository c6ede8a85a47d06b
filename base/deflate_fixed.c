// SPDX-License-Identifier: MIT
// The coder of runs (gz.9): one final block of RFC 1951 §3.2.6.
#include "base/deflate_fixed.h"

#include "base/bytes.h"

#include <assert.h>
#include <string.h>

enum {
	TABLE_LEN = 32768,
	TABLE_SHIFT = 17, // 32-bit hashes to 15 bits
	DISTANCE_MAX = 32768,
	MATCH_MIN = 4,
	MATCH_MAX = 258,
	END_OF_BLOCK = 256,
	SYMBOLS = 288,
	DISTANCE_SYMBOLS = 30,
	// No literal takes more than 9 bits and no match more than its literals; the
	// block's ends take 10 bits.
	OUT_BYTES = DEFLATE_PIECE_MAX + DEFLATE_PIECE_MAX / 8 + 16,
};

// The table is not cleared for each of many small pieces. Its positions count over all
// pieces so far, so a position that is not above `base` belongs to an earlier piece and
// counts as empty.
struct deflate_coder {
	uint32_t table[TABLE_LEN]; // base + position + 1 of the last bytes with that hash
	uint32_t base;
	// The codes of §3.2.6 with their bits reversed, since Huffman codes are packed
	// from the highest bit.
	uint16_t codes[SYMBOLS];
	uint16_t distance_codes[DISTANCE_SYMBOLS];
	uint8_t code_bits[SYMBOLS];
	uint64_t bits; // not yet written, lowest first
	unsigned bit_count;
	size_t len;
	char out[OUT_BYTES];
};

static uint16_t reversed(uint32_t code, unsigned count)
{
	uint32_t result = 0;
	for (unsigned i = 0; i < count; i++)
		result |= (code >> i & 1) << (count - 1 - i);
	return (uint16_t)result;
}

static void set_codes(struct deflate_coder *coder, uint32_t from, uint32_t to,
		      uint32_t first, uint8_t bits)
{
	for (uint32_t symbol = from; symbol < to; symbol++) {
		coder->codes[symbol] = reversed(first + symbol - from, bits);
		coder->code_bits[symbol] = bits;
	}
}

struct deflate_coder *deflate_coder_new(void)
{
	struct deflate_coder *coder = mem_alloc(sizeof(*coder));
	set_codes(coder, 0, 144, 0x30, 8);
	set_codes(coder, 144, 256, 0x190, 9);
	set_codes(coder, 256, 280, 0, 7);
	set_codes(coder, 280, SYMBOLS, 0xc0, 8);
	for (uint32_t symbol = 0; symbol < DISTANCE_SYMBOLS; symbol++)
		coder->distance_codes[symbol] = reversed(symbol, 5);
	return coder;
}

void deflate_coder_free(struct deflate_coder *coder)
{
	mem_free(coder);
}

// RFC 1951 packs numbers from their lowest bit.
static void put_bits(struct deflate_coder *coder, uint32_t value, unsigned count)
{
	coder->bits |= (uint64_t)value << coder->bit_count;
	coder->bit_count += count;
	if (coder->bit_count >= 32) {
		put_u32le(coder->out + coder->len, (uint32_t)(coder->bits & 0xffffffff));
		coder->len += 4;
		coder->bits >>= 32;
		coder->bit_count -= 32;
	}
}

static void put_symbol(struct deflate_coder *coder, uint32_t symbol)
{
	put_bits(coder, coder->codes[symbol], coder->code_bits[symbol]);
}

// Both tables of §3.2.5 grow by the same rule: after the first codes, 2^k codes share a
// number of extra bits. Gives how many of the value's low bits are extra.
static unsigned extra_bits(uint32_t value, unsigned shared_log2)
{
	unsigned highest = 31 - (unsigned)__builtin_clz(value | 1);
	return highest > shared_log2 ? highest - shared_log2 : 0;
}

// Lengths 3 to 257 have codes from 257 on, four for each number of extra bits; length 258
// has a code of its own.
static void put_length(struct deflate_coder *coder, uint32_t length)
{
	if (length == MATCH_MAX) {
		put_symbol(coder, 285);
		return;
	}
	uint32_t value = length - 3;
	unsigned extra = extra_bits(value, 2);
	put_symbol(coder, 257 + 4 * extra + (value >> extra));
	put_bits(coder, value & ((1U << extra) - 1), extra);
}

static void put_distance(struct deflate_coder *coder, uint32_t distance)
{
	uint32_t value = distance - 1;
	unsigned extra = extra_bits(value, 1);
	put_bits(coder, coder->distance_codes[2 * extra + (value >> extra)], 5);
	put_bits(coder, value & ((1U << extra) - 1), extra);
}

static uint32_t match_length(const char *a, const char *b, size_t most)
{
	uint32_t length = 0;
	if (most > MATCH_MAX)
		most = MATCH_MAX;
	while (length < most && a[length] == b[length])
		length++;
	return length;
}

// Enters position i into the table. Returns how far back the same bytes are, 0 for
// nowhere.
static uint32_t look_back(struct deflate_coder *coder, const char *bytes, uint32_t i)
{
	uint32_t hash = (get_u32le(bytes + i) * 2654435761U) >> TABLE_SHIFT;
	uint32_t here = coder->base + i + 1, seen = coder->table[hash];
	coder->table[hash] = here;
	if (seen <= coder->base || here - seen > DISTANCE_MAX)
		return 0;
	return memcmp(bytes + i - (here - seen), bytes + i, MATCH_MIN) == 0 ? here - seen
									    : 0;
}

static void begin(struct deflate_coder *coder, bool last)
{
	if (coder->base > UINT32_MAX - 2 * DEFLATE_PIECE_MAX) {
		memset(coder->table, 0, sizeof(coder->table));
		coder->base = 0;
	}
	coder->bits = 0;
	coder->bit_count = 0;
	coder->len = 0;
	put_bits(coder, last, 1); // BFINAL
	put_bits(coder, 1, 2);    // BTYPE 01
}

// A block that is not the last is followed by an empty stored block, so that it ends at a
// byte.
static struct slice finish(struct deflate_coder *coder, bool last)
{
	static const char empty[] = { 0, 0, '\xff', '\xff' }; // §3.2.4: LEN, NLEN
	put_symbol(coder, END_OF_BLOCK);
	if (!last)
		put_bits(coder, 0, 3); // BFINAL 0, BTYPE 00
	while (coder->bit_count > 0) {
		coder->out[coder->len++] = (char)(coder->bits & 0xff);
		coder->bits >>= 8;
		coder->bit_count = coder->bit_count > 8 ? coder->bit_count - 8 : 0;
	}
	if (!last) {
		memcpy(coder->out + coder->len, empty, sizeof(empty));
		coder->len += sizeof(empty);
	}
	return (struct slice){ coder->out, coder->len };
}

struct slice deflate_fixed_part(struct deflate_coder *coder, struct slice piece,
				bool last)
{
	assert(piece.len >= 1 && piece.len <= DEFLATE_PIECE_MAX);
	begin(coder, last);
	for (uint32_t i = 0; i < piece.len;) {
		uint32_t distance =
			piece.len - i >= MATCH_MIN ? look_back(coder, piece.ptr, i) : 0;
		if (distance == 0) {
			put_symbol(coder, (unsigned char)piece.ptr[i++]);
			continue;
		}
		uint32_t length = match_length(piece.ptr + i - distance, piece.ptr + i,
					       piece.len - i);
		put_length(coder, length);
		put_distance(coder, distance);
		i += length;
	}
	coder->base += (uint32_t)piece.len;
	return finish(coder, last);
}

struct slice deflate_fixed(struct deflate_coder *coder, struct slice piece)
{
	return deflate_fixed_part(coder, piece, true);
}
