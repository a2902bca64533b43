#include "job/files/written_model.h"

#include "base/error.h"
#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

TEST_CASE("a written model loads back") {
  const Workplace at;
  CHECK(load_back(at.model, "source.pt").input_count() == 1);
}

TEST_CASE("that a written file does not load is not the user's fault") {
  const TemporaryFolder folder;
  put(folder / "model.int8.pt", "no model");
  try {
    (void)load_back(folder / "model.int8.pt", "source.pt");
    FAIL("it loaded");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUnquantizable);
    CHECK(error.complaint().where == "source.pt");
    CHECK_THAT(error.complaint().got, contains("model.int8.pt: "));
  }
}

TEST_CASE("what is no fault of the file stays what it is") {
  const auto no_memory = [](const std::string&) -> Model {
    throw Error(ErrorKind::kMachine, {.what = "no memory", .fix = "buy some"});
  };
  CHECK_THROWS_WITH(load_back("x.pt", "source.pt", +no_memory), contains("no memory"));
}
