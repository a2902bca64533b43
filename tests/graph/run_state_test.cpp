#include "graph/run_state.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "catch.h"
#include "graph/carried_state.h"
#include "graphs.h"

using namespace qtool;

namespace {

/// Returns how many samples it has seen in all; in a child.
Model counter() {
  ModuleBuilder inner("Inner");
  inner.buffer("seen", at::zeros({1}));
  inner.define("def forward(self, x):\n  self.seen = self.seen + x.size(0)\n  return self.seen\n");
  ModuleBuilder net("Net");
  return net.child("inner", inner).define("def forward(self, x):\n  return self.inner.forward(x)\n").build();
}

float run(Model& model, int64_t samples = 2) {
  return model.forward({at::ones({samples, 1})})[0].item<float>();
}

}  // namespace

TEST_CASE("a run leaves the state of the file, in either way to run") {
  auto model = counter();
  CHECK(run(model) == 2);
  CHECK(run(model) == 2);
  CHECK(model.forward_as_client({at::ones({3, 1})})[0].item<float>() == 3);
  CHECK(model.buffers().at(0).tensor.item<float>() == 0);
}

TEST_CASE("one pass carries the state of each model, and leaves that of the file") {
  auto first = counter(), second = counter();
  {
    const CarriedState one_pass;
    CHECK(run(first) == 2);
    CHECK(run(first) == 4);
    CHECK(run(second) == 2);
    {
      const CarriedState inner_pass;
      CHECK(run(second) == 4);  // goes on
    }
    CHECK(run(first) == 6);
  }
  CHECK(run(first) == 2);
  CHECK(run(second) == 2);
}

TEST_CASE("another number of samples begins anew") {
  auto model = counter();
  const CarriedState one_pass;
  CHECK(run(model) == 2);
  CHECK(run(model) == 4);
  CHECK(run(model, 3) == 3);
  CHECK(run(model, 3) == 6);
  CHECK(run(model) == 2);
}
