#include "export/pt2/program.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/json_text.h"
#include "export/pt2/decomposed_ops.h"
#include "export/pt2/json_values.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;
using Json = nlohmann::ordered_json;

constexpr int64_t kPositional = 1, kKeyword = 2;

/// Parameters of our steps, in their order (torch/ao/quantization/fx/_decomposed.py).
const std::map<std::string, std::vector<const char*>>& parameters_of_steps() {
  static const std::map<std::string, std::vector<const char*>> table = {
      {kQuantize, {"input", "scale", "zero_point", "quant_min", "quant_max", "dtype"}},
      {kDequantize, {"input", "scale", "zero_point", "quant_min", "quant_max", "dtype"}},
      {kDequantizeChannels, {"input", "scales", "zero_points", "axis", "quant_min", "quant_max", "dtype"}}};
  return table;
}

bool is_step(const jit::Node* node) { return parameters_of_steps().count(node->kind().toQualString()) > 0; }

/// What only puts values together or takes them apart: the program has no node for it.
bool is_structure(const jit::Node* node) {
  static const std::set<c10::Symbol> kinds = {c10::prim::Constant,       c10::prim::GetAttr,
                                              c10::prim::ListConstruct,  c10::prim::ListUnpack,
                                              c10::prim::TupleConstruct, c10::prim::DictConstruct};
  return kinds.count(node->kind()) > 0;
}

bool is_tensor_list(const jit::Value* value) {
  const auto list = value->type()->cast<c10::ListType>();
  return list && (list->getElementType()->isSubtypeOf(*c10::TensorType::get()) ||
                  *list->getElementType() == *c10::OptionalType::create(c10::TensorType::get()));
}

bool makes_tensors(const jit::Node* node) {
  return std::any_of(node->outputs().begin(), node->outputs().end(),
                     [](const jit::Value* output) { return is_tensor(output) || is_tensor_list(output); });
}

/// An element of a list of tensors.
bool is_pick(const jit::Node* node) {
  return node->kind() == c10::aten::__getitem__ && is_tensor_list(node->input(0));
}

/// Of the dispatcher, which Python's torch.ops are: TorchScript has operators of its own besides.
bool is_known_to_python(const jit::Node* node) {
  const auto* schema = node->maybeSchema();
  return schema &&
         c10::Dispatcher::singleton().findSchema({schema->name(), schema->overload_name()}).has_value();
}

/// Operators whose outputs have as many values as the data say.
bool has_size_of_data(const jit::Node* node) {
  static const std::set<std::string> kinds = {"nonzero",    "masked_select",      "_unique2",
                                              "unique_dim", "unique_consecutive", "nonzero_numpy",
                                              "bincount",   "repeat_interleave"};
  return node->kind().is_aten() && kinds.count(short_kind(node)) > 0;
}

std::string why_not(const jit::Node* node) {
  if (!node->blocks().empty()) return "an if or a loop";
  if (node->kind() == c10::prim::SetAttr) return "a write of state, which no program here keeps";
  if (!makes_tensors(node) || is_structure(node) || is_step(node) || is_pick(node)) return "";
  // A trace's arithmetic with sizes, which the file has as expressions of its symbols.
  if (node->kind() == c10::prim::NumToTensor) return "";
  if (has_size_of_data(node)) return "the size of its result depends on data";
  return is_known_to_python(node) ? "" : "Python has no such operator";
}

std::string described(const jit::Node* node) {
  const auto source = source_of(node);
  return std::string(node->kind().toQualString()) + (source.empty() ? "" : " (" + source + ")");
}

/// A name for Python, which is no keyword of it.
std::string identifier(const std::string& name) {
  std::string result;
  for (const char c : name) result += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  if (result.empty() || std::isdigit(static_cast<unsigned char>(result[0]))) result = "op_" + result;
  return result;
}

