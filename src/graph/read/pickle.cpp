#include "graph/read/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include "graph/read/flaw.h"
#include "graph/read/view_reach.h"

namespace qtool {
namespace {

constexpr size_t kMostBytes = size_t(256) << 20;
constexpr size_t kDeepest = 1000;
constexpr size_t kLongestName = 4096;
constexpr const char* kWhole = "a pickle that PyTorch has written";

[[noreturn]] void damaged(const std::string& got) { throw Flaw(got, kWhole); }

/// Elements of a storage, by the name of its class.
struct ElementType {
  const char* storage;
  int64_t bytes;
  bool is_quantized = false;
  int64_t in_a_byte = 1;  ///< those that are packed
};
constexpr ElementType kElementTypes[] = {{"FloatStorage", 4},
                                         {"DoubleStorage", 8},
                                         {"HalfStorage", 2},
                                         {"BFloat16Storage", 2},
                                         {"LongStorage", 8},
                                         {"IntStorage", 4},
                                         {"ShortStorage", 2},
                                         {"CharStorage", 1},
                                         {"ByteStorage", 1},
                                         {"BoolStorage", 1},
                                         {"ComplexHalfStorage", 4},
                                         {"ComplexFloatStorage", 8},
                                         {"ComplexDoubleStorage", 16},
                                         {"QInt8Storage", 1, true},
                                         {"QUInt8Storage", 1, true},
                                         {"QInt32Storage", 4, true},
                                         {"QUInt4x2Storage", 1, true, 2},
                                         {"QUInt2x4Storage", 1, true, 4}};

const ElementType& element_type(const std::string& storage) {
  for (const ElementType& type : kElementTypes)
    if (storage == type.storage) return type;
  damaged("a storage of unknown kind, " + storage);
}

bool is_name_character(char c) {
  return c == '_' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Of a class that the file's own code defines, or that LibTorch has for TorchScript.
bool is_script_class(const std::string& name) { return name.starts_with("__torch__."); }

}  // namespace

std::string_view Pickle::text(Id id) const {
  const Value& value = values_[id];
  if (value.kind == Kind::kGlobal) return globals_[size_t(value.number)];
  return bytes_.substr(size_t(value.number), value.count);
}

std::vector<Pickle::Id> Pickle::items(Id id) const {
  const Value& value = values_[id];
  if (value.kind != Kind::kTuple) return lists_[size_t(value.number)];
  const auto begin = tuples_.begin() + value.number;
  return {begin, begin + value.count};
}

/// The stack machine. Where LibTorch's would take something for something else (a number for a function, what lies
/// below a mark for what lies above), this one refuses.
class PickleReader {
 public:
  using Id = Pickle::Id;
  using Kind = Pickle::Kind;

  PickleReader(Pickle& pickle, std::string_view bytes) : p_(pickle), bytes_(bytes) { p_.bytes_ = bytes; }

  void run() {
    if (bytes_.size() > kMostBytes)
      throw Flaw("a pickle of " + std::to_string(bytes_.size()) + " bytes",
                 "at most " + std::to_string(kMostBytes) + ", tensors apart");
    if (byte() != 0x80 || byte() != 2) damaged("no pickle of protocol 2");
    while (step()) {
    }
    if (stack_.size() != 1 || !marks_.empty()) damaged("a pickle of more or less than one value");
    p_.root_ = stack_[0];
    check_nesting();
  }

 private:
  // ---- bytes

  uint8_t byte() { return uint8_t(take(1)[0]); }

  std::string_view take(size_t count) {
    if (count > bytes_.size() - at_) damaged("a pickle that is cut off");
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }

  template <class Int>
  Int integer() {
    Int value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  std::string line() {
    const size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos || end - at_ > kLongestName) damaged("a name without an end");
    const std::string_view name = take(end - at_);
    at_ = end + 1;
    if (!std::all_of(name.begin(), name.end(), is_name_character))
      damaged("a class whose name is no identifier");
    return std::string(name);
  }

