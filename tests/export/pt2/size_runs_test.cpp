#include "export/pt2/size_runs.h"

#include <ATen/ops/ones.h>

#include "catch.h"
#include "export/pt2/batch_symbol.h"
#include "small_net.h"

using namespace qtool;
using Numbers = SizeRuns::Numbers;

namespace {

/// A straight line of x, run like an example [2, 3] of any batch.
struct Line {
  explicit Line(const std::string& body, const ProgramInputs& given = inputs_like({at::ones({2, 3})}, true))
      : model(build({body, {}})), inputs(given), runs(model.module(), inputs) {}

  [[nodiscard]] const torch::jit::Value* output() const {
    return model.module().get_method("forward").graph()->outputs()[0];
  }
  /// How a size of the output follows from the batch; empty where that was not found.
  [[nodiscard]] std::string expression(size_t axis) const {
    const auto found = runs.expression(runs.size(output(), axis));
    return found ? found->text : "";
  }

  Model model;
  ProgramInputs inputs;
  SizeRuns runs;
};

}  // namespace

TEST_CASE("sizes are seen at the hint, and at two other values of the symbol") {
  const Line line("return torch.cat([x, x, x[:1]], 0)");
  CHECK(line.runs.all_symbols_vary());
  CHECK(line.runs.seen(line.output()).sizes == std::vector<int64_t>{5, 3});
  CHECK(line.runs.size(line.output(), 0) == Numbers{5, 7, 9});
  CHECK(line.runs.stride(line.output(), 0) == Numbers{3, 3, 3});
  CHECK(line.expression(0) == "Add(Integer(1), Mul(Integer(2), " + kBatch + "))");
  CHECK(line.expression(1) == "Integer(3)");
}

TEST_CASE("what is no line through the three is known only where the program says it") {
  const std::string body = "return x.t().reshape([-1, 1]).repeat(x.size(0), 1)";  // 3 n n
  CHECK(Line(body).expression(0).empty());
  auto inputs = inputs_like({at::ones({2, 3})}, true);
  const std::string square = "Mul(Integer(3), Pow(" + kBatch + ", Integer(2)))";
  inputs.known.push_back(*parse_size_expression(square));
  CHECK(Line(body, inputs).expression(0) == square);
}

TEST_CASE("a symbol at whose other values the graph does not run stands for its hint alone") {
  const Line line("return x.reshape([2, -1])[:, 0] + torch.ones([2]).view([2]) * x.view([2, 3])[:, 1]");
  CHECK_FALSE(line.runs.all_symbols_vary());
  CHECK(line.runs.size(line.output(), 0) == Numbers{2});
}

TEST_CASE("numbers that are the same in all runs are constants, tensors never") {
  const Line line("return x.view([x.size(0), 3 * 1])");
  const auto* list = line.output()->node()->input(1);
  CHECK_FALSE(line.runs.constant(list));
  CHECK(line.runs.element(list, 0) == Numbers{2, 3, 4});
  CHECK(line.runs.element(list, 1) == Numbers{3, 3, 3});
  CHECK_FALSE(line.runs.constant(line.output()));
  const Line fixed("return x.sum([1])");
  CHECK(fixed.runs.constant(fixed.output()->node()->input(1))->toIntVector() == std::vector<int64_t>{1});
}

TEST_CASE("a graph that does not take zeros, or a size that is no number, is refused") {
  CHECK_THROWS_WITH(
      Line("return torch.mm(x, x)"),
      contains("the sizes inside the model cannot be found out") && contains("cannot be multiplied"));
  auto inputs = inputs_like({at::ones({2, 3})}, true);
  inputs.inputs[0].sizes[1] = *parse_size_expression("Symbol('s9', integer=True)");
  CHECK_THROWS_WITH(Line("return x", inputs), contains("a size that qtool cannot write"));
}
