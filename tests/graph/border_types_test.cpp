#include "graph/border_types.h"

#include <torch/csrc/jit/testing/file_check.h>

#include "base/error.h"
#include "catch.h"
#include "graph/graphs.h"
#include "graph/passes/canonicalise.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

std::vector<at::ScalarType> output_types(Model& model, const at::Tensor& input) {
  std::vector<at::ScalarType> types;
  for (const auto& output : model.forward({input})) types.push_back(output.scalar_type());
  return types;
}

Model canonical_form(const std::string& body) {
  ModuleBuilder net("Net");
  net.define("def forward(self, image):\n" + body);
  return canonicalise(net.build());
}

}  // namespace

TEST_CASE("inputs are cast before anything reads them, outputs last, and names stay") {
  const auto plain = canonical_form("  return torch.tanh(image)");
  auto typed = with_border_types(plain, {{at::kHalf}, {at::kHalf}});
  lint(typed);
  CHECK(typed.input_names() == plain.input_names());
  FileCheck()
      .check("%image.1 : Tensor = aten::to(%image.2")
      ->check("%tanh : Tensor = aten::tanh(%image.1)")
      ->check("aten::to(%tanh")
      ->run(text_of(typed));
  CHECK(output_types(typed, numbers({2, 3}).to(at::kHalf)) == std::vector{at::kHalf});
  CHECK(output_types(typed, numbers({2, 3})) == std::vector{at::kHalf});
}

TEST_CASE("each tensor of a nested result has its own type") {
  const auto plain =
      canonical_form("  y = torch.tanh(image)\n  return {'a': y, 'b': y + 1.}, (torch.argmax(y, 1), y)");
  auto typed = with_border_types(plain, {{at::kFloat}, {at::kBFloat16, at::kFloat, at::kLong, at::kDouble}});
  CHECK(output_types(typed, numbers({2, 3})) ==
        std::vector{at::kBFloat16, at::kFloat, at::kLong, at::kDouble});
}

TEST_CASE("a list whose length the code does not show is refused by its operator") {
  const auto plain = canonical_form("  return torch.split(image, 1)");
  CHECK_THROWS_WITH(with_border_types(plain, {{at::kHalf}, {at::kHalf, at::kHalf}}),
                    Catch::Contains("aten::split"));
}
