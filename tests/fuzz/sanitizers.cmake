# Compiler options of a tree in which every mistake with memory ends the program, and libFuzzer sees which code ran.
#
# Left out of the undefined-behaviour sanitizer: what looks into objects of LibTorch, whose library has not all type
# information, and its headers (ignorelist.txt).
add_compile_options(-g1 -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize=vptr,function
  -fno-sanitize-recover=all -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/ignorelist.txt)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-fsanitize=address,undefined -fno-sanitize=vptr,function)
# Half the time of -O2 to compile.
set(CMAKE_CXX_FLAGS_RELEASE "-O1 -DNDEBUG")