  // ---- the stack

  Id add(Pickle::Value value) {
    p_.values_.push_back(value);
    return Id(p_.values_.size() - 1);
  }
  void push(Id id) { stack_.push_back(id); }
  void push(Kind kind, int64_t number = 0, uint32_t count = 0) { push(add({kind, count, number})); }

  /// Values above the last mark may be taken, no others.
  void require(size_t count) const {
    if (stack_.size() - (marks_.empty() ? 0 : marks_.back()) < count) damaged("a value that is not there");
  }
  Id pop() {
    require(1);
    const Id id = stack_.back();
    stack_.pop_back();
    return id;
  }
  std::vector<Id> pop_to_mark() {
    if (marks_.empty()) damaged("an end without a beginning");
    const size_t begin = marks_.back();
    marks_.pop_back();
    std::vector<Id> items(stack_.begin() + int64_t(begin), stack_.end());
    stack_.resize(begin);
    return items;
  }

  void push_tuple(const std::vector<Id>& items) {
    const auto begin = int64_t(p_.tuples_.size());
    p_.tuples_.insert(p_.tuples_.end(), items.begin(), items.end());
    push(Kind::kTuple, begin, uint32_t(items.size()));
  }
  void push_small_tuple(size_t count) {
    require(count);
    const std::vector<Id> items(stack_.end() - int64_t(count), stack_.end());
    stack_.resize(stack_.size() - count);
    push_tuple(items);
  }

  void push_holder(Kind kind, std::vector<Id> items = {}) {
    p_.lists_.push_back(std::move(items));
    push(kind, int64_t(p_.lists_.size()) - 1);
  }
  void append(Kind kind, const std::vector<Id>& items) {
    require(1);
    if (!p_.is(stack_.back(), kind)) damaged("items for what holds none");
    if (kind == Kind::kDict && items.size() % 2 != 0) damaged("a key without a value");
    auto& holder = p_.lists_[size_t(p_.values_[stack_.back()].number)];
    holder.insert(holder.end(), items.begin(), items.end());
  }
  void append_last(Kind kind, size_t count) {
    require(count);
    const std::vector<Id> items(stack_.end() - int64_t(count), stack_.end());
    stack_.resize(stack_.size() - count);
    append(kind, items);
  }

  void remember(size_t place) {
    require(1);
    if (place > at_) damaged("a memo beyond what the pickle can have");
    if (place >= memo_.size()) memo_.resize(place + 1);
    memo_[place] = stack_.back();
  }
  void recall(size_t place) {
    if (place >= memo_.size() || !memo_[place]) damaged("a memo that was not made");
    push(*memo_[place]);
  }

  // ---- what arguments are

  std::vector<Id> arguments(Id id, size_t least, const char* of) const {
    if (!p_.is(id, Kind::kTuple) || p_.items(id).size() < least)
      damaged(std::string("too few arguments of ") + of);
    return p_.items(id);
  }
  int64_t integer_at(Id id) const {
    if (!p_.is(id, Kind::kInt)) damaged("another value in the place of a number");
    return p_.number(id);
  }
  std::string text_at(Id id) const {
    if (!p_.is(id, Kind::kText)) damaged("another value in the place of a text");
    return std::string(p_.text(id));
  }
  /// Sizes or strides.
  std::vector<int64_t> extents(Id id) const {
    std::vector<int64_t> numbers;
    for (const Id item : arguments(id, 0, "a tensor")) {
      numbers.push_back(integer_at(item));
      if (numbers.back() < 0) throw Flaw("a tensor with a negative size or stride", "none below 0");
    }
    return numbers;
  }

  // ---- what PyTorch's own functions build

