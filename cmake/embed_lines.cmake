# Writes OUT, a C file with the lines of IN (without comments) as the array NAME and its length NAME_len, which HEADER
# declares.
file(STRINGS ${IN} lines REGEX "^[^#]")
set(text "// Generated from a file of data/ at build time.\n#include \"${HEADER}\"\n\n")
string(APPEND text "const char *const ${NAME}[] = {\n")
foreach(line IN LISTS lines)
	string(APPEND text "\t\"${line}\",\n")
endforeach()
list(LENGTH lines count)
string(APPEND text "};\nconst size_t ${NAME}_len = ${count};\n")
file(WRITE ${OUT} "${text}")
