#pragma once
#include <ATen/core/Tensor.h>

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "export/pt2/size_expression.h"

namespace qtool {

/// A size that may be another at each run.
struct ProgramSymbol {
  SizeExpression expression;
  int64_t hint = 2;  ///< a value that it can have
  int64_t least = 1, most = INT64_MAX;
};

/// A tensor that the program takes.
struct ProgramInput {
  at::ScalarType type;
  std::vector<SizeExpression> sizes;
};

/// What a program takes, and what is known of sizes.
struct ProgramInputs {
  std::vector<ProgramInput> inputs;
  std::vector<ProgramSymbol> symbols;
  std::vector<SizeExpression> known;  ///< expressions that sizes inside may be
};

/// Those of models/model.json. Throws Error(kUnquantizable) where an input's size is no expression of symbols, or a
/// symbol stands for what data decide.
[[nodiscard]] ProgramInputs inputs_of_program(const nlohmann::ordered_json& program);

/// Of what one run takes. `any_batch`: the first size, where it is the same for all, is a symbol; the others are fixed.
[[nodiscard]] ProgramInputs inputs_like(const std::vector<at::Tensor>& example, bool any_batch);

}  // namespace qtool