  void load_storage() {
    const auto parts = arguments(pop(), 5, "a storage");
    if (text_at(parts[0]) != "storage") damaged("a persistent id that is no storage");
    if (!p_.is(parts[1], Kind::kGlobal)) damaged("a storage without a type");
    std::string type(p_.text(parts[1]));
    if (!type.starts_with("torch.")) damaged("a storage of unknown kind, " + type);
    type.erase(0, 6);
    const ElementType& element = element_type(type);
    (void)text_at(parts[3]);  // the device
    const int64_t count = integer_at(parts[4]);
    if (count < 0) throw Flaw("a storage with a negative size", "0 or more");
    p_.storages_.push_back({type, text_at(parts[2]), product_of_sizes(count, element.bytes)});
    push(Kind::kStorage, int64_t(p_.storages_.size()) - 1);
  }

  /// A view of a storage: all that it reaches must lie inside.
  Id rebuild_tensor(Id argument, bool quantized) {
    const auto parts = arguments(argument, quantized ? 7 : 6, "a tensor");
    if (!p_.is(parts[0], Kind::kStorage)) damaged("a tensor without a storage");
    const Pickle::Storage& storage = p_.storages_[size_t(p_.number(parts[0]))];
    const ElementType& element = element_type(storage.type);
    const int64_t offset = integer_at(parts[1]);
    Pickle::Tensor tensor{size_t(p_.number(parts[0])), offset, extents(parts[2]), extents(parts[3])};
    if (element.is_quantized != quantized) damaged("a tensor of another kind than its storage");
    const int64_t reach = reach_of_view(offset, tensor.sizes, tensor.strides);
    for (const int64_t size : tensor.sizes) tensor.elements = product_of_sizes(tensor.elements, size);
    const int64_t there = product_of_sizes(storage.bytes / element.bytes, element.in_a_byte);
    if (reach > there)
      throw Flaw("a tensor that reaches element " + std::to_string(reach - 1) + " of a storage of " +
                     std::to_string(there),
                 "tensors that lie inside their storage");
    if (quantized) check_grid(parts[4], tensor);
    if (!p_.is(parts[quantized ? 5 : 4], Kind::kBool)) damaged("a tensor without requires_grad");
    const Id id = add({Kind::kTensor, 0, int64_t(p_.tensors_.size())});
    p_.tensors_.push_back(std::move(tensor));
    return id;
  }

  /// LibTorch's kernels read one scale and one zero point for each channel.
  void check_grid(Id argument, const Pickle::Tensor& tensor) const {
    const auto parts = arguments(argument, 3, "a quantized tensor");
    if (!p_.is(parts[0], Kind::kGlobal)) damaged("a quantized tensor without a scheme");
    if (p_.text(parts[0]) == "torch.per_tensor_affine") return;
    const auto grid = arguments(argument, 4, "a tensor that is quantized per channel");
    const int64_t axis = integer_at(grid[3]);
    if (axis < 0 || axis >= int64_t(tensor.sizes.size()))
      damaged("a tensor that is quantized along an axis that it lacks");
    for (const Id id : {grid[1], grid[2]})
      if (!p_.is(id, Kind::kTensor) || p_.tensor(id).elements != tensor.sizes[size_t(axis)])
        damaged("a tensor with more channels than scales or zero points");
  }

  /// Calls what `torch.NAME`, `__torch__.NAME` and the like stand for.
  Id call(size_t global, Id argument) {
    const std::string& name = p_.globals_[global];
    if (name == "torch._utils._rebuild_tensor_v2") return rebuild_tensor(argument, false);
    if (name == "torch._utils._rebuild_qtensor") return rebuild_tensor(argument, true);
    if (name == "torch._utils._rebuild_parameter") return tensor_at(arguments(argument, 1, "a parameter")[0]);
    if (name == "torch._tensor._rebuild_from_type_v2") return call_inner(global, argument);
    if (name == "torch.jit._pickle.restore_type_tag") return with_type(arguments(argument, 2, "a type"));
    if (name.starts_with("torch.jit._pickle.build_")) return list_at(arguments(argument, 1, "a list")[0]);
    if (name == "collections.OrderedDict") return add({Kind::kNone, 0, 0});
    if (name == "builtins.complex" || name == "torch.device") return add({Kind::kOther, 0, 0});
    if (!is_script_class(name)) damaged("what PyTorch does not write, " + name);
    p_.objects_.push_back({name, argument});
    p_.lists_.push_back({argument});
    return add({Kind::kObject, 0, int64_t(p_.lists_.size()) - 1});
  }

