#include "graph/read/debug_record.h"

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include "catch.h"

using namespace qtool;

namespace {

c10::IValue tuple(std::vector<c10::IValue> items) { return c10::ivalue::Tuple::create(std::move(items)); }

/// The range [begin, end) of a source of 12 characters in two pieces.
std::string record(int64_t begin, int64_t end, int64_t piece = 1, int64_t file = 2) {
  const auto source = tuple({std::vector<int64_t>{0, piece}, file, 7});
  const auto bytes =
      torch::jit::pickle(tuple({"FORMAT_WITH_STRING_TABLE", tuple({"x = 1\n", "y = 2\n", "net.py"}),
                                tuple({tuple({20, tuple({source, begin, end}), 0})})}));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a debug record whose places exist is sound") {
  CHECK(is_sound_debug_record(record(0, 12)));
  CHECK(is_sound_debug_record(record(6, 6)));
}

TEST_CASE("a debug record that points outside is not") {
  CHECK_FALSE(is_sound_debug_record(record(0, 13)));
  CHECK_FALSE(is_sound_debug_record(record(7, 6)));
  CHECK_FALSE(is_sound_debug_record(record(-1, 6)));
  CHECK_FALSE(is_sound_debug_record(record(0, 1, 3)));
  CHECK_FALSE(is_sound_debug_record(record(0, 1, -1)));
  CHECK_FALSE(is_sound_debug_record(record(0, 1, 1, 3)));
}

TEST_CASE("a debug record that is cut off or something else is not sound") {
  const std::string whole = record(0, 12);
  for (size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(is_sound_debug_record(whole.substr(0, size)));
  const auto number = torch::jit::pickle(c10::IValue(3));
  CHECK_FALSE(is_sound_debug_record({number.data(), number.size()}));
}
