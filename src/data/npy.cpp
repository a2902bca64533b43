#include "data/kinds.h"
#include "data/npy_header.h"

namespace qtool {

std::unique_ptr<Dataset> open_npy(const DataSpec& spec) {
  return dataset_of_arrays({open_npy_array(open_plain(spec.path))}, {});
}

}  // namespace qtool
