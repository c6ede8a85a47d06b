// SPDX-License-Identifier: MIT
// Little-endian integers in byte strings, as zip, gzip and deflate store them.
#pragma once

#include <stdint.h>

static inline uint16_t get_u16le(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;
	return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t get_u32le(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;
	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint64_t get_u64le(const char *at)
{
	return get_u32le(at) | (uint64_t)get_u32le(at + 4) << 32;
}

static inline void put_u16le(char *at, uint16_t value)
{
	at[0] = (char)(value & 0xff);
	at[1] = (char)(value >> 8);
}

static inline void put_u32le(char *at, uint32_t value)
{
	put_u16le(at, (uint16_t)(value & 0xffff));
	put_u16le(at + 2, (uint16_t)(value >> 16));
}