  Id tensor_at(Id id) const {
    if (!p_.is(id, Kind::kTensor)) damaged("another value in the place of a tensor");
    return id;
  }
  Id list_at(Id id) const {
    if (!p_.is(id, Kind::kList)) damaged("another value in the place of a list");
    return id;
  }
  Id with_type(const std::vector<Id>& parts) {
    if (!p_.is(parts[0], Kind::kList) && !p_.is(parts[0], Kind::kDict))
      damaged("a type for what is no list or dict");
    p_.types_.push_back(text_at(parts[1]));
    return parts[0];
  }
  /// A tensor with attributes, or of a subclass. LibTorch calls the global that was read next, not the one in the
  /// arguments.
  Id call_inner(size_t global, Id argument) {
    const auto parts = arguments(argument, 4, "a tensor of a subclass");
    if (global + 1 >= p_.globals_.size()) damaged("a tensor of a subclass without a function");
    if (!p_.globals_[global + 1].starts_with("torch._utils._rebuild_"))
      damaged("a tensor that is built by something else");
    if (!p_.is(parts[3], Kind::kDict)) damaged("a tensor of a subclass without its state");
    return call(global + 1, parts[2]);
  }

  void load_global() {
    const std::string module = line();
    const std::string name = module + "." + line();
    if (subclass_ > 0 &&
        --subclass_ == 0) {  // the type itself, which LibTorch takes for the function before it
      push(Kind::kGlobal, int64_t(p_.globals_.size()) - 1);
      return;
    }
    if (name == "torch._tensor._rebuild_from_type_v2") subclass_ = 2;
    if (name == "torch._utils._rebuild_sparse_tensor")
      throw Flaw("a sparse tensor, whose indices nobody checks", "dense tensors");
    if (is_script_class(name)) p_.types_.push_back(name);
    p_.globals_.push_back(name);
    push(Kind::kGlobal, int64_t(p_.globals_.size()) - 1);
  }

  void reduce() {
    const Id argument = pop(), function = pop();
    if (!p_.is(function, Kind::kGlobal)) damaged("a call of what is no function");
    push(call(size_t(p_.number(function)), argument));
  }

  void push_text(size_t count) {
    const size_t begin = at_;
    (void)take(count);
    push(Kind::kText, int64_t(begin), uint32_t(count));
  }

  void push_long(size_t count) {
    if (count > 8) damaged("a number of more than 64 bits");
    const std::string_view digits = take(count);
    uint64_t value = !digits.empty() && (digits.back() & 0x80) ? ~uint64_t(0) : 0;
    for (size_t i = count; i-- > 0;) value = value << 8 | uint8_t(digits[i]);
    push(Kind::kInt, std::bit_cast<int64_t>(value));
  }

  /// One opcode; false at the last.
  bool step() {
    const uint8_t code = byte();
    switch (code) {
      case '.':
        return false;
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case 'N':
        push(Kind::kNone);
        return true;
      case 0x88:
      case 0x89:
        push(Kind::kBool, code == 0x88);
        return true;
      case 'K':
        push(Kind::kInt, integer<uint8_t>());
        return true;
      case 'M':
        push(Kind::kInt, integer<uint16_t>());
        return true;
      case 'J':
        push(Kind::kInt, integer<int32_t>());
        return true;
      case 0x8a:
        push_long(byte());
        return true;
      case 'G':
        (void)take(8);
        push(Kind::kFloat);
        return true;
      case 'X':
        push_text(integer<uint32_t>());
        return true;
      case ')':
        push_tuple({});
        return true;
      case 't':
        push_tuple(pop_to_mark());
        return true;
      case 0x85:
      case 0x86:
      case 0x87:
        push_small_tuple(size_t(code - 0x84));
        return true;
      default:
        return step_holder(code);
    }
  }

