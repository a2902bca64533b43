#include "job/options/common_options.h"

#include <sched.h>

#include "catch.h"

using namespace qtool;

namespace {

/// Lets this thread run on few processors, for a while.
class AffinityScope {
 public:
  explicit AffinityScope(int processors) {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t some;
    CPU_ZERO(&some);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&some) < processors; ++i)
      if (CPU_ISSET(i, &before_)) CPU_SET(i, &some);
    sched_setaffinity(0, sizeof some, &some);
  }
  AffinityScope(const AffinityScope&) = delete;
  AffinityScope& operator=(const AffinityScope&) = delete;
  ~AffinityScope() { sched_setaffinity(0, sizeof before_, &before_); }

 private:
  cpu_set_t before_;
};

}  // namespace

TEST_CASE("there is a thread for each processor that the process may run on") {
  const auto all = thread_count({});
  const AffinityScope one(1);
  CHECK(thread_count({}) == 1);
  CHECK(all >= 1);
}

TEST_CASE("a number of threads that is asked for stands") {
  const AffinityScope one(1);
  CommonOptions options;
  options.threads = 3;
  CHECK(thread_count(options) == 3);
}
