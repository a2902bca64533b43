#include "graph/read/pt2_graph.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/json_text.h"
#include "graph/ir/attributes.h"
#include "graph/ir/module_place.h"
#include "graph/read/allowed_operators.h"
#include "graph/read/flaw.h"
#include "graph/read/pt2_values.h"

namespace qtool {
namespace {

namespace jit = torch::jit;
using Json = nlohmann::ordered_json;

/// Python's own functions of sizes.
constexpr std::pair<const char*, const char*> kScalarOperators[] = {{"_operator.add", "aten::add"},
                                                                    {"_operator.sub", "aten::sub"},
                                                                    {"_operator.mul", "aten::mul"},
                                                                    {"_operator.truediv", "aten::div"},
                                                                    {"_operator.floordiv", "aten::floordiv"},
                                                                    {"_operator.mod", "aten::remainder"},
                                                                    {"_operator.neg", "aten::neg"},
                                                                    {"_operator.pow", "aten::pow"},
                                                                    {"_operator.eq", "aten::eq"},
                                                                    {"_operator.ne", "aten::ne"},
                                                                    {"_operator.lt", "aten::lt"},
                                                                    {"_operator.le", "aten::le"},
                                                                    {"_operator.gt", "aten::gt"},
                                                                    {"_operator.ge", "aten::ge"},
                                                                    {"_operator.and_", "aten::__and__"},
                                                                    {"_operator.or_", "aten::__or__"},
                                                                    {"math.ceil", "aten::ceil"},
                                                                    {"math.floor", "aten::floor"},
                                                                    {"math.trunc", "aten::Int"},
                                                                    {"torch.sym_float", "aten::Float"},
                                                                    {"torch.sym_int", "aten::Int"},
                                                                    {"torch.sym_max", "prim::max"},
                                                                    {"torch.sym_min", "prim::min"},
                                                                    {"torch.sym_not", "aten::__not__"}};
/// What only checks what export has assumed.
constexpr std::array kChecks = {"_assert_scalar", "_assert_tensor_metadata", "_assert_async",
                                "sym_constrain_range"};

constexpr const char* kTorchOps = "torch.ops.";
constexpr const char* kInlined = "torch.ops.higher_order.wrap_with_set_grad_enabled";

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::string metadata_of(const Json& node, const char* key) {
  const auto metadata = node.find("metadata");
  return metadata != node.end() && metadata->contains(key) ? metadata->at(key).get<std::string>() : "";
}

/// The paths of all modules.
std::set<std::string> modules_of(const Json& call_graph) {
  std::set<std::string> paths;
  for (const Json& entry : call_graph) paths.insert(entry.at("fqn").get<std::string>());
  return paths;
}

/// The innermost module of `key,path,type;key,path,type`.
ModulePlace place_in(const std::set<std::string>& modules, const Json& node) {
  ModulePlace place;
  for (const std::string& entry : split(metadata_of(node, "nn_module_stack"), ';')) {
    const auto parts = split(entry, ',');
    if (parts.size() >= 3 && modules.count(parts[1])) place.path = parts[1];
  }
  const auto next = modules.lower_bound(place.path + ".");
  place.is_leaf = next == modules.end() || !next->starts_with(place.path + ".");
  return place;
}

/// `File "net.py", line 12, in forward` and the line itself, of the innermost frame that is not PyTorch's.
jit::SourceRange range_of(const Json& node) {
  const auto lines = split(metadata_of(node, "stack_trace"), '\n');
  std::string file, code;
  size_t number = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto begin = lines[i].find("File \""), end = lines[i].find("\", line ");
    if (begin == std::string::npos || end == std::string::npos) continue;
    const std::string name = lines[i].substr(begin + 6, end - begin - 6);
    if (!file.empty() && name.find("torch/") != std::string::npos) continue;
    file = name;
    number = size_t(std::max(0, std::atoi(lines[i].c_str() + end + 8)));
    code = i + 1 < lines.size()
               ? lines[i + 1].substr(std::min(lines[i + 1].find_first_not_of(' '), lines[i + 1].size()))
               : "";
  }
  if (file.empty()) return {};
  const auto source = std::make_shared<jit::Source>(code, file, number);
  return jit::SourceRange(source, 0, code.size());
}

/// `aten::add` and `Tensor` for `torch.ops.aten.add.Tensor`.
c10::OperatorName operator_of(const std::string& target) {
  const auto parts = split(target.substr(std::string(kTorchOps).size()), '.');
  if (parts.size() != 3) throw Flaw("the operator " + target, "torch.ops.NAMESPACE.NAME.OVERLOAD");
  return {parts[0] + "::" + parts[1], parts[2] == "default" ? "" : parts[2]};
}

const Json* argument_named(const Json& node, const std::string& name) {
  for (const Json& input : node.at("inputs"))
    if (input.at("name").get<std::string>() == name) return &input.at("arg");
  return nullptr;
}

/// Where Python adds a number to a tensor, torch.export may write the overload for two tensors.
bool has_number_for_tensor(const Json& node, const c10::FunctionSchema& schema) {
  return std::any_of(schema.arguments().begin(), schema.arguments().end(),
                     [&](const c10::Argument& parameter) {
                       const Json* argument = argument_named(node, parameter.name());
                       return argument && *parameter.type() == *c10::TensorType::get() &&
                              (argument->contains("as_int") || argument->contains("as_float") ||
                               argument->contains("as_bool"));
                     });
}

/// The dispatcher keeps it.
const c10::FunctionSchema& schema_of(const Json& node, const c10::OperatorName& name) {
  auto handle = c10::Dispatcher::singleton().findSchema(name);
  if (handle && name.overload_name == "Tensor" && has_number_for_tensor(node, handle->schema()))
    if (const auto scalar = c10::Dispatcher::singleton().findSchema({name.name, "Scalar"})) handle = scalar;
  if (!handle)
    throw Flaw("the operator " + toString(name) + ", which this LibTorch lacks", "an operator of LibTorch");
  return handle->schema();
}

bool is_identifier(const std::string& name) {
  static const std::regex pattern("[A-Za-z_][A-Za-z0-9_]*");
  return std::regex_match(name, pattern);
}

class GraphReader {
 public:
  GraphReader(const jit::Module& module, const Json& graph_module)
      : module_(module),
        json_(graph_module),
        modules_(modules_of(graph_module.at("module_call_graph"))),
        graph_(std::make_shared<jit::Graph>()),
        values_(*graph_) {}

