#include "graph/user_module.h"

#include <ATen/ops/scalar_tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <map>
#include <sstream>

#include "base/error.h"
#include "base/machine_failure.h"
#include "graph/ir/attributes.h"
#include "graph/ir/run_failure.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

bool takes_one_tensor(const c10::Argument& argument) {
  return argument.type()->kind() == c10::TypeKind::TensorType;
}

bool takes_tensors(const c10::Argument& argument) {
  return takes_one_tensor(argument) || argument.type()->isSubtypeOf(*c10::ListType::ofTensors());
}

std::string shapes_of(const std::vector<TensorList>& arguments) {
  std::ostringstream text;
  for (const auto& tensors : arguments) {
    text << (&tensors == arguments.data() ? "" : "; ");
    for (const auto& tensor : tensors)
      text << (&tensor == tensors.data() ? "" : ", ") << tensor.toString() << tensor.sizes();
  }
  return text.str();
}

std::string signature(const std::string& method, const std::vector<std::string>& names) {
  std::string text = method + "(self";
  for (const auto& name : names) text += ", " + name;
  return text + ")";
}

/// `update(Tensor outputs, Tensor targets)`
std::string schema_text(const c10::FunctionSchema& schema) {
  std::ostringstream text;
  text << schema.name() << "(";
  for (size_t i = 1; i < schema.arguments().size(); ++i)
    text << (i > 1 ? ", " : "") << schema.arguments()[i].type()->repr_str() << " "
         << schema.arguments()[i].name();
  text << ")";
  return text.str();
}

}  // namespace

struct UserModule::Impl {
  /// `state`: that in which it begins.
  Impl(const jit::Module& state, std::string file)
      : module(copy_of(state)), initial(state), where(std::move(file)) {}

  jit::Module module;
  jit::Module initial;  ///< is never called
  std::string where;
  std::map<std::string, std::unique_ptr<jit::Code>> codes = {};  ///< of methods, made at the first call

  [[nodiscard]] const c10::FunctionSchema& schema(const std::string& method) const {
    return module.get_method(method).function().getSchema();
  }
  const jit::Code& code(const std::string& method) {
    auto& code = codes[method];
    if (!code) {
      auto graph = module.get_method(method).graph()->copy();
      jit::Inline(*graph);
      code = std::make_unique<jit::Code>(graph, method);
    }
    return *code;
  }
  [[nodiscard]] std::optional<c10::IValue> attribute(const std::string& name) const {
    if (module.hasattr(name)) return module.attr(name);
    if (const auto constant = module.type()->findConstant(name)) return *constant;
    return std::nullopt;
  }
  [[noreturn]] void refuse_type(const std::string& name, const c10::IValue& value,
                                const char* expected) const {
    throw Error(ErrorKind::kUsage, {.what = "the attribute '" + name + "' is of another type",
                                    .where = where,
                                    .got = value.tagKind(),
                                    .expected = expected,
                                    .fix = "set it so in __init__(), and save the module again"});
  }
};

UserModule::UserModule(const jit::Module& module, std::string where)
    : impl_(std::make_shared<Impl>(module, std::move(where))) {}
UserModule::UserModule(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
UserModule::UserModule(const UserModule&) = default;
UserModule& UserModule::operator=(const UserModule&) = default;
UserModule::~UserModule() = default;

const std::string& UserModule::where() const { return impl_->where; }

UserModule UserModule::fresh() const { return UserModule(impl_->initial, impl_->where); }

bool UserModule::has(const std::string& method) const {
  return impl_->module.find_method(method).has_value();
}

std::optional<bool> UserModule::flag(const std::string& name) const {
  const auto value = impl_->attribute(name);
  if (!value) return std::nullopt;
  if (!value->isBool()) impl_->refuse_type(name, *value, "True or False");
  return value->toBool();
}

std::optional<std::string> UserModule::text(const std::string& name) const {
  const auto value = impl_->attribute(name);
  if (!value) return std::nullopt;
  if (!value->isString()) impl_->refuse_type(name, *value, "a str");
  return value->toStringRef();
}

void UserModule::check_arguments(const std::string& method, const std::vector<std::string>& names) const {
  const auto& schema = impl_->schema(method);
  const auto& arguments = schema.arguments();
  bool fits = arguments.size() > names.size();
  for (size_t i = 1; fits && i < arguments.size(); ++i)
    fits = i <= names.size() ? takes_tensors(arguments[i]) : arguments[i].default_value().has_value();
  if (fits) return;
  throw Error(ErrorKind::kUsage, {.what = method + "() takes other arguments than it is given",
                                  .where = where(),
                                  .got = schema_text(schema),
                                  .expected = signature(method, names) +
                                              (names.empty() ? "" : ", each a Tensor or a List[Tensor]"),
                                  .fix = "change the method in Python, and save the module again"});
}

at::Tensor UserModule::call(const std::string& method, const std::vector<TensorList>& arguments) const {
  const auto& schema = impl_->schema(method).arguments();
  jit::Stack stack{impl_->module._ivalue()};
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = schema.at(i + 1);
    if (!takes_one_tensor(argument)) {
      stack.emplace_back(c10::List<at::Tensor>(at::ArrayRef<at::Tensor>(arguments[i])));
    } else if (arguments[i].size() == 1) {
      stack.emplace_back(arguments[i][0]);
    } else {
      throw Error(ErrorKind::kUsage,
                  {.what = method + "() takes one tensor as '" + argument.name() + "', and there " +
                           (arguments[i].empty() ? "is none" : "are several"),
                   .where = where(),
                   .got = std::to_string(arguments[i].size()) + " tensors: " + shapes_of({arguments[i]}),
                   .expected = "one tensor",
                   .fix = "declare the argument as List[torch.Tensor]"});
    }
  }
  for (size_t i = stack.size(); i < schema.size(); ++i) stack.push_back(*schema[i].default_value());
  try {
    jit::InterpreterState(impl_->code(method)).run(stack);
  } catch (const std::exception& error) {
    rethrow_if_not_to_blame(error);
    const auto line = blamed_line(error.what());
    throw Error(ErrorKind::kUsage,
                {.what = method + "() fails: " + essence(error.what()),
                 .where = where() + (line.empty() ? "" : ", " + line),
                 .got = shapes_of(arguments),
                 .expected = "a method that runs on what the model gives and the data holds",
                 .fix = "call it in Python with tensors of these types and shapes"});
  }
  const c10::IValue result = stack.empty() ? c10::IValue() : stack.back();
  if (result.isNone()) return {};
  if (result.isTensor()) return result.toTensor();
  if (result.isDouble()) return at::scalar_tensor(result.toDouble(), at::kDouble);
  if (result.isInt()) return at::scalar_tensor(result.toInt(), at::kLong);
  throw Error(ErrorKind::kUsage, {.what = method + "() returns what is no number and no tensor",
                                  .where = where(),
                                  .got = result.tagKind(),
                                  .expected = "a Tensor, a float or an int",
                                  .fix = "change the method in Python, and save the module again"});
}

}  // namespace qtool
