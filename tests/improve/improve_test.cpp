#include "improve/improve.h"

#include "catch.h"
#include "small_net.h"

using namespace qtool;

namespace {

Solution identity(Solution solution, const Statistics&) { return solution; }

/// Doubles the scale of the first site.
Solution coarser(Solution solution, const Statistics&) {
  const auto& first = solution.qparams[0];
  solution.qparams[0] = QParams(first.scheme(), 2 * first.scale(), first.zero_point());
  return solution;
}

Solution solved() {
  const SmallNet net{"return torch.conv2d(x, w)", {{"w", {4, 3, 1, 1}}}};
  return prepare(build(net), noise({2, 3, 4, 4}, 5));
}

}  // namespace

TEST_CASE("an empty table, and one of identities, leave the solution as it is") {
  const auto before = solved();
  const Improvement rows[] = {{"identity", identity}, {"again", identity}};
  for (const auto table :
       {improvements(), std::span<const Improvement>(), std::span<const Improvement>(rows)}) {
    const auto after = improve(shared(before), {}, table);
    CHECK(&after.model.module() != &before.model.module());
    CHECK(after.qparams[0].scale() == before.qparams[0].scale());
    CHECK(after.plan.sites.size() == before.plan.sites.size());
  }
}

TEST_CASE("rows are applied one after the other") {
  const auto before = solved();
  const Improvement rows[] = {{"coarser", coarser}, {"coarser", coarser}};
  const auto after = improve(shared(before), {}, rows);
  CHECK(after.qparams[0].scale() == 4 * before.qparams[0].scale());
}

TEST_CASE("a shared solution has the same tensors") {
  const auto one = solved();
  const auto other = shared(one);
  REQUIRE(one.model.parameters().size() == 1);
  CHECK(one.model.parameters()[0].tensor.is_same(other.model.parameters()[0].tensor));
}
