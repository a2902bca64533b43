#include "graph/model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "catch.h"
#include "graph/read/read_model.h"
#include "graphs.h"

using namespace qtool;

namespace {

using Strings = std::vector<std::string>;

std::string bytes_of_file(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

Model small() {
  ModuleBuilder net("Net");
  net.child("conv", layer("Conv2d", numbers({4, 3, 3, 3}), kScriptedConv)).child("bn", batch_norm(4));
  net.define("def forward(self, x):\n  return torch.relu(self.bn.forward(self.conv.forward(x)))");
  auto model = net.build();
  model.set_training(false);
  return model;
}

Error error_of(Model& model, const std::vector<at::Tensor>& inputs) {
  try {
    model.forward(inputs);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    return error;
  }
  FAIL("no error");
  throw std::logic_error("not reached");
}

}  // namespace

TEST_CASE("a saved model computes the same when it is loaded") {
  const auto path = temporary_path("model.pt");
  auto model = small();
  model.save(path);
  auto loaded = read_model(path);
  std::filesystem::remove(path);
  CHECK(difference(model, loaded, {numbers({2, 3, 5, 5})}) == 0);
  CHECK(loaded.input_names() == Strings{"x"});
}

TEST_CASE("the same model saved twice, under whatever name, gives the same bytes") {
  const auto first = temporary_path("first.pt"), second = temporary_path("second.pt");
  const auto model = small();
  model.save(first);
  model.save(second);
  CHECK(bytes_of_file(first) == bytes_of_file(second));
  small().save(second);
  CHECK(bytes_of_file(first) == bytes_of_file(second));
  std::filesystem::remove(first);
  std::filesystem::remove(second);
}

TEST_CASE("a folder that cannot be written is an error") {
  CHECK_THROWS_AS(small().save("/no/such/folder/model.pt"), Error);
}

TEST_CASE("a client sees what forward() gives") {
  auto model = small();
  const auto x = numbers({2, 3, 5, 5});
  for (int run = 0; run < 3; ++run)  // the profiling executor optimises from the second run on
    CHECK((model.forward({x})[0] - model.forward_as_client({x})[0]).abs().max().item<float>() < 1e-5f);
}

TEST_CASE("tuples, lists and dicts come back flattened, numbers are left out") {
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n  return (x, [x + 1, x + 2], {'a': x + 3, 'b': x + 4}, 7)");
  auto model = net.build();
  for (const auto& outputs : {model.forward({at::ones({1})}), model.forward_as_client({at::ones({1})})}) {
    REQUIRE(outputs.size() == 5);
    for (size_t i = 0; i < outputs.size(); ++i) CHECK(outputs[i].item<float>() == float(i + 1));
  }
}

TEST_CASE("a wrong number of inputs is an error that says both numbers") {
  auto model = small();
  const auto error = error_of(model, {numbers({1, 3, 5, 5}), numbers({1})});
  CHECK(error.complaint().got == "2 from the data");
  CHECK(error.complaint().expected == "1 by the model's forward()");
  (void)error_of(model, {});
  CHECK_THROWS_AS(model.forward_as_client({}), Error);
}

TEST_CASE("inputs of a wrong shape are an error with the shape and LibTorch's reason") {
  auto model = small();
  const auto error = error_of(model, {numbers({1, 2, 5, 5})});
  CHECK_THAT(error.complaint().got, contains("[1, 2, 5, 5]"));
  CHECK_THAT(error.complaint().what, contains("3 channels"));
  CHECK_THAT(error.what(), !contains("frame #"));
  CHECK_THROWS_AS(model.forward_as_client({numbers({1, 2, 5, 5})}), Error);
  CHECK(model.forward({numbers({1, 3, 5, 5})}).size() == 1);  // and it still runs
}

TEST_CASE("data on which the float model runs is not blamed for what was made of it") {
  const auto origin = small();
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n  assert x.dim() == 2, 'want two dimensions'\n  return x");
  auto made = net.build().made_of(origin);
  const auto error = [&](const at::Tensor& x) {
    try {
      made.forward({x});
    } catch (const Error& caught) {
      return caught;
    }
    throw std::logic_error("no error");
  };
  const auto ours = error(numbers({1, 3, 5, 5}));
  CHECK(ours.kind() == ErrorKind::kUnquantizable);
  CHECK_THAT(ours.what(), contains("the float model runs on this data"));
  CHECK_THAT(ours.what(), contains("want two dimensions"));
  CHECK_THAT(ours.what(), !contains("--data"));
  const auto theirs = error(numbers({1, 2, 5, 5}));  // a channel is missing
  CHECK(theirs.kind() == ErrorKind::kUsage);
  CHECK_THAT(theirs.what(), contains("3 channels"));
}

TEST_CASE("extra files are kept") {
  const auto path = temporary_path("extra.pt");
  auto model = small();
  model.set_extra_files({{"config.txt", "imgsz: 64"}, {"empty", ""}});
  model.save(path);
  const auto loaded = read_model(path);
  std::filesystem::remove(path);
  CHECK(loaded.notes().extra_files == model.notes().extra_files);
  CHECK(loaded.clone().notes().extra_files == model.notes().extra_files);
}

TEST_CASE("what the model itself raises is passed on as the reason") {
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n  assert x.dim() == 2, 'want two dimensions'\n  return x");
  auto model = net.build();
  CHECK_THAT(error_of(model, {at::ones({1})}).complaint().what, contains("want two dimensions"));
}

TEST_CASE("arguments with a default are filled in") {
  ModuleBuilder net("Net");
  net.define("def forward(self, x, scale: float=2., shift: Optional[Tensor]=None):\n  return x * scale");
  auto model = net.build();
  CHECK(model.input_count() == 1);
  CHECK(model.forward({at::ones({1})})[0].item<float>() == 2);
  CHECK(model.forward_as_client({at::ones({1})})[0].item<float>() == 2);
}

TEST_CASE("parameters are trained, buffers are not") {
  const auto model = small();
  Strings parameters, buffers;
  for (const auto& entry : model.parameters()) parameters.push_back(entry.name);
  for (const auto& entry : model.buffers()) buffers.push_back(entry.name);
  CHECK(parameters == Strings{"conv.weight", "conv.bias", "bn.weight", "bn.bias"});
  CHECK(buffers == Strings{"bn.running_mean", "bn.running_var"});
}

TEST_CASE("in training batch norm follows the batch, in eval mode it does not") {
  auto model = small();
  const auto x = numbers({2, 3, 5, 5});
  const auto before = model.buffers()[0].tensor.clone();
  model.forward({x});
  CHECK(model.buffers()[0].tensor.equal(before));
  model.set_training(true);
  model.forward({x});
  CHECK_FALSE(model.buffers()[0].tensor.equal(before));
}

TEST_CASE("a clone shares no tensor") {
  auto model = small();
  auto copy = model.clone();
  copy.parameters()[0].tensor.detach().zero_();
  CHECK(model.parameters()[0].tensor.abs().max().item<float>() > 0);
  CHECK(difference(model, copy, {numbers({1, 3, 5, 5})}) > 0);
}

namespace {

Model of(const std::string& body) {
  ModuleBuilder net("Net");
  net.buffer("shift", at::ones({1})).define("def forward(self, x):\n" + body);
  return net.build();
}

/// Whether a run, in both ways, leaves its input as it is; what it answers must be the same each time.
bool leaves_its_input(Model model) {
  const auto x = numbers({2, 3}), before = x.clone();
  const auto first = model.forward({x})[0].clone();
  for (int run = 0; run < 3; ++run) {
    if (!model.forward({x})[0].equal(first)) return false;
    if (!model.forward_as_client({x})[0].equal(first)) return false;
  }
  return x.equal(before);
}

}  // namespace

TEST_CASE("what a model does to its input, no other run sees") {
  CHECK(leaves_its_input(of("  x /= 2\n  return x + self.shift")));
  CHECK(leaves_its_input(of("  return x.mul_(2)")));
  CHECK(leaves_its_input(of("  y = x.view(-1)\n  y[0] = 7.\n  return x + y[0]")));
  CHECK(leaves_its_input(of("  y = torch.dropout(x, 0.5, False)\n  y += 1\n  return y")));
  CHECK(leaves_its_input(of("  y = x.type_as(self.shift)\n  y += 1\n  return y")));
  CHECK(leaves_its_input(of("  if x.size(0) == 2:\n    x.neg_()\n  return x.sum()")));
  CHECK(leaves_its_input(of("  for y in x.split(1):\n    y.add_(1)\n  return x * 2")));
  CHECK(leaves_its_input(of("  torch.add(x, x, out=x)\n  return x")));
  CHECK(leaves_its_input(of("  ys = [x, x + 1]\n  ys[0].zero_()\n  return ys[0]")));
}

TEST_CASE("only code that may write into its input gets a copy of it") {
  const auto gets_the_input = [](Model model) {
    const auto x = numbers({2, 3});
    return model.forward({x})[0].data_ptr() == x.data_ptr() &&
           model.forward_as_client({x})[0].data_ptr() == x.data_ptr();
  };
  CHECK(gets_the_input(of("  return x")));
  CHECK(gets_the_input(of("  y = x + 1\n  y.mul_(2)\n  z = torch.relu_(y)\n  return x")));
  CHECK_FALSE(gets_the_input(of("  x.mul_(2)\n  return x")));
}
