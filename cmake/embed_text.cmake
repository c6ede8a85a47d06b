# Writes OUT, a C file with the bytes of IN as the array NAME and its length NAME_len, declared by HEADER.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "((0x[0-9a-f][0-9a-f],){20})" "\t\\1\n" bytes "${bytes}")
set(text "// Generated from a file of data/ at build time.\n#include \"${HEADER}\"\n\n")
string(APPEND text "const char ${NAME}[] = {\n${bytes}\n};\nconst size_t ${NAME}_len = sizeof(${NAME});\n")
file(WRITE ${OUT} "${text}")