  /// Lists and dicts.
  bool step_holder(uint8_t code) {
    switch (code) {
      case ']':
        push_holder(Kind::kList);
        return true;
      case 'l':
        push_holder(Kind::kList, pop_to_mark());
        return true;
      case 'a':
        append_last(Kind::kList, 1);
        return true;
      case 'e':
        append(Kind::kList, pop_to_mark());
        return true;
      case '}':
        push_holder(Kind::kDict);
        return true;
      case 'd':
        build_dict(pop_to_mark());
        return true;
      case 's':
        append_last(Kind::kDict, 2);
        return true;
      case 'u':
        append(Kind::kDict, pop_to_mark());
        return true;
      default:
        return step_other(code);
    }
  }

  void build_dict(const std::vector<Id>& items) {
    push_holder(Kind::kDict);
    append(Kind::kDict, items);
  }

  bool step_other(uint8_t code) {
    switch (code) {
      case 'q':
        remember(byte());
        return true;
      case 'r':
        remember(integer<uint32_t>());
        return true;
      case 'h':
        recall(byte());
        return true;
      case 'j':
        recall(integer<uint32_t>());
        return true;
      case 'c':
        load_global();
        return true;
      case 0x81:  // of the empty tuple; the class stays
        if (!p_.is(pop(), Kind::kTuple)) damaged("an object that is made of something");
        return true;
      case 'R':
      case 'b':
        reduce();
        return true;
      case 'Q':
        load_storage();
        return true;
      default:
        damaged("an instruction that PyTorch does not write, " + std::to_string(code));
    }
  }

  // ---- nesting

  [[nodiscard]] bool holds_items(Id id) const {
    switch (p_.kind(id)) {
      case Kind::kTuple:
      case Kind::kList:
      case Kind::kDict:
      case Kind::kObject:
        return true;
      default:
        return false;
    }
  }

  /// How many holders each value is deep, without a recursion of our own.
  void check_nesting() const {
    enum : uint16_t { kUnknown = 0, kOpen = 0xffff };
    std::vector<uint16_t> depth(p_.values_.size(), kUnknown);
    struct Visit {
      Id id;
      std::vector<Id> items;
      size_t next = 0;
      uint16_t deepest = 0;
    };
    std::vector<Visit> open;
    const auto enter = [&](Id id) {
      if (open.size() >= kDeepest)
        throw Flaw("values that are nested more than " + std::to_string(kDeepest) + " deep",
                   "at most " + std::to_string(kDeepest));
      depth[id] = kOpen;
      open.push_back({id, p_.items(id)});
    };
    for (Id start = 0; start < p_.values_.size(); ++start) {
      if (!holds_items(start) || depth[start] != kUnknown) continue;
      enter(start);
      while (!open.empty()) {
        Visit& visit = open.back();
        if (visit.next == visit.items.size()) {
          const auto done = uint16_t(visit.deepest + 1);
          if (done > kDeepest)
            throw Flaw("values that are nested more than " + std::to_string(kDeepest) + " deep",
                       "at most " + std::to_string(kDeepest));
          depth[visit.id] = done;
          open.pop_back();
          if (!open.empty()) open.back().deepest = std::max(open.back().deepest, done);
          continue;
        }
        const Id item = visit.items[visit.next++];
        if (!holds_items(item)) continue;
        if (depth[item] == kOpen) damaged("a value that holds itself");
        if (depth[item] == kUnknown)
          enter(item);
        else
          visit.deepest = std::max(visit.deepest, depth[item]);
      }
    }
  }

  Pickle& p_;
  std::string_view bytes_;
  size_t at_ = 0;
  std::vector<Id> stack_;
  std::vector<size_t> marks_;
  std::vector<std::optional<Id>> memo_;
  int subclass_ = 0;  ///< globals that still belong to a tensor of a subclass
};

Pickle::Pickle(std::string_view bytes) { PickleReader(*this, bytes).run(); }

}  // namespace qtool
