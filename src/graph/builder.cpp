#include "graph/builder.h"

#include <torch/csrc/jit/api/module.h>

#include <map>
#include <utility>
#include <vector>

namespace qtool {
namespace {

using torch::jit::CompilationUnit;
using torch::jit::Module;

struct Definition {
  std::string type_name;
  std::vector<NamedTensor> parameters, buffers;
  std::vector<std::pair<std::string, std::shared_ptr<const Definition>>> children;
  std::vector<std::string> sources;
};

/// Instantiates a tree of definitions in one compilation unit. Modules that agree in everything but the
/// values of their tensors share a class, as PyTorch's scripting has it; the others of one name are told
/// apart by LibTorch's own mangling, in the order of the tree, so that the file is the same each time.
class Instantiation {
 public:
  Module make(const Definition& definition) {
    std::vector<Module> children;
    for (const auto& [name, child] : definition.children) children.push_back(make(*child));
    const std::string key = structure(definition, children);
    const auto known = classes_.find(key);
    const bool is_new = known == classes_.end();
    Module module = is_new ? Module(c10::QualifiedName("__torch__." + definition.type_name), unit_,
                                    /*shouldMangle=*/true)
                           : Module(unit_, known->second);
    fill(module, definition, children);
    if (is_new) {
      for (const auto& source : definition.sources) module.define(source);
      classes_.emplace(key, module.type());
    }
    return module;
  }

 private:
  static std::string structure(const Definition& definition, const std::vector<Module>& children) {
    std::string key = definition.type_name;
    for (const auto& [name, tensor] : definition.parameters) key += "\nparameter " + name;
    for (const auto& [name, tensor] : definition.buffers) key += "\nbuffer " + name;
    for (size_t i = 0; i < children.size(); ++i)
      key += "\nchild " + definition.children[i].first + " " + children[i].type()->name()->qualifiedName();
    for (const auto& source : definition.sources) key += "\n" + source;
    return key;
  }

  static void fill(Module& module, const Definition& definition, const std::vector<Module>& children) {
    for (const auto& [name, tensor] : definition.parameters)
      module.register_parameter(name, tensor.detach().clone().set_requires_grad(true), /*is_buffer=*/false);
    for (const auto& [name, tensor] : definition.buffers)
      module.register_buffer(name, tensor.detach().clone());
    module.register_attribute("training", c10::BoolType::get(), true);
    for (size_t i = 0; i < children.size(); ++i)
      module.register_module(definition.children[i].first, children[i]);
  }

  std::shared_ptr<CompilationUnit> unit_ = std::make_shared<CompilationUnit>();
  std::map<std::string, c10::ClassTypePtr> classes_;
};

}  // namespace

struct ModuleBuilder::Impl {
  Definition definition;
};

ModuleBuilder::ModuleBuilder(const std::string& type_name) : impl_(std::make_unique<Impl>()) {
  impl_->definition.type_name = type_name;
}
ModuleBuilder::~ModuleBuilder() = default;
ModuleBuilder::ModuleBuilder(ModuleBuilder&&) noexcept = default;

ModuleBuilder& ModuleBuilder::parameter(const std::string& name, const at::Tensor& value) {
  impl_->definition.parameters.push_back({name, value});
  return *this;
}

ModuleBuilder& ModuleBuilder::buffer(const std::string& name, const at::Tensor& value) {
  impl_->definition.buffers.push_back({name, value});
  return *this;
}

ModuleBuilder& ModuleBuilder::child(const std::string& name, const ModuleBuilder& module) {
  impl_->definition.children.emplace_back(name, std::make_shared<const Definition>(module.impl_->definition));
  return *this;
}

ModuleBuilder& ModuleBuilder::define(const std::string& source) {
  impl_->definition.sources.push_back(source + "\n");  // the parser wants the last line ended
  return *this;
}

Model ModuleBuilder::build() const { return Model(Instantiation().make(impl_->definition)); }

}  // namespace qtool
