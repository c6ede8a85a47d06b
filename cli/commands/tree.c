// SPDX-License-Identifier: MIT
// pinbake tree: what a lock holds as a tree, from what was asked for, or upside down.
#include "cli/cli.h"
#include "lockfile/graph.h"

struct tree_values {
	const char *depth, *invert;
};

#define AT(member) offsetof(struct tree_values, member)
static const struct option OPTIONS[] = {
	{ "depth", 0, OPTION_TEXT, AT(depth), "N",
	  "levels below the roots (default: all)", false },
	{ "invert", 0, OPTION_TEXT, AT(invert), "NAME",
	  "who needs NAME, and who needs those", false },
};

enum { DEPTH_MAX = 1000000 };

struct strokes {
	const char *branch, *last, *bar, *blank;
};

// One level of the walk: a node and which of its children comes next.
struct level {
	const struct lock_edges *children;
	size_t next;
};

struct walk {
	struct cli *cli;
	const struct lock_graph *graph;
	struct strokes strokes;
	bool inverted;
	uint64_t depth_max;
	bool *is_expanded; // by node: its children were shown
	struct level *levels;
	size_t depth;
	json_t *lines; // NULL: text
};

static const struct lock_edges *children_of(const struct walk *walk, uint32_t node)
{
	const struct lock_node *at = &walk->graph->nodes[node];
	return walk->inverted ? &at->dependents : &at->dependencies;
}

// "app>=2, from requirements.in" of every recorded requirement that names the root.
static struct slice asked_text(const struct walk *walk, const struct lock_node *node)
{
	const struct lock *lock = walk->graph->lock;
	struct arena *arena = &walk->cli->arena;
	struct buf text = { .arena = arena };
	for (size_t i = 0; i < lock->requirements_len; i++) {
		const struct lock_requirement *asked = &lock->requirements[i];
		if (!slice_eq(asked->name, node->package->name))
			continue;
		struct slice wanted = lock_requirement_text(arena, asked);
		buf_printf(&text, "%s%.*s", buf_slice(&text).len ? ", " : "",
			   SLICE_ARG(wanted));
		if (asked->file.len)
			buf_printf(&text, " in %.*s", SLICE_ARG(asked->file));
	}
	return buf_slice(&text);
}

static void print_line(const struct walk *walk, const struct lock_node *node,
		       bool is_repeated)
{
	const struct lock_package *package = node->package;
	struct line line = { 0 };
	for (size_t i = 0; i < walk->depth; i++) {
		const struct level *level = &walk->levels[i];
		bool is_last = level->next == level->children->len,
		     is_own = i + 1 == walk->depth;
		line_add(&line, "%s",
			 is_own    ? is_last ? walk->strokes.last : walk->strokes.branch
			 : is_last ? walk->strokes.blank
				   : walk->strokes.bar);
	}
	line_add(&line, "%.*s", SLICE_ARG(package->name));
	if (package->version.len)
		line_add(&line, " %.*s", SLICE_ARG(package->version));
	if (package->marker_text.len)
		line_add(&line, " ; %.*s", SLICE_ARG(package->marker_text));
	if (node->is_asked && (walk->depth == 0 || walk->inverted)) {
		struct slice asked = asked_text(walk, node);
		line_add(&line, "  (%.*s)", SLICE_ARG(asked));
	}
	line_add(&line, "%s", is_repeated ? " (*)" : "");
	line_print(&line);
}

static void add_line(const struct walk *walk, const struct lock_node *node,
		     bool is_repeated)
{
	const struct lock_package *package = node->package;
	json_t *line = json_object();
	json_object_set_new(line, "depth", json_integer((json_int_t)walk->depth));
	json_object_set_new(line, "name", text_as_json(package->name));
	json_object_set_new(line, "version", text_as_json(package->version));
	if (package->marker_text.len)
		json_object_set_new(line, "marker", text_as_json(package->marker_text));
	if (node->is_asked)
		json_object_set_new(line, "requirement",
				    text_as_json(asked_text(walk, node)));
	if (is_repeated)
		json_object_set_new(line, "repeated", json_true());
	json_array_append_new(walk->lines, line);
}

