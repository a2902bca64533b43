#pragma once
#include <string>
#include <vector>

namespace qtool {

/// Those instruction sets of this processor that int8 and float kernels care for, in the kernel's spelling:
/// `avx2`, `avx512f`, `avx512_vnni`, `avx_vnni`, `amx_int8`, `asimddp`... Empty where the system does not
/// say.
[[nodiscard]] std::vector<std::string> cpu_features();

/// The same from one `flags` line of /proc/cpuinfo.
[[nodiscard]] std::vector<std::string> cpu_features_of(const std::string& cpuinfo_line);

}  // namespace qtool
