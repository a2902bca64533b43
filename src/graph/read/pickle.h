#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qtool {

/// A pickle as PyTorch writes it for tensors and TorchScript, read without building anything: what LibTorch's
/// unpickler, which trusts its input, is given has been read here first.
class Pickle {
 public:
  enum class Kind : uint8_t {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kTuple,
    kList,
    kDict,
    kGlobal,
    kStorage,
    kTensor,
    kObject,
    kOther
  };
  using Id = uint32_t;

  struct Storage {
    std::string type;  ///< `FloatStorage`
    std::string key;   ///< the name of its record
    int64_t bytes = 0;
  };
  /// A view of a storage, inside of which it lies. Offset and strides in elements.
  struct Tensor {
    size_t storage = 0;  ///< its place in storages()
    int64_t offset = 0;
    std::vector<int64_t> sizes = {}, strides = {};
    int64_t elements = 1;
  };
  /// What a class of TorchScript's is made from.
  struct Object {
    std::string type;  ///< as in types()
    Id state;
  };

  /// Throws Flaw where the bytes are no such pickle, are nested too deep, hold themselves, or where a tensor reaches
  /// beyond its storage. The bytes must outlive the pickle.
  explicit Pickle(std::string_view bytes);

  [[nodiscard]] Id root() const { return root_; }
  [[nodiscard]] Kind kind(Id id) const { return values_[id].kind; }
  /// Of a number or a bool.
  [[nodiscard]] int64_t number(Id id) const { return values_[id].number; }
  /// Of a text, or `module.name` of a global.
  [[nodiscard]] std::string_view text(Id id) const;
  /// Of a tuple, a list or a dict (keys and values in turns).
  [[nodiscard]] std::vector<Id> items(Id id) const;
  [[nodiscard]] bool is(Id id, Kind kind) const { return values_[id].kind == kind; }

  [[nodiscard]] const Tensor& tensor(Id id) const { return tensors_[size_t(values_[id].number)]; }

  [[nodiscard]] const std::vector<Object>& objects() const { return objects_; }
  [[nodiscard]] const std::vector<Storage>& storages() const { return storages_; }
  /// Classes that are asked for, and types of lists and dicts, as they are written: `__torch__.Net`,
  /// `List[__torch__.Item]`.
  [[nodiscard]] const std::vector<std::string>& types() const { return types_; }

 private:
  friend class PickleReader;

  struct Value {
    Kind kind = Kind::kNone;
    uint32_t count = 0;  ///< of the characters of a text, of the items of a tuple
    int64_t number =
        0;  ///< itself; where a text or a tuple's items begin; the place of a list, storage, tensor or global
  };

  std::string_view bytes_;
  std::vector<Value> values_;
  std::vector<Id> tuples_;              ///< the items of all tuples
  std::vector<std::vector<Id>> lists_;  ///< of lists, dicts and objects
  std::vector<std::string> globals_;
  std::vector<Storage> storages_;
  std::vector<Tensor> tensors_;
  std::vector<Object> objects_;
  std::vector<std::string> types_;
  Id root_ = 0;
};

}  // namespace qtool
