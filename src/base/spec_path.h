#pragma once
/// The path of a data spec `kind:path[,key=value...]`, in which `\,` is a comma and `\\` a backslash.
#include <string>
#include <string_view>

namespace qtool {

/// The position of the comma that ends the path which starts at `begin`; the text's size where there is none.
[[nodiscard]] size_t end_of_spec_path(std::string_view text, size_t begin);
/// As the file system has it. A backslash before any other character stays.
[[nodiscard]] std::string plain_spec_path(std::string_view written);
[[nodiscard]] std::string written_spec_path(std::string_view plain);  ///< plain_spec_path's inverse

}  // namespace qtool
