#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "graph/read/records.h"

namespace qtool {

/// A tensor of a .pt2 file.
struct Pt2Tensor {
  at::Tensor value;
  bool is_parameter = false;
};

/// The tensors that `config` describes, by name; those of one storage share it. `folder` holds their records, ends with
/// `/`. Throws Flaw where a tensor reaches beyond its record, is pickled, sparse or of a type that LibTorch has not.
[[nodiscard]] std::map<std::string, Pt2Tensor> read_pt2_tensors(const Records& records,
                                                                const std::string& folder,
                                                                const nlohmann::ordered_json& config);

/// The type for torch.export's own number of it; Flaw for others.
[[nodiscard]] at::ScalarType pt2_scalar_type(int64_t number);

/// Whether it is torch.export's number for dense tensors.
[[nodiscard]] bool is_pt2_strided(int64_t layout);

}  // namespace qtool
