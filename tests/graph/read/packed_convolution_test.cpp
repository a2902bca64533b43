#include "graph/read/packed_convolution.h"

#include <cstring>
#include <vector>

#include "catch.h"
#include "graph/read/flaw.h"
#include "graph/read/pickled_text.h"

using namespace qtool;
using namespace std::string_literals;

namespace {

/// An object of the class, made of (version, [int16 tensor of `count` numbers], []).
std::string packed(const std::string& name, const std::string& version, size_t count) {
  const std::string length = "K"s + char(count);
  const std::string tensor = "ctorch._utils\n_rebuild_tensor_v2\n((" + pickled_text("storage") +
                             "ctorch\nShortStorage\n" + pickled_text("0") + pickled_text("cpu") + length +
                             "tQK\0("s + length + "t(K\1t\x89"s + "ccollections\nOrderedDict\n)RtR";
  return "\x80\2c__torch__.torch.classes.quantized\n"s + name + "\n)\x81" + "(" + pickled_text(version) +
         "](" + tensor + "e]tb.";
}

std::string flaw_of(const std::vector<int16_t>& numbers, const std::string& name = "Conv2dPackedParamsBase",
                    const std::string& version = "2") {
  const std::string bytes = packed(name, version, numbers.size());
  const Pickle pickle(bytes);
  try {
    check_packed_convolutions(pickle, [&](const Pickle::Storage& storage) {
      CHECK(storage.key == "0");
      std::string record(numbers.size() * sizeof(int16_t), '\0');
      std::memcpy(record.data(), numbers.data(), record.size());
      return record;
    });
  } catch (const Flaw& flaw) {
    return flaw.what();
  }
  return "";
}

}  // namespace

TEST_CASE("an int8 convolution has numbers that a convolution can have") {
  // dimensions, strides, paddings, dilations, output paddings, groups, transposed
  CHECK(flaw_of({2, 1, 2, 0, 1, 1, 1, 0, 0, 4, 0}).empty());
  CHECK(flaw_of({1, 1, 0, 1, 0, 1, 1}).empty());
  CHECK(flaw_of({3, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 2, 0}, "Conv3dPackedParamsBase").empty());
  CHECK(flaw_of({2, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0}) == "an int8 convolution with stride 0");
  CHECK(flaw_of({2, 1, 1, -1, 0, 1, 1, 0, 0, 1, 0}) == "an int8 convolution with padding -1");
  CHECK(flaw_of({2, 1, 1, 0, 0, 1, -2, 0, 0, 1, 0}) == "an int8 convolution with dilation -2");
  CHECK(flaw_of({2, 1, 1, 0, 0, 1, 1, 0, -1, 1, 0}) == "an int8 convolution with output padding -1");
  CHECK(flaw_of({2, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0}) == "an int8 convolution with groups 0");
}

TEST_CASE("the settings of an int8 convolution are as long as its dimensions say") {
  const std::string length = "an int8 convolution with settings of another length";
  CHECK(flaw_of({}) == length);
  CHECK(flaw_of({2, 1, 1, 0, 0, 1, 1, 0, 0, 1}) == length);
  CHECK(flaw_of({4, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0}) == length);
  CHECK(flaw_of({-1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0}) == length);
  CHECK(flaw_of({2, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0}, "Conv2dPackedParamsBase", "1") ==
        "an int8 convolution with settings of another version");
}

TEST_CASE("other classes are none of a convolution's check") {
  CHECK(flaw_of({0}, "LinearPackedParamsBase").empty());
}