class ProgramWriter {
 public:
  ProgramWriter(const jit::Module& module, const SizeRuns& runs, const Json& like)
      : module_(module), runs_(runs), like_(like), graph_(module.get_method("forward").graph()) {
    for (const auto& parameter : module.named_parameters()) parameters_.insert(parameter.name);
  }

  Pt2Program write() {
    for (const char* word : {"self", "x_", "None", "True", "False", "lambda", "in", "is", "if", "for"})
      taken_.insert(word);
    name_inputs();
    for (auto* node : graph_->nodes()) mark_if_it_writes(node);
    mark(graph_->outputs()[0]);
    for (auto* node : graph_->nodes())
      if (needed_.count(node)) write_node(node);
    Json outputs = Json::array(), output_specs = Json::array();
    write_outputs(graph_->outputs()[0], outputs, output_specs);
    return {.graph_module = graph_module(outputs, output_specs), .tensors = std::move(tensors_)};
  }

 private:
  // ---- what is needed

  /// What is written as a constant, or computed from sizes of inputs, needs nothing.
  void mark(const jit::Value* value) {
    auto* node = value->node();
    const bool is_computed = is_tensor(value) || is_tensor_list(value) || is_structure(node);
    if (!is_computed || !needed_.insert(node).second) return;
    for (const auto* input : node->inputs()) mark(input);
  }

  void mark_if_it_writes(const jit::Node* node) {
    const auto* schema = node->maybeSchema();
    if (schema && schema->is_mutable() && makes_tensors(node)) mark(node->output(0));
  }

  // ---- names

  std::string unique(const std::string& wanted) {
    const std::string base = identifier(wanted);
    for (int number = 0;; ++number) {
      auto name = number == 0 ? base : base + "_" + std::to_string(number);
      if (taken_.insert(name).second) return name;
    }
  }

  void name_inputs() {
    for (size_t i = 1; i < graph_->inputs().size(); ++i) input_values_.push_back(graph_->inputs()[i]);
    size_t next = 0;
    if (like_.is_null()) {
      for (const auto* value : input_values_) {
        const auto name = unique(value->debugNameBase());
        input_specs_.push_back({{"user_input", {{"arg", tensor(name)}}}});
        inputs_.push_back(tensor(name));
        bind(value, name);
      }
      return;
    }
    for (const Json& spec : like_.at("signature").at("input_specs")) {
      if (spec.contains("user_input")) {
        const Json& argument = spec.at("user_input").at("arg");
        inputs_.push_back(argument);
        if (argument.contains("as_tensor")) {
          const auto name = argument.at("as_tensor").at("name").get<std::string>();
          QTOOL_ASSERT(next < input_values_.size());
          taken_.insert(name);
          bind(input_values_[next++], name);
        }
      } else if (spec.contains("constant_input")) {
        inputs_.push_back(spec.at("constant_input").at("value"));
      } else {
        continue;
      }
      input_specs_.push_back(spec);
    }
    QTOOL_ASSERT(next == input_values_.size());
  }

  static Json tensor(const std::string& name) { return {{"as_tensor", {{"name", name}}}}; }

  void bind(const jit::Value* value, const std::string& name) {
    names_[value] = name;
    tensor_values_[name] = meta(value);
  }

  Json meta(const jit::Value* value) {
    const auto& seen = runs_.seen(value);
    std::vector<SizeExpression> sizes;
    Json size_texts = Json::array(), stride_texts = Json::array();
    for (size_t i = 0; i < seen.sizes.size(); ++i) {
      sizes.push_back(expression_or_hint(runs_.size(value, i)));
      size_texts.push_back(pt2_size(sizes[i], seen.sizes[i]));
    }
    for (size_t i = 0; i < seen.sizes.size(); ++i)
      stride_texts.push_back(pt2_size(stride(value, i, sizes), seen.strides[i]));
    return pt2_tensor_meta(seen.type, size_texts, stride_texts);
  }

  /// Compilers compute the sizes inside anew, so that a number does where no expression is known.
  SizeExpression expression_or_hint(const SizeRuns::Numbers& numbers) const {
    if (auto expression = runs_.expression(numbers)) return *expression;
    return *runs_.expression({numbers[0]});
  }

