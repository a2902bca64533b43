#include "config/matrix.h"

#include "base/error.h"
#include "catch.h"

using namespace qtool;

namespace {

std::vector<MatrixAxis> axes_of(const std::string& yaml, Problems& problems) {
  return read_matrix(YAML::Load(yaml), "matrix", problems);
}

/// The names' ends of all combinations, and what is wrong behind them.
std::string suffixes(const std::string& yaml) {
  Problems problems("batch.yaml");
  std::string text;
  const auto axes = axes_of(yaml, problems);
  for (const auto& combination : combinations(axes, problems)) text += name_suffix(combination) + "\n";
  try {
    problems.throw_if_any();
  } catch (const Error& error) {
    text += error.what();
  }
  return text;
}

}  // namespace

TEST_CASE("the last axis runs fastest, and without axes there is one combination") {
  CHECK(suffixes("{a.bits: [8, 4], quantize.calibrator: [mse, minmax]}") ==
        "-bits-8-mse\n-bits-8-minmax\n-bits-4-mse\n-bits-4-minmax\n");
  CHECK(suffixes("{}") == "\n");
}

TEST_CASE("words name themselves, files by their stem, and what is no word by its key") {
  CHECK(suffixes("{model: [zoo/net v2.pt]}") == "-net-v2\n");
  CHECK(suffixes("{per_channel: [true, 0.5, 4bit]}") ==
        "-per-channel-true\n-per-channel-0.5\n-per-channel-4bit\n");
  CHECK(suffixes("{q: [{bits: 4, skip: [fc, conv]}, {}]}") == "-bits-4-skip-fc-conv\n\n");
  CHECK(as_name("--a b/c--") == "a-b-c");
  CHECK(as_name("!!").empty());
}

TEST_CASE("an axis is a list with values, once") {
  CHECK_THAT(suffixes("[a]"), contains("batch.yaml:1:1: matrix: got a list, expected a map of keys"));
  CHECK_THAT(suffixes("{a: 3}"), contains("1:2: matrix.a: got '3', expected a list of values"));
  CHECK_THAT(suffixes("{a: []}"), contains("matrix.a: got an empty list"));
  CHECK_THAT(suffixes("{a: [1], a: [2]}"), contains("1:10: matrix.a: this key stands here twice"));
}

TEST_CASE("ten thousand combinations are the most") {
  std::string hundred = "[0";
  for (int i = 1; i < 100; ++i) hundred += ", " + std::to_string(i);
  Problems problems("batch.yaml");
  const auto axes = axes_of("{a: " + hundred + "], b: " + hundred + "], c: [1], d: [1, 2]}", problems);
  CHECK(combinations({axes[0], axes[1], axes[2]}, problems).size() == 10'000);
  CHECK(problems.count() == 0);
  CHECK(combinations(axes, problems).empty());
  CHECK(problems.count() == 1);
}
