// SPDX-License-Identifier: MIT
// The graph of a lock: edges that some target has, roots that reach everything, chains in the order of their length.
#include "tests/lockfile/fixture.h"

#include "lockfile/graph.h"

#define PACKAGE(name, version, more)                                          \
	"[[packages]]\nname = \"" name "\"\nversion = \"" version "\"\n" more \
	"\n" WHEEL_A(name "-" version "-py3-none-any.whl")
#define NEEDS(name)   "dependencies = [{ name = \"" name "\" }]\n"
#define NEEDS_2(a, b) "dependencies = [{ name = \"" a "\" }, { name = \"" b "\" }]\n"
#define NEEDS_3(a, b, c)                                                            \
	"dependencies = [{ name = \"" a "\" }, { name = \"" b "\" }, { name = \"" c \
	"\" }]\n"
#define ASKS(name) "[tool.pinbake]\nrequirements = [{ name = \"" name "\" }]\n"

static struct slice name_of(const struct lock_graph *graph, uint32_t node)
{
	return graph->nodes[node].package->name;
}

// "a b" for edges, "a/b" for a chain.
static struct slice names_of(struct arena *arena, const struct lock_graph *graph,
			     const uint32_t *nodes, size_t len, char separator)
{
	struct buf text = { .arena = arena };
	for (size_t i = 0; i < len; i++) {
		if (i)
			buf_byte(&text, separator);
		buf_append(&text, name_of(graph, nodes[i]));
	}
	return buf_slice(&text);
}

static void assert_roots(struct arena *arena, const struct lock_graph *graph,
			 const char *wanted)
{
	assert_text(names_of(arena, graph, graph->roots.items, graph->roots.len, ' '),
		    wanted);
}

static void assert_chains(struct arena *arena, const struct lock_graph *graph,
			  const char *name, const char *wanted)
{
	uint32_t node;
	struct buf text = { .arena = arena };
	assert_int_equal(lock_graph_find(graph, slice_from(name), &node), 1);
	struct lock_chains chains = lock_graph_chains(graph, arena, node, 100);
	assert_false(chains.is_cut);
	for (size_t i = 0; i < chains.len; i++) {
		struct slice chain = names_of(arena, graph, chains.items[i].nodes,
					      chains.items[i].len, '/');
		buf_printf(&text, "%s%.*s", i ? " " : "", SLICE_ARG(chain));
	}
	assert_text(buf_slice(&text), wanted);
}