  /// Where no expression is known, that of a contiguous tensor.
  SizeExpression stride(const jit::Value* value, size_t axis,
                        const std::vector<SizeExpression>& sizes) const {
    const auto numbers = runs_.stride(value, axis);
    if (auto expression = runs_.expression(numbers)) return *expression;
    const auto& seen = runs_.seen(value);
    int64_t product = 1;
    std::optional<SizeExpression> expression;
    for (size_t i = axis + 1; i < sizes.size(); ++i) {
      product *= seen.sizes[i];
      if (seen.sizes[i] != 1) expression = expression ? product_of(*expression, sizes[i]) : sizes[i];
    }
    return expression && product == numbers[0] ? *expression : *runs_.expression({numbers[0]});
  }

  // ---- tensors that are read

  std::string name_of_tensor(const std::string& path, const at::Tensor& value) {
    const auto known = tensor_names_.find(path);
    if (known != tensor_names_.end()) return known->second;
    const bool is_parameter = parameters_.count(path) > 0 && value.is_floating_point();
    auto name = unique((is_parameter ? "p_" : "b_") + path);
    tensor_names_[path] = name;
    const auto stored = value.detach().contiguous();
    tensors_.push_back({path, stored, is_parameter});
    tensor_values_[name] = pt2_tensor_meta(stored);
    return name;
  }

  /// The name of a tensor that stands in the graph, or of an attribute; empty for what a node makes.
  std::string name_of_stored(const jit::Value* value) {
    if (const auto path = attribute_path(value))
      return name_of_tensor(*path, find_attribute(module_, *path)->toTensor());
    if (value->node()->kind() != c10::prim::Constant) return "";
    const auto constant = jit::toIValue(value);
    if (!constant || !constant->isTensor()) return "";
    const auto& known =
        constant_paths_.emplace(value, "constant_" + std::to_string(constant_paths_.size())).first;
    return name_of_tensor(known->second, constant->toTensor());
  }

  std::string name_of(const jit::Value* value) {
    if (const auto known = names_.find(value); known != names_.end()) return known->second;
    const auto name = name_of_stored(value);
    QTOOL_ASSERT(!name.empty());
    return names_[value] = name;
  }

  // ---- arguments

  static bool is_none(const jit::Value* value) {
    const auto constant = jit::toIValue(value);
    return constant && constant->isNone();
  }

  Json argument(const jit::Value* value, const std::string& parameter, const c10::TypePtr& type) {
    if (is_none(value)) return {{"as_none", true}};
    if (is_tensor(value) || attribute_path(value)) return tensor(name_of(value));
    if (is_tensor_list(value)) return list_of_tensors(value, type);
    if (const auto constant = runs_.constant(value)) {
      if (constant->isTensor()) return tensor(name_of(value));
      return pt2_constant(*constant, parameter, type);
    }
    if (value->type()->cast<c10::ListType>()) return list_of_sizes(value);
    if (*value->type() == *c10::IntType::get()) return computed(runs_.number(value), value);
    throw refusal(value);
  }

  Json list_of_tensors(const jit::Value* value, const c10::TypePtr& type) {
    const auto list = type->cast<c10::ListType>();
    const bool optional = list && list->getElementType()->cast<c10::OptionalType>();
    Json items = Json::array();
    if (const auto known = lists_.find(value); known != lists_.end()) {
      for (const auto& name : known->second) items.push_back(optional ? tensor(name) : Json{{"name", name}});
    } else {
      if (value->node()->kind() != c10::prim::ListConstruct) throw refusal(value);
      for (const auto* item : value->node()->inputs()) {
        if (is_none(item))
          items.push_back({{"as_none", true}});
        else
          items.push_back(optional ? tensor(name_of(item)) : Json{{"name", name_of(item)}});
      }
    }
    return {{optional ? "as_optional_tensors" : "as_tensors", items}};
  }

