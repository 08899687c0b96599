# find_package(@name@) and target_link_libraries(program @name@::@name@).
set(@name@_VERSION "@version@")
get_filename_component(_root "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET @name@::@name@)
  add_library(@name@::@name@ UNKNOWN IMPORTED)
  find_library(_library_@name@ @name@ PATHS "${_root}/lib" NO_DEFAULT_PATH REQUIRED)
  set_target_properties(@name@::@name@ PROPERTIES
    IMPORTED_LOCATION "${_library_@name@}"
    INTERFACE_INCLUDE_DIRECTORIES "${_root}/include")
endif()