#define GRAPH(name, text)               \
	READ(name, text);               \
	assert_ok(&name);               \
	struct lock_graph name##_graph; \
	lock_graph_init(&name##_graph, &name.arena, &name.lock)

static void test_roots_are_packages_nobody_depends_on(void **state)
{
	(void)state;
	GRAPH(lock, HEAD PACKAGE("a", "1", NEEDS("b")) PACKAGE("b", "1", NEEDS("c"))
			    PACKAGE("c", "1", "") PACKAGE("d", "1", NEEDS("c")));
	assert_roots(&lock.arena, &lock_graph, "a d");
	assert_chains(&lock.arena, &lock_graph, "c", "d/c a/b/c");
	assert_chains(&lock.arena, &lock_graph, "a", "a");
}

static void test_751_15_recorded_requirements_are_roots(void **state)
{
	(void)state;
	GRAPH(lock, HEAD ASKS("b") PACKAGE("a", "1", NEEDS("b"))
			    PACKAGE("b", "1", NEEDS("c")) PACKAGE("c", "1", ""));
	assert_roots(&lock.arena, &lock_graph, "a b"); // a: what they do not reach
	assert_true(lock_graph.nodes[1].is_asked);
	assert_false(lock_graph.nodes[0].is_asked);
	assert_chains(&lock.arena, &lock_graph, "c", "b/c"); // not a/b/c as well
	assert_chains(&lock.arena, &lock_graph, "b", "b a/b");
}

static void test_circle_has_a_root(void **state)
{
	(void)state;
	GRAPH(lock, HEAD PACKAGE("a", "1", NEEDS("b")) PACKAGE("b", "1", NEEDS("a"))
			    PACKAGE("c", "1", NEEDS("c")));
	assert_roots(&lock.arena, &lock_graph, "a c");
}

static void test_empty_lock(void **state)
{
	(void)state;
	GRAPH(lock, HEAD "packages = []\n");
	assert_int_equal(lock_graph.roots.len, 0);
}

static void test_751_4_dependency_that_is_not_there(void **state)
{
	(void)state;
	GRAPH(lock, HEAD PACKAGE("a", "1", NEEDS("gone")));
	assert_int_equal(lock_graph.nodes[0].dependencies.len, 0);
	uint32_t first;
	assert_int_equal(lock_graph_find(&lock_graph, S("gone"), &first), 0);
}

#define WINDOWS "marker = \"sys_platform == 'win32'\"\n"
#define LINUX   "marker = \"sys_platform == 'linux'\"\n"

// Two entries of one name: each parent has the one that its targets take.
static void test_edges_of_one_target(void **state)
{
	(void)state;
	GRAPH(lock,
	      HEAD "[tool.pinbake]\n"
		   "targets = [\"cp312-linux-amd64\", \"cp312-windows-amd64\"]\n" PACKAGE(
			   "a", "1", WINDOWS NEEDS("n")) PACKAGE("b", "1", NEEDS("n"))
			   PACKAGE("n", "1", LINUX) PACKAGE("n", "2", WINDOWS));
	assert_int_equal(lock_graph.nodes[0].dependencies.len, 1);
	assert_int_equal(lock_graph.nodes[0].dependencies.items[0], 3);
	assert_int_equal(lock_graph.nodes[1].dependencies.len, 2);
}

// 2^20 ways: counted as cut, not walked.
static void test_diamonds_are_bounded(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct buf text = { .arena = &arena };
	buf_append(&text, S(HEAD));
	for (int i = 0; i < 20; i++) {
		for (int side = 0; side < 2; side++) {
			buf_printf(
				&text,
				"[[packages]]\nname = \"p%02d%d\"\nversion = \"1\"\n"
				"dependencies = [{ name = \"p%02d0\" }, { name = \"p%02d1\" }]\n",
				i, side, i + 1, i + 1);
			buf_printf(
				&text,
				"[[packages.wheels]]\nurl = \"https://f.example/p%02d%d-1-py3-none-any.whl\"\n" HASHES_A,
				i, side);
		}
	}
	buf_append(&text, S(PACKAGE("p200", "1", "")));
	GRAPH(lock, arena_c_string(&arena, buf_slice(&text)));
	struct lock_chains chains = lock_graph_chains(&lock_graph, &arena, 40, 10);
	assert_true(chains.is_cut);
}

static void test_chains_shortest_first(void **state)
{
	(void)state;
	GRAPH(lock,
	      HEAD PACKAGE("a", "1", NEEDS_3("b", "c", "d")) PACKAGE("b", "1", NEEDS("c"))
		      PACKAGE("c", "1", NEEDS("d")) PACKAGE("d", "1", NEEDS_2("a", "b")));
	assert_roots(&lock.arena, &lock_graph, "a");
	assert_chains(&lock.arena, &lock_graph, "d", "a/d a/c/d a/b/c/d");
	uint32_t node;
	lock_graph_find(&lock_graph, S("d"), &node);
	struct lock_chains two = lock_graph_chains(&lock_graph, &lock.arena, node, 2);
	assert_int_equal(two.len, 2);
	assert_true(two.is_cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roots_are_packages_nobody_depends_on),
		cmocka_unit_test(test_751_15_recorded_requirements_are_roots),
		cmocka_unit_test(test_circle_has_a_root),
		cmocka_unit_test(test_empty_lock),
		cmocka_unit_test(test_751_4_dependency_that_is_not_there),
		cmocka_unit_test(test_edges_of_one_target),
		cmocka_unit_test(test_diamonds_are_bounded),
		cmocka_unit_test(test_chains_shortest_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