  Json list_of_sizes(const jit::Value* value) {
    const auto& seen = runs_.seen(value).other;
    if (!seen.isIntList()) throw refusal(value);
    Json items = Json::array();
    for (size_t i = 0; i < seen.toIntVector().size(); ++i)
      items.push_back(computed(runs_.element(value, i), value).at("as_sym_int"));
    return {{"as_sym_ints", items}};
  }

  /// A number that follows from sizes of inputs.
  Json computed(const SizeRuns::Numbers& numbers, const jit::Value* value) {
    const auto expression = runs_.expression(numbers);
    if (!expression) throw refusal(value);
    return {{"as_sym_int", computed(*expression, numbers[0])}};
  }

  static Error refusal(const jit::Value* value) {
    return Error(ErrorKind::kUnquantizable,
                 {.what = "a program of torch.export cannot say how a value is computed",
                  .where = value->debugName() + " of " + described(value->node()),
                  .got = value->type()->str(),
                  .expected = "sizes that are sums and products of those of the inputs",
                  .fix = "leave this target out of --target"});
  }

  /// A SymIntArgument, and the nodes that compute it.
  Json computed(const SizeExpression& expression, int64_t hint) {
    if (expression.function == "Integer") return {{"as_int", expression.number}};
    if (const auto known = computed_.find(expression.text); known != computed_.end())
      return {{"as_name", known->second}};
    const auto name = expression.function == "Symbol" ? write_size(expression) : write_arithmetic(expression);
    sym_int_values_[name] = pt2_size(expression, hint);
    computed_[expression.text] = name;
    return {{"as_name", name}};
  }

  std::string write_size(const SizeExpression& symbol) {
    for (const auto* input : input_values_)
      for (size_t axis = 0; axis < runs_.seen(input).sizes.size(); ++axis) {
        const auto size = runs_.expression(runs_.size(input, axis));
        if (!size || size->text != symbol.text) continue;
        auto name = unique("sym_size");
        nodes_.push_back(node("torch.ops.aten.sym_size.int",
                              Json::array({named("self", tensor(name_of(input)), kPositional),
                                           named("dim", {{"as_int", int64_t(axis)}}, kPositional)}),
                              Json::array({{{"as_sym_int", {{"as_name", name}}}}}), name));
        return name;
      }
    throw Error(ErrorKind::kUnquantizable, {.what = "a size of the program is no size of an input",
                                            .got = symbol.text,
                                            .expected = "an input that has it",
                                            .fix = "export the program with simpler dynamic_shapes"});
  }

  std::string write_arithmetic(const SizeExpression& expression) {
    static const std::map<std::string, const char*> operators = {
        {"Add", "add"},           {"Mul", "mul"}, {"FloorDiv", "floordiv"},
        {"CleanDiv", "floordiv"}, {"Mod", "mod"}, {"PythonMod", "mod"}};
    const auto found = operators.find(expression.function);
    if (found == operators.end())
      throw Error(ErrorKind::kUnquantizable,
                  {.what = "a size of the program is computed in a way that qtool cannot write",
                   .got = expression.text,
                   .expected = "sums, products and quotients",
                   .fix = "leave this target out of --target"});
    const auto operand = [&](const SizeExpression& of) {
      return Json{{"as_sym_int", computed(of, hint_of(of))}};
    };
    Json left = operand(expression.operands[0]);
    std::string name;
    for (size_t i = 1; i < expression.operands.size(); ++i) {
      name = unique(found->second);
      nodes_.push_back(node(std::string("_operator.") + found->second,
                            Json::array({named("a", left, kPositional),
                                         named("b", operand(expression.operands[i]), kPositional)}),
                            Json::array({{{"as_sym_int", {{"as_name", name}}}}}), name));
      left = {{"as_sym_int", {{"as_name", name}}}};
      sym_int_values_[name] = pt2_size(expression, hint_of(expression));
    }
    return name;
  }

