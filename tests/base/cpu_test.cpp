#include "base/cpu.h"

#include "catch.h"

TEST_CASE("of the processor's flags only those that kernels care for are kept, in its order") {
  CHECK(qtool::cpu_features_of("flags\t\t: fpu sse4_1 avx2 avx512_vnni avx512_vnni2") ==
        std::vector<std::string>{"sse4_1", "avx2", "avx512_vnni"});
  CHECK(qtool::cpu_features_of("Features\t: fp asimd asimddp") ==
        std::vector<std::string>{"asimd", "asimddp"});
  CHECK(qtool::cpu_features_of("").empty());
}
