#include "graph/tensor_inputs.h"

#include <torch/csrc/jit/api/module.h>

#include "base/error.h"

namespace qtool {
namespace {

[[noreturn]] void refuse_input(const std::string& name, const c10::TypePtr& type) {
  const bool holds_tensors = !type->containedTypes().empty();
  throw Error(
      ErrorKind::kUsage,
      {.what = "the model takes an input that is no tensor and no number",
       .where = "forward()",
       .got = name + ": " + type->annotation_str(),
       .expected = "tensors, numbers, and other arguments with a default value",
       .fix = holds_tensors
                  ? "save a module whose forward() takes one tensor after the other, and calls this one"
                  : "give it a default value, e.g. " + name + ": " + type->annotation_str() +
                        " = ..., or save a module that calls this one with a fixed value"});
}

}  // namespace

bool is_number(const c10::Type& type) {
  return type.kind() == c10::TypeKind::IntType || type.kind() == c10::TypeKind::FloatType ||
         type.kind() == c10::TypeKind::BoolType;
}

std::vector<std::string> tensor_inputs(const Model& model) {
  const auto& arguments = model.module().get_method("forward").function().getSchema().arguments();
  auto names = model.input_names();
  for (size_t i = 1, k = 0; i < arguments.size(); ++i) {
    if (arguments[i].default_value()) continue;
    const auto& type = arguments[i].type();
    if (!is_number(*type) && !type->isSubtypeOf(*c10::OptionalType::ofTensor())) refuse_input(names[k], type);
    ++k;
  }
  return names;
}

}  // namespace qtool