  int64_t hint_of(const SizeExpression& expression) const {
    return expression.evaluate(runs_.hints()).value_or(0);
  }

  // ---- nodes

  static Json named(const std::string& name, const Json& argument, int64_t kind) {
    return {{"name", name}, {"arg", argument}, {"kind", kind}};
  }

  static Json node(const std::string& target, const Json& inputs, const Json& outputs,
                   const std::string& name, const Json& metadata = Json::object()) {
    return {{"target", target},
            {"inputs", inputs},
            {"outputs", outputs},
            {"metadata", metadata},
            {"is_hop_single_tensor_return", nullptr},
            {"name", name}};
  }

  void write_node(jit::Node* node) {
    if (node->kind() == c10::prim::ListUnpack) return unpack(node);
    if (is_structure(node)) return;
    if (is_pick(node)) return pick(node);
    const auto inputs = is_step(node) ? step_inputs(node) : operator_inputs(node);
    Json outputs = Json::array();
    for (const auto* output : node->outputs()) outputs.push_back(made(output));
    const auto name = outputs.size() == 1 && outputs[0].contains("as_tensor")
                          ? outputs[0].at("as_tensor").at("name").get<std::string>()
                          : unique(node->output(0)->debugName());
    nodes_.push_back(this->node(target_of(node), inputs, outputs, name, metadata_of(node)));
  }

  static std::string target_of(const jit::Node* node) {
    std::string name = node->kind().toQualString();
    name.replace(name.find("::"), 2, ".");
    const auto overload = is_step(node) ? "" : node->schema().overload_name();
    return "torch.ops." + name + "." + (overload.empty() ? "default" : overload);
  }

  static Json metadata_of(const jit::Node* node) {
    Json metadata = Json::object();
    const auto site = c10::Symbol::attr(kSiteOfNode);
    if (is_step(node) && node->hasAttribute(site))
      metadata["custom"] = json_line({{kSiteOfNode, node->s(site)}});
    return metadata;
  }

  Json step_inputs(const jit::Node* node) {
    const auto& parameters = parameters_of_steps().at(node->kind().toQualString());
    Json inputs = Json::array();
    for (size_t i = 0; i < parameters.size(); ++i)
      inputs.push_back(
          named(parameters[i], argument(node->input(i), parameters[i], node->input(i)->type()), kPositional));
    return inputs;
  }

  /// Without defaults behind the last argument that is none.
  Json operator_inputs(const jit::Node* node) {
    if (const auto why = why_not(node); !why.empty())
      throw Error(ErrorKind::kUnquantizable,
                  {.what = "an operator cannot be written into a program of torch.export",
                   .where = described(node),
                   .got = why,
                   .expected = "operators of PyTorch in a straight line",
                   .fix = "leave this target out of --target"});
    const auto& parameters = node->schema().arguments();
    Json inputs = Json::array();
    size_t positional = 0;
    for (size_t i = 0; i < parameters.size(); ++i)
      if (!parameters[i].kwarg_only() && !is_default(node->input(i), parameters[i])) positional = i + 1;
    for (size_t i = 0; i < parameters.size(); ++i) {
      const auto& parameter = parameters[i];
      if (parameter.kwarg_only() ? is_default(node->input(i), parameter) : i >= positional) continue;
      inputs.push_back(named(parameter.name(), argument(node->input(i), parameter.name(), parameter.type()),
                             parameter.kwarg_only() ? kKeyword : kPositional));
    }
    return inputs;
  }

  bool is_default(const jit::Value* value, const c10::Argument& parameter) const {
    const auto& otherwise = parameter.default_value();
    if (!otherwise) return false;
    if (is_none(value)) return otherwise->isNone();
    if (is_tensor(value) || is_tensor_list(value)) return false;
    const auto constant = runs_.constant(value);
    return constant && !constant->isTensor() && *constant == *otherwise;
  }

