# libpinbake: what cli/ stands on, for other programs. A shared and a static library that export the functions of pinbake.h
# and nothing else, their headers, and libpinbake.pc. See docs/libpinbake.md.
get_property(rooms GLOBAL PROPERTY PINBAKE_ROOMS)
set(map ${CMAKE_SOURCE_DIR}/cmake/libpinbake.map)

add_library(libpinbake SHARED $<TARGET_OBJECTS:pinbake_pinbake>)
target_link_libraries(libpinbake PRIVATE pinbake_house pinbake_pinbake)
target_link_options(libpinbake PRIVATE -Wl,--version-script=${map})
set_target_properties(libpinbake PROPERTIES OUTPUT_NAME pinbake VERSION ${PROJECT_VERSION} SOVERSION 0 LINK_DEPENDS ${map})
install(TARGETS libpinbake LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})

# All rooms as one object, in which only the functions of the door keep their names to the outside.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	set(archives)
	foreach(room IN LISTS rooms)
		list(APPEND archives $<TARGET_FILE:${room}>)
	endforeach()
	set(static ${CMAKE_BINARY_DIR}/libpinbake.a)
	set(object ${CMAKE_BINARY_DIR}/libpinbake.o)
	add_custom_command(OUTPUT ${static}
		COMMAND ${CMAKE_C_COMPILER} -O2 -r -nostdlib -flinker-output=nolto-rel -o ${object}
			$<TARGET_OBJECTS:pinbake_pinbake> -Wl,--start-group ${archives} -Wl,--end-group
		COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=pinbake_* ${object}
		COMMAND ${CMAKE_COMMAND} -E rm -f ${static}
		COMMAND ${CMAKE_AR} rcs ${static} ${object}
		DEPENDS ${rooms} COMMAND_EXPAND_LISTS VERBATIM)
	add_custom_target(libpinbake_static ALL DEPENDS ${static})
	install(FILES ${static} DESTINATION ${CMAKE_INSTALL_LIBDIR})
else()
	add_custom_target(libpinbake_static COMMENT "libpinbake.a is made by gcc alone")
endif()

# The headers that pinbake.h leads to.
function(pinbake_reach_headers header)
	get_property(found GLOBAL PROPERTY PINBAKE_HEADERS)
	if(header IN_LIST found)
		return()
	endif()
	set_property(GLOBAL APPEND PROPERTY PINBAKE_HEADERS ${header})
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
	file(STRINGS ${header} includes REGEX "^#include \"")
	foreach(include IN LISTS includes)
		string(REGEX REPLACE "^#include \"(.*)\"$" "\\1" next "${include}")
		pinbake_reach_headers(${next})
	endforeach()
endfunction()
pinbake_reach_headers(pinbake/pinbake.h)
get_property(headers GLOBAL PROPERTY PINBAKE_HEADERS)
foreach(header IN LISTS headers)
	get_filename_component(folder ${header} DIRECTORY)
	install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pinbake/${folder})
endforeach()

configure_file(cmake/libpinbake.pc.in libpinbake.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/libpinbake.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
