#include "graph/read/refuse_model.h"

#include "base/error.h"

namespace qtool {

void refuse_model(const std::string& path, const std::string& what, const std::string& got,
                  const std::string& fix, const std::string& expected) {
  throw Error(ErrorKind::kUsage, {.what = what, .where = path, .got = got, .expected = expected, .fix = fix});
}

}  // namespace qtool
