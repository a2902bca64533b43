#include "job/tuning/budget.h"

#include "catch.h"

using namespace qtool;

namespace {

class Told : public Progress {
 public:
  void stage(const std::string& name) override { text += name + "; "; }
  void update(int64_t done, int64_t total, const std::string& what) override {
    text += what + " " + std::to_string(done) + "/" + std::to_string(total) + "; ";
  }
  std::string text;
};

}  // namespace

TEST_CASE("progress is passed on while there is time") {
  Told told;
  Budget budget(told, 3600);
  CHECK_NOTHROW(budget.stage("trial 1"));
  CHECK_NOTHROW(budget.update(2, 5, "screen"));
  CHECK_NOTHROW(budget.check());
  CHECK(told.text == "trial 1; screen 2/5; ");
}

TEST_CASE("behind its end, or that of what is kept back, work is stopped, and what it told passed on") {
  Told told;
  Budget over(told, 0);
  CHECK_THROWS_AS(over.check(), OutOfTime);
  CHECK_THROWS_AS(over.stage("trial 2"), OutOfTime);
  CHECK_THROWS_AS(over.update(1, 2, "screen"), OutOfTime);
  CHECK(told.text == "trial 2; screen 1/2; ");
  Budget kept(told, 3600);
  kept.keep_back(3601);
  CHECK_THROWS_AS(kept.check(), OutOfTime);
  kept.keep_back(10);
  CHECK_NOTHROW(kept.check());
}