  std::shared_ptr<jit::Graph> read() {
    graph_->addInput("self")->setType(module_.type());
    read_inputs();
    for (const Json& node : json_.at("graph").at("nodes")) read_node(node);
    read_outputs();
    graph_->lint();
    return graph_;
  }

 private:
  // ---- inputs

  void read_inputs() {
    std::vector<std::pair<std::string, std::string>> attributes;
    for (const Json& spec : json_.at("signature").at("input_specs")) {
      const std::string kind = kind_of_union(spec);
      const Json& value = spec.begin().value();
      if (kind == "user_input")
        read_input(value.at("arg"));
      else if (kind == "parameter" || kind == "buffer" || kind == "tensor_constant")
        attributes.emplace_back(value.at("arg").at("name").get<std::string>(),
                                value.at(kind + "_name").get<std::string>());
      else if (kind == "constant_input")
        values_.bind(value.at("name").get<std::string>(),
                     values_.read(value.at("value"), c10::AnyType::get()));
      else
        throw Flaw("an input of kind " + kind, "tensors");
    }
    for (const auto& [name, path] : attributes) {
      if (!find_attribute(module_, path))
        throw Flaw("no tensor " + path, "all tensors that the program reads");
      auto* value = emit_attribute(*graph_, module_, path);
      values_.bind(name, value);
      attributes_[value] = path;
    }
  }

  void read_input(const Json& argument) {
    if (argument.contains("as_none")) return;
    if (!argument.contains("as_tensor")) throw Flaw("an input that is no tensor", "tensors as inputs");
    const auto name = argument.at("as_tensor").at("name").get<std::string>();
    if (!is_identifier(name)) throw Flaw("an input called '" + name + "'", "a name of Python's");
    auto* value = graph_->addInput(name);
    value->setType(c10::TensorType::get());
    values_.bind(name, value);
  }

  // ---- nodes

  void read_node(const Json& node) {
    const auto target = node.at("target").get<std::string>();
    if (target == kInlined) return read_inlined(node);
    const auto scalar = std::find_if(std::begin(kScalarOperators), std::end(kScalarOperators),
                                     [&](const auto& row) { return target == row.first; });
    if (scalar != std::end(kScalarOperators)) return read_scalar(node, scalar->second);
    if (!target.starts_with(kTorchOps)) throw Flaw("the operator " + target, "operators of LibTorch");
    const auto name = operator_of(target);
    if (is_check(name.name)) return;
    if (const auto why = why_refused(name.name); !why.empty())
      throw Flaw(name.name + ": " + why, "code that only computes");
    read_operator(node, schema_of(node, name));
  }

