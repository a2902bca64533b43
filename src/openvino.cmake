# OpenVINO, which runs ONNX files for qtool: OPENVINO_LIBRARY is the name of its library, empty where there is none.
#
# qtool builds without it, and then says what it cannot run. The library is opened when the first ONNX file is: most
# runs have none, and a program that was built with it starts without it. So nothing is linked; headers and library come
# from one folder, that of pip's `openvino`, which lies beside its `torch`, or one of CMAKE_PREFIX_PATH. Nothing found
# is kept in the cache, so that a build folder follows when that changes.
set(OPENVINO_LIBRARY "")
unset(OPENVINO_INCLUDE CACHE)
# Its thread library is opened in a way (RTLD_DEEPBIND) that ends a program with sanitizers.
if(NOT QTOOL_SANITIZE)
  find_path(OPENVINO_INCLUDE openvino/c/openvino.h NO_DEFAULT_PATH
    PATHS ${LIBTORCH_PREFIX}/../openvino ${CMAKE_PREFIX_PATH} PATH_SUFFIXES include openvino/include runtime/include)
endif()
if(OPENVINO_INCLUDE)
  get_filename_component(OPENVINO_PREFIX "${OPENVINO_INCLUDE}/.." REALPATH)
  # By its versioned name: structures and numbers of the headers are those of this version alone.
  file(GLOB _libraries ${OPENVINO_PREFIX}/libs/libopenvino_c.so.* ${OPENVINO_PREFIX}/lib/intel64/libopenvino_c.so.*)
  foreach(_library ${_libraries})
    if(NOT IS_SYMLINK ${_library})
      get_filename_component(OPENVINO_LIBRARY ${_library} NAME)
      get_filename_component(OPENVINO_LIBRARY_DIR ${_library} DIRECTORY)
    endif()
  endforeach()
endif()
if(OPENVINO_LIBRARY)
  file(STRINGS ${OPENVINO_INCLUDE}/openvino/core/version.hpp _version_lines REGEX "define OPENVINO_VERSION_[MP]")
  string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+).*" "\\1.\\2.\\3" OPENVINO_RELEASE
    "${_version_lines}")
  message(STATUS "OpenVINO ${OPENVINO_RELEASE}: ${OPENVINO_PREFIX}")
  list(APPEND CMAKE_BUILD_RPATH ${OPENVINO_LIBRARY_DIR})  # where dlopen() looks
else()
  message(STATUS "OpenVINO: none, so ONNX files cannot be run")
endif()
