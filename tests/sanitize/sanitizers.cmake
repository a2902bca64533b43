# Compiler options of a tree in which the sanitizers of QTOOL_SANITIZE end a program at its first mistake (clang), and
# the environment of its tests. With the address sanitizer libFuzzer (tests/fuzz) sees which code ran, too.
#
# Left out of the undefined-behaviour sanitizer: what looks into objects of LibTorch, whose library has not all type
# information, and its headers (ignorelist.txt).
add_compile_options(-g1 -fno-omit-frame-pointer -fsanitize=${QTOOL_SANITIZE} -fno-sanitize=vptr,function
  -fno-sanitize-recover=all -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/ignorelist.txt)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-fsanitize=${QTOOL_SANITIZE} -fno-sanitize=vptr,function)
if(QTOOL_SANITIZE MATCHES "address")
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
# What is linked against here is not all sanitized, and LibTorch keeps what it has until the end.
set(QTOOL_SANITIZER_ENVIRONMENT
  "ASAN_OPTIONS=detect_leaks=0:detect_odr_violation=0:alloc_dealloc_mismatch=0:allocator_may_return_null=1"
  "UBSAN_OPTIONS=print_stacktrace=1")
if(QTOOL_SANITIZE MATCHES "thread")
  # LLVM's OpenMP tells the sanitizer which thread waited for which (libarcher); libgomp does not. It goes first, so
  # that LibTorch takes it, too.
  add_compile_options(-fopenmp)
  add_link_options(-fopenmp -lomp)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-resource-dir OUTPUT_VARIABLE _clang
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(QTOOL_SANITIZER_ENVIRONMENT OMP_TOOL_LIBRARIES=${_clang}/../../libarcher.so
    "TSAN_OPTIONS=ignore_noninstrumented_modules=1:suppressions=${CMAKE_CURRENT_LIST_DIR}/thread.txt")
endif()
# Half the time of -O2 to compile.
set(CMAKE_CXX_FLAGS_RELEASE "-O1 -DNDEBUG")
