# Target `libtorch`: headers and shared libraries of the LibTorch that Torch_DIR, CMAKE_PREFIX_PATH or the system has.
#
# Not by find_package(Torch): the wheel's config searches libc10.so and libtorch.so by name and takes a system copy
# first, which puts two versions of LibTorch into one program. Here headers and libraries come from one prefix, or it
# fails. Nothing found is kept in the cache, so that a build folder follows when the prefix changes.

unset(LIBTORCH_INCLUDE CACHE)
set(_prefixes ${CMAKE_PREFIX_PATH})
if(Torch_DIR)
  list(PREPEND _prefixes "${Torch_DIR}/../../..")
endif()
find_path(LIBTORCH_INCLUDE torch/script.h PATHS ${_prefixes} PATH_SUFFIXES include torch/include NO_DEFAULT_PATH)
find_path(LIBTORCH_INCLUDE torch/script.h PATH_SUFFIXES torch/include)
if(NOT LIBTORCH_INCLUDE)
  message(FATAL_ERROR "LibTorch not found: set CMAKE_PREFIX_PATH to a folder that has include/torch/script.h "
    "(bash apps/setup.sh finds or installs one)")
endif()
get_filename_component(LIBTORCH_PREFIX "${LIBTORCH_INCLUDE}/.." REALPATH)
foreach(_lib c10 torch torch_cpu)
  unset(LIBTORCH_${_lib} CACHE)
  find_library(LIBTORCH_${_lib} ${_lib} PATHS ${LIBTORCH_PREFIX} NO_DEFAULT_PATH
    PATH_SUFFIXES lib lib64 lib/${CMAKE_LIBRARY_ARCHITECTURE})
  if(NOT LIBTORCH_${_lib})
    message(FATAL_ERROR "LibTorch has its headers in ${LIBTORCH_INCLUDE}, but lib${_lib}.so is not under "
      "${LIBTORCH_PREFIX}/lib")
  endif()
endforeach()
set(_torch_config "${LIBTORCH_PREFIX}/share/cmake/Torch/TorchConfig.cmake")
if(EXISTS "${_torch_config}")
  file(STRINGS "${_torch_config}" _old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
  if(_old_abi)
    message(FATAL_ERROR "LibTorch in ${LIBTORCH_PREFIX} was built without the C++11 ABI, which the system's libraries "
      "have: take the cxx11-abi download, or a wheel of 2.7 or newer")
  endif()
endif()

set(_version_header "${LIBTORCH_INCLUDE}/torch/headeronly/version.h")  # since 2.9
if(NOT EXISTS "${_version_header}")
  set(_version_header "${LIBTORCH_INCLUDE}/torch/csrc/api/include/torch/version.h")
endif()
file(STRINGS "${_version_header}" _version_lines REGEX "define TORCH_VERSION_[MP]")
string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+).*" "\\1.\\2.\\3" LIBTORCH_RELEASE
  "${_version_lines}")
string(REGEX MATCH "^[0-9]+.[0-9]+" LIBTORCH_VERSION ${LIBTORCH_RELEASE})
if(LIBTORCH_VERSION VERSION_LESS 1.13)
  message(FATAL_ERROR "LibTorch ${LIBTORCH_VERSION} in ${LIBTORCH_PREFIX} is too old: qtool wants 1.13 or newer")
endif()
message(STATUS "LibTorch ${LIBTORCH_VERSION}: ${LIBTORCH_PREFIX}")

add_library(libtorch INTERFACE)
# The wheel ships its own fmt headers, which are not those that the system's spdlog was built with.
find_path(SYSTEM_FMT_INCLUDE fmt/core.h PATHS /usr/include NO_DEFAULT_PATH)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/system_fmt)
if(SYSTEM_FMT_INCLUDE)
  file(CREATE_LINK ${SYSTEM_FMT_INCLUDE}/fmt ${CMAKE_BINARY_DIR}/system_fmt/fmt SYMBOLIC)
  target_include_directories(libtorch SYSTEM BEFORE INTERFACE ${CMAKE_BINARY_DIR}/system_fmt)
endif()
if(NOT LIBTORCH_INCLUDE STREQUAL "/usr/include")
  target_include_directories(libtorch SYSTEM INTERFACE ${LIBTORCH_INCLUDE})
endif()
target_include_directories(libtorch SYSTEM INTERFACE ${LIBTORCH_INCLUDE}/torch/csrc/api/include)
# Each file names the operators that it uses; without this, many of LibTorch's headers include all of them.
target_compile_definitions(libtorch INTERFACE AT_PER_OPERATOR_HEADERS)
# libtorch.so is what pulls the CUDA libraries in where a build has them; nothing refers to its symbols. libstdc++ goes
# first: wheels export parts of another compiler's, and std::filesystem::remove_all() of the one for CUDA crashes.
target_link_libraries(libtorch INTERFACE -Wl,--no-as-needed stdc++ ${LIBTORCH_torch} -Wl,--as-needed
  ${LIBTORCH_torch_cpu} ${LIBTORCH_c10})
# at::parallel_for is a template that runs in one thread where OpenMP is off. The OpenMP library must be LibTorch's own:
# a second one would have threads of its own beside it. clang would link that second one; it builds tests/fuzz, which
# runs in one thread.
target_compile_options(libtorch INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fopenmp>)
file(GLOB _openmp ${LIBTORCH_PREFIX}/lib/libgomp*.so* ${LIBTORCH_PREFIX}/../torch.libs/libgomp*.so*)
if(NOT _openmp)
  set(_openmp gomp)
endif()
target_link_libraries(libtorch INTERFACE ${_openmp})
