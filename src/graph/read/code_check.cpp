#include "graph/read/code_check.h"

#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/serialization/import_read.h>
#include <torch/csrc/jit/serialization/import_source.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "graph/ir/nodes.h"
#include "graph/read/allowed_operators.h"
#include "graph/read/code_nesting.h"
#include "graph/read/flaw.h"
#include "graph/read/records.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

constexpr std::string_view kCode = "code/";
constexpr std::string_view kSuffix = ".py";
constexpr size_t kLongestLine = 120;  ///< that a message shows

/// `code/__torch__/nets.py` for `__torch__.nets`.
std::string record_of(std::string qualifier) {
  std::replace(qualifier.begin(), qualifier.end(), '.', '/');
  return std::string(kCode) + qualifier + std::string(kSuffix);
}

/// `__torch__.nets` for `code/__torch__/nets.py`.
std::string qualifier_of(const std::string& record) {
  std::string qualifier = record.substr(kCode.size(), record.size() - kCode.size() - kSuffix.size());
  std::replace(qualifier.begin(), qualifier.end(), '/', '.');
  return qualifier;
}

/// The line of code, without the spaces around it.
std::string line_of(const jit::Node* node) {
  const jit::SourceRange range = node->sourceRange();
  if (!range.source()) return "";
  const std::string line = range.source()->get_line(range.source()->lineno_for_offset(range.start())).str();
  const size_t begin = std::min(line.find_first_not_of(" \n"), line.size());
  return line.substr(begin, std::min(line.find('\n', begin) - begin, kLongestLine));
}

[[noreturn]] void refuse(const jit::Node* node, const std::string& name, const std::string& why) {
  throw RefusedCode(name, source_of(node) + ": " + line_of(node) + " (" + why + ")");
}

void check_type(const jit::Node* node, const c10::TypePtr& type) {
  if (const auto named = type->cast<c10::ClassType>();
      named && named->name() && !is_allowed_class(named->name()->qualifiedName()))
    refuse(node, named->name()->qualifiedName(),
           "classes of its kind are not on the list of those that only compute");
  if (type->kind() == c10::ClassType::Kind) return;  // whose own code is checked where it is
  for (const auto& inner : type->containedTypes()) check_type(node, inner);
}

void check_block(jit::Block* block);

/// Operators, and the code that a fork holds.
void check_node(jit::Node* node) {
  const std::string name = node->kind().toQualString();
  if (const std::string why = why_refused(name); !why.empty()) refuse(node, name, why);
  for (const jit::Value* output : node->outputs()) check_type(node, output->type());
  for (jit::Block* block : node->blocks()) check_block(block);
  for (const auto attribute : node->attributeNames())
    if (node->kindOf(attribute) == jit::AttributeKind::g) check_block(node->g(attribute)->block());
}

void check_block(jit::Block* block) {
  for (jit::Node* node : block->nodes()) check_node(node);
}

class Checker {
 public:
  Checker(const Records& records, const CodeRecords& code)
      : records_(records),
        code_(code),
        importer_(
            unit_, &constants_, [this](const std::string& qualifier) { return source(qualifier); },
            records.reader().version()) {}

  void run() {
    const std::vector<std::string> classes = read_code();
    const std::vector<std::string> of_constants = checked_types(records_, "constants");
    const std::vector<std::string> of_data = checked_types(records_, "data");
    read_constants();
    for (const auto* types : {&of_constants, &of_data, &classes})
      for (const std::string& type : *types) (void)load(type);
    for (jit::Function* function : unit_->get_functions())
      if (function->isGraphFunction()) check_block(jit::toGraphFunction(*function).graph()->block());
  }

 private:
  /// All code in the archive, so that none is compiled that is nested too deep. Gives its classes.
  [[nodiscard]] std::vector<std::string> read_code() const {
    std::vector<std::string> classes;
    for (const auto& [record, text] : code_) {
      try {
        for (const std::string& name : classes_of_flat_code(text))
          classes.push_back(qualifier_of(record) + "." + name);
      } catch (const Flaw& flaw) {
        throw Flaw(record + ": " + flaw.what(), flaw.expected);
      }
    }
    return classes;
  }

  std::shared_ptr<jit::Source> source(const std::string& qualifier) const {
    const std::string record = record_of(qualifier);
    const auto text = code_.find(record);
    return text == code_.end() ? nullptr
                               : std::make_shared<jit::Source>(text->second, record, /*starting_line_no=*/1);
  }

  c10::TypePtr load(const std::string& type) {
    (void)classes_of_flat_code(type);
    if (!is_allowed_class(type)) throw RefusedCode(type, "a value of this class");
    return importer_.loadType(c10::QualifiedName(type));
  }

  /// The code names constants by number, and compiles as their types are. No __setstate__ runs: objects stay empty.
  void read_constants() {
    const auto resolve = [this](const c10::QualifiedName& name) {
      return c10::StrongTypePtr(unit_, load(name.qualifiedName()));
    };
    const auto make = [](const c10::StrongTypePtr& type, const c10::IValue&) {
      return c10::ivalue::Object::create(type, type.type_->expect<c10::ClassType>()->numAttributes());
    };
    const c10::IValue constants =
        jit::readArchiveAndTensors("constants", /*pickle_prefix=*/"", /*tensor_prefix=*/"", resolve, make,
                                   at::Device(at::kCPU), records_.reader());
    const auto& elements = constants.toTupleRef().elements();
    constants_.assign(elements.begin(), elements.end());
  }

  const Records& records_;
  const CodeRecords& code_;
  std::shared_ptr<jit::CompilationUnit> unit_ = std::make_shared<jit::CompilationUnit>();
  std::vector<c10::IValue> constants_;
  jit::SourceImporter importer_;
};

}  // namespace

CodeRecords code_of(const Records& records) {
  CodeRecords code;
  for (const std::string& record : records.names())
    if (record.starts_with(kCode) && record.ends_with(kSuffix)) code[record] = records.bytes(record);
  return code;
}

void check_code(const Records& records, const CodeRecords& code) { Checker(records, code).run(); }

}  // namespace qtool