  static bool is_check(const std::string& name) {
    return std::any_of(kChecks.begin(), kChecks.end(),
                       [&](const std::string& check) { return name.starts_with("aten::" + check); });
  }

  void read_operator(const Json& node, const c10::FunctionSchema& schema) {
    std::vector<jit::Value*> inputs;
    for (const c10::Argument& parameter : schema.arguments()) {
      const Json* given = argument_named(node, parameter.name());
      if (!given && !parameter.default_value())
        throw Flaw(schema.name() + " without its " + parameter.name(), "an argument for each parameter");
      inputs.push_back(given ? values_.read(*given, parameter.type())
                             : graph_->insertConstant(*parameter.default_value()));
      if (parameter.alias_info() && parameter.alias_info()->isWrite() && writes_buffer(inputs.back(), schema))
        return;
    }
    auto* made = graph_->create(c10::Symbol::fromQualString(schema.name()), inputs, schema.returns().size());
    for (size_t i = 0; i < schema.returns().size(); ++i) made->output(i)->setType(schema.returns()[i].type());
    insert(made, node);
    if (!made->maybeOperator())
      throw Flaw(schema.name() + " with other arguments than TorchScript's has",
                 "an operator that TorchScript has");
    bind_outputs(made, node);
  }

  /// The counter of a batch norm in training may be left alone; any other write would be seen by the next run.
  bool writes_buffer(const jit::Value* value, const c10::FunctionSchema& schema) const {
    const auto found = attributes_.find(value);
    if (found == attributes_.end()) return false;
    if (found->second.ends_with("num_batches_tracked")) return true;
    throw Flaw(schema.name() + " writes the buffer " + found->second,
               "a program that keeps nothing from run to run");
  }

  void read_scalar(const Json& node, const char* kind) {
    std::vector<jit::NamedValue> inputs;
    for (const Json& input : node.at("inputs"))
      inputs.emplace_back(values_.read(input.at("arg"), c10::AnyType::get()));
    auto* value = graph_->insert(c10::Symbol::fromQualString(kind), inputs);
    bind_output(value, node.at("outputs").at(0));
  }

  /// The body stands in the node: (enabled, body, operands...).
  void read_inlined(const Json& node) {
    const Json& inputs = node.at("inputs");
    const Json& body = inputs.at(1).at("arg").at("as_graph").at("graph");
    const Pt2Values outer = values_;
    const Json& parameters = body.at("inputs");
    for (size_t i = 0; i < parameters.size(); ++i)
      values_.bind(name_of(parameters.at(i)), outer.find(name_of(inputs.at(i + 2).at("arg"))));
    for (const Json& inner : body.at("nodes")) read_node(inner);
    std::vector<jit::Value*> results;
    for (const Json& output : body.at("outputs")) results.push_back(values_.find(name_of(output)));
    values_ = outer;
    std::vector<std::string> names;
    for (const Json& output : node.at("outputs")) {
      if (output.contains("as_tensors"))
        for (const Json& item : output.at("as_tensors")) names.push_back(item.at("name").get<std::string>());
      else
        names.push_back(name_of(output));
    }
    for (size_t i = 0; i < names.size() && i < results.size(); ++i) values_.bind(names[i], results[i]);
  }

  static std::string name_of(const Json& argument) {
    if (argument.contains("as_tensor")) return argument.at("as_tensor").at("name").get<std::string>();
    for (const char* kind : {"as_sym_int", "as_sym_float", "as_sym_bool"})
      if (argument.contains(kind)) return argument.at(kind).at("as_name").get<std::string>();
    throw Flaw("a value of kind " + kind_of_union(argument), "tensors and sizes");
  }

  void insert(jit::Node* made, const Json& node) {
    made->setSourceRange(range_of(node));
    set_place(made, place_in(modules_, node));
    graph_->insertNode(made);
  }

  // ---- outputs

  void bind_outputs(jit::Node* made, const Json& node) {
    const Json& outputs = node.at("outputs");
    for (size_t i = 0; i < made->outputs().size() && i < outputs.size(); ++i)
      bind_output(made->output(i), outputs.at(i));
  }

