#include "job/input/client_models.h"

#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

TEST_CASE("the files of one run are opened together, and read the same batches") {
  const Workplace at;
  const ClientModels models({at.model, at.model});
  REQUIRE(models.size() == 2);
  CHECK(models.inputs() == ReaderInputs{{"x"}, {"x"}});
  CHECK(models[1].runtime().rfind("LibTorch", 0) == 0);
  CHECK(models.remarks().empty());
}
