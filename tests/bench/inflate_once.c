// SPDX-License-Identifier: MIT
// The floor that `bake` is measured against: every file of every wheel is inflated once, and the SHA-256 of both
// its compressed and its plain bytes is taken, on as many processes as asked for. Nothing is written.
//
//	cc -O2 -o inflate_once inflate_once.c -lisal -lcrypto
//	inflate_once JOBS WHEEL...
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct totals {
	atomic_int next;
	atomic_ullong files, packed_bytes, plain_bytes;
};

static uint16_t read_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)read_u16(p) | (uint32_t)read_u16(p + 2) << 16;
}

static void fail(const char *wheel, const char *why)
{
	fprintf(stderr, "inflate_once: %s: %s\n", wheel, why);
	exit(1);
}

static uint64_t inflate_file(const char *wheel, const uint8_t *data, uint32_t size,
			     EVP_MD_CTX *plain)
{
	static uint8_t window[256 << 10];
	static struct inflate_state state;
	uint64_t total = 0;

	isal_inflate_init(&state);
	state.crc_flag = ISAL_DEFLATE;
	state.next_in = (uint8_t *)data;
	state.avail_in = size;
	do {
		state.next_out = window;
		state.avail_out = sizeof(window);
		if (isal_inflate(&state) != ISAL_DECOMP_OK)
			fail(wheel, "cannot be inflated");
		size_t len = sizeof(window) - state.avail_out;
		EVP_DigestUpdate(plain, window, len);
		total += len;
	} while (state.block_state != ISAL_BLOCK_FINISH);
	return total;
}

static void do_wheel(const char *wheel, struct totals *totals)
{
	struct stat status;
	int fd = open(wheel, O_RDONLY);
	if (fd < 0 || fstat(fd, &status) < 0)
		fail(wheel, "cannot be read");
	size_t size = (size_t)status.st_size;
	const uint8_t *zip = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (zip == MAP_FAILED)
		fail(wheel, "cannot be mapped");
	close(fd);

	size_t end = size - 22;
	while (end > 0 && memcmp(zip + end, "PK\5\6", 4) != 0)
		end--;
	const uint8_t *entry = zip + read_u32(zip + end + 16);
	EVP_MD_CTX *packed = EVP_MD_CTX_new(), *plain = EVP_MD_CTX_new();

	for (unsigned left = read_u16(zip + end + 10); left > 0; left--) {
		const uint8_t *local = zip + read_u32(entry + 42);
		const uint8_t *data =
			local + 30 + read_u16(local + 26) + read_u16(local + 28);
		uint32_t packed_size = read_u32(entry + 20);
		unsigned char digest[EVP_MAX_MD_SIZE];
		uint64_t plain_size = packed_size;

		EVP_DigestInit_ex(packed, EVP_sha256(), NULL);
		EVP_DigestUpdate(packed, data, packed_size);
		EVP_DigestFinal_ex(packed, digest, NULL);
		EVP_DigestInit_ex(plain, EVP_sha256(), NULL);
		if (read_u16(entry + 10) == 0)
			EVP_DigestUpdate(plain, data, packed_size);
		else
			plain_size = inflate_file(wheel, data, packed_size, plain);
		EVP_DigestFinal_ex(plain, digest, NULL);

		totals->files++;
		totals->packed_bytes += packed_size;
		totals->plain_bytes += plain_size;
		entry += 46 + read_u16(entry + 28) + read_u16(entry + 30) +
			 read_u16(entry + 32);
	}
	EVP_MD_CTX_free(packed);
	EVP_MD_CTX_free(plain);
	munmap((void *)zip, size);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: inflate_once JOBS WHEEL...\n");
		return 2;
	}
	int jobs = atoi(argv[1]), status, failed = 0;
	struct totals *totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (totals == MAP_FAILED)
		fail("totals", "no memory");
	totals->next = 2;
	for (int job = 0; job < jobs; job++) {
		if (fork() == 0) {
			for (int i; (i = totals->next++) < argc;)
				do_wheel(argv[i], totals);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		failed |= status;
	printf("%llu files, %llu packed bytes, %llu plain bytes\n", totals->files,
	       totals->packed_bytes, totals->plain_bytes);
	return failed != 0;
}
