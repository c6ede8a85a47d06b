// SPDX-License-Identifier: MIT
// An HTTP server of one test program: a thread that answers on a loopback port from a
// script of routes, and writes down what it was asked.
#pragma once

#include "base/arena.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// The first route with the path and uses left answers; without one the answer is 404.
struct loopback_route {
	const char *path;
	unsigned status;     // 0: the connection is closed without an answer
	const char *headers; // "Name: value\r\n…"; NULL: none
	const char *body;    // with body_len, or a C string
	size_t body_len;
	unsigned uses; // 0: no bound
	bool ranges;   // a Range header is honoured
	unsigned delay_ms;
	unsigned cut_after; // send only so many bytes of the body; 0: all
	unsigned drip_ms;   // between single bytes of the body; 0: all at once
};

enum { LOOPBACK_REQUESTS = 256, LOOPBACK_HEAD = 2048 };

struct loopback {
	struct loopback_route *routes;
	size_t route_len;
	int listener;
	unsigned port;
	pthread_t thread;
	pthread_mutex_t lock;
	size_t request_len;
	char *body; // of the latest request
	size_t body_len;
	char requests[LOOPBACK_REQUESTS][LOOPBACK_HEAD]; // heads as they came
	char url[64];                                    // "http://127.0.0.1:PORT"
};

static inline void loopback_send(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		bytes += sent;
		len -= (size_t)sent;
	}
}

static inline struct loopback_route *loopback_find(struct loopback *server,
						   const char *head)
{
	for (size_t i = 0; i < server->route_len; i++) {
		struct loopback_route *route = &server->routes[i];
		size_t len = strlen(route->path);
		const char *path = strchr(head, ' ');
		if (!path || strncmp(path + 1, route->path, len) != 0 ||
		    path[1 + len] != ' ')
			continue;
		if (route->uses == 1)
			route->path = "(used)";
		else if (route->uses)
			route->uses--;
		return route;
	}
	return NULL;
}

// "bytes=2-5", "bytes=-4" of a body of len bytes.
static inline bool loopback_range(const char *head, size_t len, size_t *ret_from,
				  size_t *ret_to)
{
	const char *range = strstr(head, "Range: bytes=");
	if (!range || len == 0)
		return false;
	struct slice rest = slice_from(range + 13), from, to;
	rest = slice_range(rest, 0, slice_find_byte(rest, '\r'));
	uint64_t first = 0, last = len - 1;
	slice_cut(&rest, '-', &from);
	to = rest;
	(void)slice_parse_u64(to, UINT32_MAX, &last);
	if (!slice_parse_u64(from, UINT32_MAX, &first)) {
		first = last < len ? len - last : 0;
		last = len - 1;
	}
	*ret_from = (size_t)first;
	*ret_to = last < len ? (size_t)last : len - 1;
	return true;
}

static inline void loopback_drip(int fd, const char *bytes, size_t len, unsigned ms)
{
	const struct timespec pause = { ms / 1000, (long)(ms % 1000) * 1000000 };
	while (len-- > 0 && send(fd, bytes++, 1, MSG_NOSIGNAL) == 1)
		nanosleep(&pause, NULL);
}

static inline void loopback_answer(struct loopback *server, int fd, const char *head)
{
	pthread_mutex_lock(&server->lock);
	const struct loopback_route *found = loopback_find(server, head);
	struct loopback_route route =
		found ? *found : (struct loopback_route){ .status = 404 };
	pthread_mutex_unlock(&server->lock);
	if (route.status == 0)
		return;
	const struct timespec delay = { route.delay_ms / 1000,
					(long)(route.delay_ms % 1000) * 1000000 };
	nanosleep(&delay, NULL);
	size_t len = route.body_len || !route.body ? route.body_len : strlen(route.body);
	size_t from = 0, to = len ? len - 1 : 0;
	char line[512], range[128] = "";
	bool partial = route.ranges && loopback_range(head, len, &from, &to);
	if (partial)
		snprintf(range, sizeof(range), "Content-Range: bytes %zu-%zu/%zu\r\n",
			 from, to, len);
	size_t part = len ? to - from + 1 : 0;
	int n = snprintf(
		line, sizeof(line),
		"HTTP/1.1 %u X\r\nContent-Length: %zu\r\nConnection: close\r\n%s%s\r\n",
		partial ? 206 : route.status, part, range,
		route.headers ? route.headers : "");
	loopback_send(fd, line, (size_t)n);
	if (strncmp(head, "HEAD ", 5) == 0)
		return;
	if (route.drip_ms)
		loopback_drip(fd, route.body, part, route.drip_ms);
	else
		loopback_send(fd, route.body ? route.body + from : "",
			      route.cut_after ? route.cut_after : part);
}

// What the head announces, of which `len` bytes came with it.
static inline void loopback_take_body(struct loopback *server, int fd, const char *head,
				      const char *begun, size_t len)
{
	uint64_t announced = 0;
	const char *header = strstr(head, "Content-Length: ");
	struct slice text = slice_from(header ? header + 16 : "0");
	text = slice_range(text, 0, slice_find_byte(text, '\r'));
	(void)slice_parse_u64(text, 64 << 20, &announced);
	mem_free(server->body);
	server->body = mem_alloc(announced + len + 1);
	memcpy(server->body, begun, len);
	while (len < announced) {
		ssize_t n = recv(fd, server->body + len, announced - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	server->body_len = len;
}

static inline void loopback_serve(struct loopback *server, int fd)
{
	char head[LOOPBACK_HEAD] = "";
	size_t len = 0;
	while (!strstr(head, "\r\n\r\n") && len + 1 < sizeof(head)) {
		ssize_t n = recv(fd, head + len, sizeof(head) - 1 - len, 0);
		if (n <= 0)
			return;
		len += (size_t)n;
		head[len] = '\0';
	}
	const char *end = strstr(head, "\r\n\r\n");
	if (end)
		loopback_take_body(server, fd, head, end + 4,
				   len - (size_t)(end + 4 - head));
	pthread_mutex_lock(&server->lock);
	if (server->request_len < LOOPBACK_REQUESTS)
		memcpy(server->requests[server->request_len++], head, sizeof(head));
	pthread_mutex_unlock(&server->lock);
	loopback_answer(server, fd, head);
}

static inline void *loopback_run(void *context)
{
	struct loopback *server = context;
	for (;;) {
		int fd = accept(server->listener, NULL, NULL);
		if (fd < 0)
			return NULL;
		loopback_serve(server, fd);
		shutdown(fd, SHUT_RDWR);
		close(fd);
	}
}

static inline void loopback_start(struct loopback *server, struct loopback_route *routes,
				  size_t route_len)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	memset(server, 0, sizeof(*server));
	server->routes = routes;
	server->route_len = route_len;
	pthread_mutex_init(&server->lock, NULL);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
	    listen(server->listener, 64) != 0)
		perror("loopback");
	getsockname(server->listener, (struct sockaddr *)&address, &size);
	server->port = ntohs(address.sin_port);
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u", server->port);
	pthread_create(&server->thread, NULL, loopback_run, server);
}

static inline void loopback_stop(struct loopback *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
	pthread_mutex_destroy(&server->lock);
	mem_free(server->body);
}

// How many requests had the text in their head.
static inline size_t loopback_count(struct loopback *server, const char *text)
{
	size_t count = 0;
	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->request_len; i++)
		count += strstr(server->requests[i], text) != NULL;
	pthread_mutex_unlock(&server->lock);
	return count;
}
