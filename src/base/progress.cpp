#include "base/progress.h"

#include "base/interrupt.h"

namespace qtool {

void Progress::stage(const std::string&) { throw_if_interrupted(); }
void Progress::update(int64_t, int64_t, const std::string&) { throw_if_interrupted(); }

}  // namespace qtool