  /// What a node makes, an Argument.
  Json made(const jit::Value* output) {
    if (is_tensor(output)) {
      const auto name = unique(output->debugName());
      bind(output, name);
      return tensor(name);
    }
    if (!is_tensor_list(output)) throw refusal(output);
    const auto* unpack = sole_unpack(output);
    auto& names = lists_[output];
    Json items = Json::array();
    for (size_t i = 0; i < runs_.seen(output).count; ++i) {
      if (!unpack) throw refusal(output);
      names.push_back(unique(unpack->output(i)->debugName()));
      bind(unpack->output(i), names.back());
      items.push_back({{"name", names.back()}});
    }
    return {{"as_tensors", items}};
  }

  static const jit::Node* sole_unpack(const jit::Value* list) {
    for (const auto& use : list->uses())
      if (use.user->kind() == c10::prim::ListUnpack) return use.user;
    return nullptr;
  }

  /// Names of a second ListUnpack of the same list.
  void unpack(const jit::Node* node) {
    const auto known = lists_.find(node->input(0));
    for (size_t i = 0; i < node->outputs().size(); ++i) {
      if (names_.count(node->output(i)) || !is_tensor(node->output(i))) continue;
      if (known != lists_.end())
        names_[node->output(i)] = known->second.at(i);
      else
        names_[node->output(i)] = name_of(node->input(0)->node()->input(i));
    }
  }

  void pick(const jit::Node* node) {
    const auto known = lists_.find(node->input(0));
    const auto index = runs_.constant(node->input(1));
    if (known == lists_.end() || !index || !index->isInt()) throw refusal(node->output());
    const int64_t count = int64_t(known->second.size());
    const int64_t at = index->toInt() < 0 ? index->toInt() + count : index->toInt();
    names_[node->output()] = known->second.at(size_t(at));
  }

  // ---- outputs

  void write_outputs(const jit::Value* value, Json& outputs, Json& specs) {
    const auto kind = value->node()->kind();
    if (kind == c10::prim::TupleConstruct || (kind == c10::prim::ListConstruct && !is_none(value))) {
      for (const auto* item : value->node()->inputs()) write_outputs(item, outputs, specs);
    } else if (kind == c10::prim::DictConstruct) {
      for (size_t i = 1; i < value->node()->inputs().size(); i += 2)
        write_outputs(value->node()->input(i), outputs, specs);
    } else if (const auto list = lists_.find(value); list != lists_.end()) {
      for (const auto& name : list->second) write_output(tensor(name), outputs, specs);
    } else {
      write_output(argument(value, "", value->type()), outputs, specs);
    }
  }

  static void write_output(const Json& argument, Json& outputs, Json& specs) {
    outputs.push_back(argument);
    specs.push_back({{"user_output", {{"arg", argument}}}});
  }

  static Json tree(const char* type, const Json& context, const Json& children) {
    return {{"type", type ? Json(type) : Json()}, {"context", context}, {"children_spec", children}};
  }
  static Json leaf() { return tree(nullptr, nullptr, Json::array()); }

  /// How outputs are nested.
  Json tree_of(const jit::Value* value) const {
    const auto* node = value->node();
    Json children = Json::array();
    if (node->kind() == c10::prim::DictConstruct) {
      Json keys = Json::array();
      for (size_t i = 0; i < node->inputs().size(); i += 2) {
        const auto key = jit::toIValue(node->input(i));
        if (!key || !key->isString()) throw refusal(value);
        keys.push_back(key->toStringRef());
        children.push_back(tree_of(node->input(i + 1)));
      }
      return tree("builtins.dict", json_line(keys), children);
    }
    if (const auto list = lists_.find(value); list != lists_.end()) {
      for (size_t i = 0; i < list->second.size(); ++i) children.push_back(leaf());
      return tree("builtins.list", "null", children);
    }
    const bool is_list = node->kind() == c10::prim::ListConstruct;
    if (!is_list && node->kind() != c10::prim::TupleConstruct) return leaf();
    for (const auto* item : node->inputs()) children.push_back(tree_of(item));
    return tree(is_list ? "builtins.list" : "builtins.tuple", "null", children);
  }

