#pragma once
#include <stdexcept>
#include <string>

namespace qtool {

/// What makes a part of a file unfit for use, from a check that knows neither the file nor the part: whoever calls it
/// adds where.
struct Flaw : std::runtime_error {
  std::string expected;  ///< what should be there

  Flaw(const std::string& got, std::string expected_there)
      : std::runtime_error(got), expected(std::move(expected_there)) {}
};

}  // namespace qtool
