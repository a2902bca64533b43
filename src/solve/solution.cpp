#include "solve/solution.h"

namespace qtool {

Solution shared(const Solution& solution) {
  return {solution.model.shared(), solution.plan, solution.qparams};
}

}  // namespace qtool