  static std::string spec(const Json& tree) { return json_line(Json::array({1, tree})); }

  /// The signature of the whole, an entry of module_call_graph.
  Json root() const {
    if (!like_.is_null()) return like_.at("module_call_graph").at(0);
    Json leaves = Json::array(), names = Json::array();
    for (const auto* input : input_values_) {
      leaves.push_back(leaf());
      names.push_back(names_.at(input));
    }
    const Json inputs = tree(
        "builtins.tuple", "null",
        Json::array({tree("builtins.tuple", "null", leaves), tree("builtins.dict", "[]", Json::array())}));
    return {{"fqn", ""},
            {"signature",
             {{"inputs", Json::array()},
              {"outputs", Json::array()},
              {"in_spec", spec(inputs)},
              {"out_spec", spec(tree_of(graph_->outputs()[0]))},
              {"forward_arg_names", names}}}};
  }

  Json graph_module(const Json& outputs, const Json& output_specs) const {
    Json inputs = Json::array(), specs = Json::array();
    for (const auto& stored : tensors_) {
      const auto& name = tensor_names_.at(stored.name);
      inputs.push_back(tensor(name));
      Json argument = {{"name", name}};
      if (stored.is_parameter)
        specs.push_back({{"parameter", {{"arg", argument}, {"parameter_name", stored.name}}}});
      else
        specs.push_back(
            {{"buffer", {{"arg", argument}, {"buffer_name", stored.name}, {"persistent", true}}}});
    }
    inputs.insert(inputs.end(), inputs_.begin(), inputs_.end());
    specs.insert(specs.end(), input_specs_.begin(), input_specs_.end());
    return {{"graph",
             {{"inputs", inputs},
              {"outputs", outputs},
              {"nodes", nodes_},
              {"tensor_values", tensor_values_},
              {"sym_int_values", sym_int_values_},
              {"sym_bool_values", Json::object()},
              {"is_single_tensor_return", false},
              {"custom_obj_values", Json::object()},
              {"sym_float_values", Json::object()}}},
            {"signature", {{"input_specs", specs}, {"output_specs", output_specs}}},
            {"module_call_graph", Json::array({root()})},
            {"metadata", Json::object()},
            {"treespec_namedtuple_fields", like_.is_null() || !like_.contains("treespec_namedtuple_fields")
                                               ? Json::object()
                                               : like_.at("treespec_namedtuple_fields")}};
  }

  const jit::Module& module_;
  const SizeRuns& runs_;
  const Json& like_;
  std::shared_ptr<jit::Graph> graph_;
  std::set<std::string> parameters_;
  std::unordered_set<const jit::Node*> needed_;
  std::vector<const jit::Value*> input_values_;
  std::set<std::string> taken_;
  std::unordered_map<const jit::Value*, std::string> names_;
  std::unordered_map<const jit::Value*, std::vector<std::string>> lists_;  ///< of tensors, by their elements
  std::map<std::string, std::string> tensor_names_;                        ///< by path
  std::unordered_map<const jit::Value*, std::string> constant_paths_;
  std::map<std::string, std::string> computed_;  ///< names of sizes, by their expression
  std::vector<ProgramTensor> tensors_;
  Json inputs_ = Json::array(), input_specs_ = Json::array(), nodes_ = Json::array();
  Json tensor_values_ = Json::object(), sym_int_values_ = Json::object();
};

}  // namespace

Pt2Program program_of(const jit::Module& module, const SizeRuns& runs, const Json& like) {
  return ProgramWriter(module, runs, like).write();
}

std::vector<std::string> why_no_program(const jit::Module& module) {
  std::vector<std::string> reasons;
  for (const auto* node : module.get_method("forward").graph()->nodes())
    if (const auto why = why_not(node); !why.empty()) reasons.push_back(described(node) + ": " + why);
  return reasons;
}

}  // namespace qtool
