#pragma once
/// QTOOL_CLONES compiles a function several times, for the widest vectors that the processor at hand turns out to have.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define QTOOL_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define QTOOL_CLONES
#endif
