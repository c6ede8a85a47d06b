# The compiler's view of the house style: language, warnings, hardening, and how a folder becomes a library.
include(GNUInstallDirs)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(archive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(lmdb REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(crypto REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(z REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)

# Libraries that most runs do without, and that take longer to load than such a run: see base/late_library.h.
option(PINBAKE_LATE_LIBRARIES "load libcurl, libarchive, libcrypto, libzstd and utf8proc when they are first needed" ON)
set(late_libraries curl archive crypto zstd utf8proc)
function(pinbake_link_late target scope library)
	list(GET ${library}_LINK_LIBRARIES 0 path)
	execute_process(COMMAND ${CMAKE_READELF} -d ${path} OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
	if(NOT dynamic MATCHES "SONAME[^\n]*\\[([^]]+)\\]")
		message(FATAL_ERROR "${path} has no soname: set PINBAKE_LATE_LIBRARIES to OFF")
	endif()
	target_compile_definitions(${target} PRIVATE PINBAKE_LATE_${library}="${CMAKE_MATCH_1}")
	target_include_directories(${target} ${scope} ${${library}_INCLUDE_DIRS})
	target_link_libraries(${target} ${scope} ${CMAKE_DL_LIBS})
endfunction()

# Small libraries that every run needs: to load each takes longer than much of what a run does.
option(PINBAKE_LINK_SMALL_LIBRARIES "link jansson, lmdb and pcre2 in, where their archives are installed" ON)
function(pinbake_link_in library)
	list(GET ${library}_LINK_LIBRARIES 0 path)
	string(REGEX REPLACE "\\.so$" ".a" archive ${path})
	if(archive MATCHES "\\.a$" AND EXISTS ${archive})
		# Not into libpinbake.so: the archives need not be fit for one.
		set_target_properties(PkgConfig::${library} PROPERTIES INTERFACE_LINK_LIBRARIES
			"$<IF:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,SHARED_LIBRARY>,${path},${archive}>")
	endif()
endfunction()
if(PINBAKE_LINK_SMALL_LIBRARIES AND CMAKE_BUILD_TYPE STREQUAL "Release")
	foreach(library jansson lmdb pcre2)
		pinbake_link_in(${library})
	endforeach()
endif()

add_library(pinbake_house INTERFACE)
target_compile_features(pinbake_house INTERFACE c_std_17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
target_include_directories(pinbake_house INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(pinbake_house INTERFACE _GNU_SOURCE)
target_compile_options(pinbake_house INTERFACE
	-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-qual -Wwrite-strings
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wformat=2
	-Wnull-dereference -Wimplicit-fallthrough -Wredundant-decls -Wpointer-arith -Wswitch-enum
	-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	target_compile_options(pinbake_house INTERFACE -Wcast-align=strict -Wformat-overflow=2 -Wformat-truncation=1
		-Wduplicated-cond -Wduplicated-branches -Wlogical-op)
endif()

# A newer compiler than ours may warn of more: that stops developers and CI, not somebody who only builds.
if(DEFINED ENV{CI})
	set(werror_default ON)
else()
	set(werror_default OFF)
endif()
option(PINBAKE_WERROR "warnings are errors" ${werror_default})
if(PINBAKE_WERROR)
	target_compile_options(pinbake_house INTERFACE -Werror)
endif()

set(PINBAKE_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")
if(PINBAKE_SANITIZE)
	# The sanitizers add branches that gcc's flow warnings then misread.
	target_compile_options(pinbake_house INTERFACE -fsanitize=${PINBAKE_SANITIZE} -fno-sanitize-recover=all
		-fno-omit-frame-pointer -Wno-null-dereference
		$<$<C_COMPILER_ID:GNU>:-Wno-format-truncation$<SEMICOLON>-Wno-maybe-uninitialized>)
	target_link_options(pinbake_house INTERFACE -fsanitize=${PINBAKE_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
	target_compile_options(pinbake_house INTERFACE -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
		-fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero -fvisibility=hidden)
	if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
		target_compile_options(pinbake_house INTERFACE -fcf-protection=full)
	endif()
	target_link_options(pinbake_house INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed)
endif()

option(PINBAKE_COVERAGE "instrument for gcov" OFF)
if(PINBAKE_COVERAGE)
	target_compile_options(pinbake_house INTERFACE --coverage)
	target_link_options(pinbake_house INTERFACE --coverage)
endif()
option(PINBAKE_FUZZ "build the fuzz targets with libFuzzer (clang)" OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# pinbake_room(FOLDER ROOMS LIBRARIES): the folder's sources as the static library pinbake_FOLDER; the door folder pinbake/
# is one library with its inner folders.
function(pinbake_room folder rooms libraries)
	string(REPLACE "/" "_" name "pinbake_${folder}")
	file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.c)
	if(folder STREQUAL "pinbake")
		file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.c)
	endif()
	if(NOT sources)
		add_library(${name} INTERFACE)
		set(scope INTERFACE)
	else()
		add_library(${name} STATIC ${sources})
		set_property(GLOBAL APPEND PROPERTY PINBAKE_ROOMS ${name})
		target_link_libraries(${name} PRIVATE pinbake_house)
		set(scope PUBLIC)
	endif()
	foreach(room IN LISTS rooms)
		string(REPLACE "/" "_" below "pinbake_${room}")
		target_link_libraries(${name} ${scope} ${below})
	endforeach()
	foreach(library IN LISTS libraries)
		if(PINBAKE_LATE_LIBRARIES AND library IN_LIST late_libraries AND NOT scope STREQUAL "INTERFACE")
			pinbake_link_late(${name} ${scope} ${library})
		else()
			target_link_libraries(${name} ${scope} PkgConfig::${library})
		endif()
	endforeach()
	target_link_libraries(${name} ${scope} Threads::Threads)
endfunction()

# pinbake_doors(FOLDER HEADER...): which of a room's headers other folders may include; tests/house/doors reads it.
function(pinbake_doors folder)
	foreach(header IN LISTS ARGN)
		if(NOT header STREQUAL "*" AND NOT EXISTS ${CMAKE_SOURCE_DIR}/${folder}/${header})
			message(FATAL_ERROR "${folder}/${header}, a door of its room, does not exist")
		endif()
	endforeach()
endfunction()

# pinbake_embed_text(TARGET HEADER NAME FILE): the bytes of FILE as the array NAME, which HEADER declares.
function(pinbake_embed_text target header name file)
	set(out ${CMAKE_BINARY_DIR}/${name}.c)
	add_custom_command(OUTPUT ${out}
		COMMAND ${CMAKE_COMMAND} -DIN=${CMAKE_SOURCE_DIR}/${file} -DOUT=${out} -DNAME=${name} -DHEADER=${header}
			-P ${CMAKE_SOURCE_DIR}/cmake/embed_text.cmake
		DEPENDS ${file} cmake/embed_text.cmake)
	target_sources(${target} PRIVATE ${out})
endfunction()

# pinbake_embed_lines(TARGET FOLDER NAME FILE): the lines of a file of data/ as the array NAME, which FOLDER/NAME.h declares.
function(pinbake_embed_lines target folder name file)
	set(out ${CMAKE_BINARY_DIR}/${name}.c)
	add_custom_command(OUTPUT ${out}
		COMMAND ${CMAKE_COMMAND} -DIN=${CMAKE_SOURCE_DIR}/data/${file} -DOUT=${out} -DNAME=${name}
			-DHEADER=${folder}/${name}.h -P ${CMAKE_SOURCE_DIR}/cmake/embed_lines.cmake
		DEPENDS data/${file} cmake/embed_lines.cmake)
	target_sources(${target} PRIVATE ${out})
endfunction()