// Shows a node, and opens the level of its children unless they were shown already.
static void show(struct walk *walk, uint32_t id)
{
	const struct lock_node *node = &walk->graph->nodes[id];
	const struct lock_edges *children = children_of(walk, id);
	bool is_repeated = children->len && walk->is_expanded[id];
	if (walk->lines)
		add_line(walk, node, is_repeated);
	else
		print_line(walk, node, is_repeated);
	if (is_repeated || children->len == 0 || walk->depth >= walk->depth_max)
		return;
	walk->is_expanded[id] = true;
	walk->levels[walk->depth++] = (struct level){ children, 0 };
}

// No deeper than the graph has nodes: each is expanded once.
static void show_root(struct walk *walk, uint32_t root)
{
	show(walk, root);
	while (walk->depth) {
		struct level *level = &walk->levels[walk->depth - 1];
		if (level->next == level->children->len)
			walk->depth--;
		else
			show(walk, level->children->items[level->next++]);
	}
}

static int read_depth(const struct tree_values *values, uint64_t *ret_depth,
		      struct error *err)
{
	*ret_depth = DEPTH_MAX;
	if (!values->depth ||
	    slice_parse_u64(slice_from(values->depth), DEPTH_MAX, ret_depth))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "'%s' is no value for --depth: expected a number of levels",
			 values->depth);
}

static int run_tree(struct cli *cli, void *opaque, const struct text_list *arguments,
		    json_t *result, struct error *err)
{
	const struct tree_values *values = opaque;
	struct loaded_lock opened;
	struct lock_graph graph;
	const char *path;
	struct walk walk = { .cli = cli,
			     .graph = &graph,
			     .inverted = values->invert != NULL };
	if (read_depth(values, &walk.depth_max, err) < 0 ||
	    lock_argument(arguments, 0, &path, err) < 0 ||
	    read_lock(cli, path, &opened, err) < 0)
		return -1;
	lock_graph_init(&graph, &cli->arena, &opened.lock);
	size_t len;
	uint32_t first;
	if (values->invert &&
	    lock_graph_get(&graph, opened.path, slice_from(values->invert), &first, &len,
			   err) < 0)
		return -1;
	walk.strokes = locale_is_utf8()
			       ? (struct strokes){ "├── ", "└── ", "│   ", "    " }
			       : (struct strokes){ "|-- ", "`-- ", "|   ", "    " };
	walk.is_expanded = arena_new_array(&cli->arena, bool, graph.len + 1);
	walk.levels = arena_new_array(&cli->arena, struct level, graph.len + 1);
	walk.lines = cli->common.json ? json_array() : NULL;
	show_diagnostics(cli);
	if (values->invert)
		for (uint32_t i = first; i < first + len; i++)
			show_root(&walk, i);
	else
		for (size_t i = 0; i < graph.roots.len; i++)
			show_root(&walk, graph.roots.items[i]);
	json_object_set_new(result, "lock", c_text_as_json(path));
	if (walk.lines)
		json_object_set_new(result, "tree", walk.lines);
	return 0;
}

static const struct option_table TABLE = { .items = OPTIONS,
					   .len = sizeof(OPTIONS) / sizeof(*OPTIONS) };

const struct command command_tree = {
	.name = "tree",
	.arguments = "[LOCK] [options]",
	.summary = "show what a lock holds as a tree of who needs whom",
	.examples = "  pinbake tree\n"
		    "  pinbake tree --depth 1\n"
		    "  pinbake tree pylock.toml --invert numpy\n",
	.options = &TABLE,
	.is_local = true,
	.values_size = sizeof(struct tree_values),
	.run = run_tree,
};