  void bind_output(jit::Value* value, const Json& output) {
    if (output.contains("as_none")) return;
    if (!output.contains("as_tensors")) return values_.bind(name_of(output), value);
    const Json& items = output.at("as_tensors");
    if (!value->type()->isSubtypeOf(*c10::ListType::ofTensors()))
      throw Flaw(std::string("several outputs of ") + value->node()->kind().toQualString(),
                 "one tensor, as the operator gives");
    auto* unpack = graph_->create(c10::prim::ListUnpack, {value}, items.size());
    graph_->insertNode(unpack);
    unpack->copyMetadata(value->node());
    for (size_t i = 0; i < items.size(); ++i) {
      unpack->output(i)->setType(c10::TensorType::get());
      values_.bind(items.at(i).at("name").get<std::string>(), unpack->output(i));
    }
  }

  void read_outputs() {
    const Json& specs = json_.at("signature").at("output_specs");
    const Json& outputs = json_.at("graph").at("outputs");
    std::vector<jit::Value*> results;
    for (size_t i = 0; i < specs.size(); ++i) {
      const std::string kind = kind_of_union(specs.at(i));
      if (kind == "user_output")
        results.push_back(values_.read(outputs.at(i), c10::AnyType::get()));
      else if (kind == "buffer_mutation")
        check_mutation(specs.at(i).begin().value().at("buffer_name").get<std::string>());
      else
        throw Flaw("an output of kind " + kind, "what forward() returns");
    }
    Json spec;
    const Json& signature = json_.at("module_call_graph").at(0).at("signature");
    if (!parse_json(signature.at("out_spec").get<std::string>(), spec).empty())
      throw Flaw("an out_spec that is no JSON", "a tree specification");
    size_t next = 0;
    graph_->registerOutput(assemble(spec.at(1), results, next));
    if (next != results.size()) throw Flaw("more outputs than its out_spec has", "one for each leaf");
  }

  static void check_mutation(const std::string& buffer) {
    if (!buffer.ends_with("num_batches_tracked"))
      throw Flaw("a program that writes the buffer " + buffer, "one that keeps nothing from run to run");
  }

  /// What forward() returns: tensors in tuples, lists and dicts.
  jit::Value* assemble(const Json& spec, const std::vector<jit::Value*>& leaves, size_t& next) {
    if (spec.at("type").is_null()) {
      if (next >= leaves.size()) throw Flaw("fewer outputs than its out_spec has", "one for each leaf");
      return leaves[next++];
    }
    std::vector<jit::Value*> children;
    for (const Json& child : spec.at("children_spec")) children.push_back(assemble(child, leaves, next));
    const auto type = spec.at("type").get<std::string>();
    const bool are_tensors = std::all_of(children.begin(), children.end(), [](const jit::Value* child) {
      return child->type()->isSubtypeOf(*c10::TensorType::get());
    });
    if (type == "builtins.list" && are_tensors)
      return graph_->insertNode(graph_->createList(c10::TensorType::get(), children))->output();
    if (const auto keys = keys_of(spec); are_tensors && keys.size() == children.size() && !keys.empty()) {
      std::vector<jit::Value*> names;
      for (const auto& key : keys) names.push_back(graph_->insertConstant(key));
      return graph_
          ->insertNode(graph_->createDict(c10::StringType::get(), c10::TensorType::get(), names, children))
          ->output();
    }
    return graph_->insertNode(graph_->createTuple(children))->output();
  }

  /// Of a dict, or of a class that torch.export knows as one; empty for others.
  static std::vector<std::string> keys_of(const Json& spec) {
    Json context;
    if (!spec.at("context").is_string() ||
        !parse_json(spec.at("context").get<std::string>(), context).empty())
      return {};
    if (context.is_array() && !context.empty() && context.at(0).is_array()) context = context.at(0);
    std::vector<std::string> keys;
    if (context.is_array())
      for (const Json& key : context)
        if (key.is_string()) keys.push_back(key.get<std::string>());
    return keys;
  }

  const jit::Module& module_;
  const Json& json_;
  std::set<std::string> modules_;
  std::shared_ptr<jit::Graph> graph_;
  Pt2Values values_;
  std::unordered_map<const jit::Value*, std::string> attributes_;
};

}  // namespace

std::shared_ptr<jit::Graph> read_pt2_graph(const jit::Module& module, const Json& graph_module) {
  return GraphReader(module, graph_module).read();
}

}  // namespace qtool
