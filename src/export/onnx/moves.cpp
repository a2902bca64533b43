#include <algorithm>
#include <limits>
#include <numeric>

#include "export/onnx/operators.h"
#include "graph/ir/nodes.h"

namespace qtool::onnx {
namespace {

constexpr int64_t kToTheEnd = std::numeric_limits<int64_t>::max();

/// One length, or several from `begin` on, as a tensor of one dimension.
std::string lengths(const Emitter& e, const std::string& x, int64_t begin, int64_t end) {
  return e.add("Shape", {x}, {{"start", begin}, {"end", end}});
}

void reshape_to(Emitter& e, const std::string& x, const std::string& shape) {
  e.out(e.add("Reshape", {x, shape}));
}

void reshape(Emitter& e) { reshape_to(e, e.tensor("self"), e.shape(e.has("shape") ? "shape" : "size")); }

void view_as(Emitter& e) { reshape_to(e, e.tensor("self"), e.add("Shape", {e.tensor("other")})); }

/// Dimensions before a place keep their length (0), those after it are asked for.
std::string around(Emitter& e, const std::string& x, int64_t before, const std::string& middle, int64_t after,
                   int64_t rank) {
  std::vector<std::string> parts;
  if (before > 0) parts.push_back(e.builder().constant(std::vector<int64_t>(size_t(before), 0)));
  parts.push_back(middle);
  if (after < rank) parts.push_back(lengths(e, x, after, rank));
  return parts.size() == 1 ? parts[0] : e.add("Concat", parts, {{"axis", int64_t(0)}});
}

void flatten(Emitter& e) {
  const auto rank = e.rank("self");
  const auto start = e.axis("start_dim", rank), end = e.axis("end_dim", rank);
  const auto x = e.tensor("self");
  if (start == 1 && end == rank - 1) return e.out(e.add("Flatten", {x}, {{"axis", int64_t(1)}}));
  reshape_to(e, x, around(e, x, start, e.builder().constant(std::vector<int64_t>{-1}), end + 1, rank));
}

void unflatten(Emitter& e) {
  const auto rank = e.rank("self");
  const auto dim = e.axis("dim", rank);
  const auto x = e.tensor("self");
  reshape_to(e, x, around(e, x, dim, e.shape("sizes"), dim + 1, rank));
}

void permute_by(Emitter& e, const std::vector<int64_t>& order) {
  e.out(e.add("Transpose", {e.tensor("self")}, {{"perm", order}}));
}

void permute(Emitter& e) { permute_by(e, e.axes("dims", e.rank("self"))); }

void swap_axes(Emitter& e, int64_t a, int64_t b) {
  std::vector<int64_t> order(size_t(e.rank("self")));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order.at(size_t(a)), order.at(size_t(b)));
  permute_by(e, order);
}

void transpose(Emitter& e) {
  const auto rank = e.rank("self");
  swap_axes(e, e.axis("dim0", rank), e.axis("dim1", rank));
}

void transpose_matrix(Emitter& e) {
  if (e.rank("self") < 2) return e.out(e.argument("self"));
  swap_axes(e, 0, 1);
}

void movedim(Emitter& e) {
  const auto rank = e.rank("self");
  const auto from = e.axes("source", rank), to = e.axes("destination", rank);
  std::vector<int64_t> order(size_t(rank), -1), rest;
  for (size_t i = 0; i < from.size(); ++i) order.at(size_t(to[i])) = from[i];
  for (int64_t axis = 0; axis < rank; ++axis)
    if (std::find(from.begin(), from.end(), axis) == from.end()) rest.push_back(axis);
  size_t next = 0;
  for (auto& axis : order)
    if (axis < 0) axis = rest.at(next++);
  permute_by(e, order);
}

void squeeze(Emitter& e) {
  const auto& sizes = e.seen("self").sizes;
  std::vector<int64_t> axes;
  const auto wanted = e.has("dim") ? e.axes("dim", int64_t(sizes.size())) : std::vector<int64_t>{};
  for (int64_t axis = 0; axis < int64_t(sizes.size()); ++axis)
    if (sizes[size_t(axis)] == 1 && (!e.has("dim") || std::count(wanted.begin(), wanted.end(), axis) > 0))
      axes.push_back(axis);
  if (axes.empty()) return e.out(e.argument("self"));
  e.out(e.add("Squeeze", {e.tensor("self"), e.builder().constant(axes)}));
}

void unsqueeze(Emitter& e) {
  const auto x = e.argument("self");
  if (x.is_number) return e.out(x);
  e.out(e.add("Unsqueeze", {e.tensor("self"), e.builder().constant({e.axis("dim", e.rank("self") + 1)})}));
}

/// A number that may be one from a size, as a tensor of one dimension.
std::string bound(const Emitter& e, const char* name, int64_t otherwise) {
  return e.has(name) ? e.shape(name) : e.builder().constant(std::vector<int64_t>{otherwise});
}

void slice(Emitter& e) {
  const auto axis = e.axis("dim", e.rank("self"));
  e.out(e.add("Slice", {e.tensor("self"), bound(e, "start", 0), bound(e, "end", kToTheEnd),
                        e.builder().constant({axis}), bound(e, "step", 1)}));
}

void narrow(Emitter& e) {
  const auto axis = e.axis("dim", e.rank("self"));
  const auto start = e.shape("start");
  e.out(e.add("Slice", {e.tensor("self"), start, e.add("Add", {start, e.shape("length")}),
                        e.builder().constant({axis})}));
}

void select(Emitter& e) {
  const auto axis = e.axis("dim", e.rank("self"));
  const auto x = e.tensor("self");
  if (e.argument("index").constant)
    return e.out(e.add("Gather", {x, e.builder().scalar(e.integer("index"))}, {{"axis", axis}}));
  const auto picked = e.add("Gather", {x, e.shape("index")}, {{"axis", axis}});
  e.out(e.add("Squeeze", {picked, e.builder().constant({axis})}));
}

void index_select(Emitter& e) {
  e.out(e.add("Gather", {e.tensor("self"), e.tensor("index")}, {{"axis", e.axis("dim", e.rank("self"))}}));
}

void gather(Emitter& e) {
  e.out(e.add("GatherElements", {e.tensor("self"), e.tensor("index")},
              {{"axis", e.axis("dim", e.rank("self"))}}));
}

/// x[i, j]: whole numbers for the first dimensions, broadcast to one shape, and the place of each in a last dimension.
void index_by_several(Emitter& e, const std::vector<Converted>& indices) {
  std::vector<std::string> parts;
  for (const auto& by : indices) parts.push_back(e.tensor(by));
  for (size_t i = 1; i < parts.size(); ++i) {
    const auto sum = e.add("Add", {e.add("Expand", {parts[0], e.add("Shape", {parts[i]})}), parts[i]});
    parts[0] = e.add("Expand", {parts[0], e.add("Shape", {sum})});
  }
  const auto common = e.add("Shape", {parts[0]});
  std::vector<std::string> places;
  const auto last = e.builder().constant(std::vector<int64_t>{-1});
  for (const auto& part : parts)
    places.push_back(e.add("Unsqueeze", {e.add("Expand", {part, common}), last}));
  e.out(e.add("GatherND", {e.tensor("self"), e.add("Concat", places, {{"axis", int64_t(-1)}})}));
}

bool is_mask(const Emitter& e, const Converted& by, size_t place) {
  if (by.constant) return by.constant->toTensor().scalar_type() == at::kBool;
  const auto* list = qtool::argument(e.node(), "indices")->node();
  const auto* seen = place < list->inputs().size() ? e.conversion().seen(list->input(place)) : nullptr;
  return !seen || seen->type == at::kBool;
}

/// x[i], x[:, i] and x[i, j]: whole numbers that pick.
void index(Emitter& e) {
  const auto indices = e.elements("indices");
  std::vector<size_t> given;
  for (size_t i = 0; i < indices.size(); ++i)
    if (!indices[i].constant || !indices[i].constant->isNone()) given.push_back(i);
  if (given.empty()) return e.out(e.argument("self"));
  for (const auto place : given)
    if (is_mask(e, indices[place], place)) e.refuse("it picks by a mask");
  if (given.size() == 1)
    return e.out(
        e.add("Gather", {e.tensor("self"), e.tensor(indices[given[0]])}, {{"axis", int64_t(given[0])}}));
  if (given.back() + 1 != given.size())
    e.refuse("it picks by several tensors behind a dimension that it keeps");
  index_by_several(e, {indices.begin(), indices.begin() + int64_t(given.size())});
}

std::vector<std::string> tensors_of(const Emitter& e) {
  std::vector<std::string> names;
  for (const auto& element : e.elements("tensors")) names.push_back(e.tensor(element));
  return names;
}

void cat(Emitter& e) {
  e.out(e.add("Concat", tensors_of(e), {{"axis", e.axis("dim", int64_t(e.result().sizes.size()))}}));
}

void stack(Emitter& e) {
  const auto axis = e.axis("dim", int64_t(e.result().sizes.size()));
  std::vector<std::string> parts;
  for (const auto& part : tensors_of(e))
    parts.push_back(e.add("Unsqueeze", {part, e.builder().constant({axis})}));
  e.out(e.add("Concat", parts, {{"axis", axis}}));
}

/// Differences of neighbours.
void diff(Emitter& e) {
  if (e.integer("n") != 1 || e.type("self") == at::kBool)
    e.refuse("it is not a plain difference of neighbours");
  const auto axis = e.axis("dim", e.rank("self"));
  auto x = e.tensor("self");
  std::vector<std::string> parts;
  if (e.has("prepend")) parts.push_back(e.tensor("prepend"));
  parts.push_back(x);
  if (e.has("append")) parts.push_back(e.tensor("append"));
  if (parts.size() > 1) x = e.add("Concat", parts, {{"axis", axis}});
  const auto at = [&](int64_t begin, int64_t end) {
    return e.add("Slice", {x, e.builder().constant({begin}), e.builder().constant({end}),
                           e.builder().constant({axis})});
  };
  e.out(e.add("Sub", {at(1, kToTheEnd), at(0, -1)}));
}

/// The list that `names` are.
void out_list(Emitter& e, const std::vector<std::string>& names) {
  Converted list{.is_list = true};
  for (const auto& name : names) list.elements.push_back({.name = name});
  e.out(std::move(list));
}

void split_into(Emitter& e, int64_t axis, const std::vector<int64_t>& lengths) {
  out_list(e, e.builder().add_many("Split", {e.tensor("self"), e.builder().constant(lengths)}, e.hint(),
                                   lengths.size(), {{"axis", axis}}));
}

std::vector<int64_t> pieces(int64_t length, int64_t each) {
  std::vector<int64_t> lengths;
  for (; length > 0; length -= each) lengths.push_back(std::min(length, each));
  return lengths;
}

void split(Emitter& e) {
  const auto sizes = e.seen("self").sizes;
  const auto axis = e.axis("dim", int64_t(sizes.size()));
  const char* name = e.has("split_size") ? "split_size" : "split_sizes";
  const auto given = e.constant(name);
  split_into(e, axis, given.isInt() ? pieces(sizes[size_t(axis)], given.toInt()) : given.toIntVector());
}

void chunk(Emitter& e) {
  const auto sizes = e.seen("self").sizes;
  const auto axis = e.axis("dim", int64_t(sizes.size()));
  const auto length = sizes[size_t(axis)], count = e.integer("chunks");
  split_into(e, axis, pieces(length, (length + count - 1) / count));
}

void unbind(Emitter& e) {
  const auto sizes = e.seen("self").sizes;
  const auto axis = e.axis("dim", int64_t(sizes.size()));
  const auto x = e.tensor("self");
  std::vector<std::string> names;
  for (int64_t i = 0; i < sizes[size_t(axis)]; ++i)
    names.push_back(e.add("Gather", {x, e.builder().scalar(i)}, {{"axis", axis}}));
  out_list(e, names);
}

/// -1 keeps a length, as 1 does in ONNX.
void expand(Emitter& e) {
  auto list = e.argument("size");
  if (list.constant) {
    auto sizes = e.integers("size");
    for (auto& size : sizes) size = size == -1 ? 1 : size;
    return e.out(e.add("Expand", {e.tensor("self"), e.builder().constant(sizes)}));
  }
  for (auto& element : list.elements)
    if (element.constant && element.constant->toInt() == -1) element.constant = int64_t(1);
  e.out(e.add("Expand", {e.tensor("self"), e.shape(list)}));
}

void expand_as(Emitter& e) {
  e.out(e.add("Expand", {e.tensor("self"), e.add("Shape", {e.tensor("other")})}));
}

void repeat(Emitter& e) {
  const auto list = e.argument("repeats");
  const auto count = list.is_list ? list.elements.size() : e.integers("repeats").size();
  auto x = e.tensor("self");
  if (const auto missing = int64_t(count) - e.rank("self"); missing > 0) {
    std::vector<int64_t> axes(static_cast<size_t>(missing));
    std::iota(axes.begin(), axes.end(), 0);
    x = e.add("Unsqueeze", {x, e.builder().constant(axes)});
  }
  e.out(e.add("Tile", {x, e.shape("repeats")}));
}

void roll(Emitter& e) {
  const auto sizes = e.seen("self").sizes;
  auto shifts = e.integers("shifts");
  const auto axes = e.axes("dims", e.rank("self"));
  if (axes.size() != shifts.size()) e.refuse("it rolls without dims");
  // Where Slice ends at the ends, a roll goes on; the batch, the first dimension, has any length.
  for (size_t i = 0; i < axes.size(); ++i)
    if (axes[i] > 0) shifts[i] %= sizes[size_t(axes[i])];
  auto x = e.tensor("self");
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto at = e.builder().constant({-shifts[i]}), axis = e.builder().constant({axes[i]});
    const auto begin = e.builder().constant(std::vector<int64_t>{0}), end = e.builder().constant({kToTheEnd});
    x = e.add("Concat", {e.add("Slice", {x, at, end, axis}), e.add("Slice", {x, begin, at, axis})},
              {{"axis", axes[i]}});
  }
  e.out(x);
}

void flip(Emitter& e) {
  const auto axes = e.axes("dims", e.rank("self"));
  const auto all = [&](int64_t value) {
    return e.builder().constant(std::vector<int64_t>(axes.size(), value));
  };
  e.out(e.add("Slice", {e.tensor("self"), all(-1), all(std::numeric_limits<int64_t>::min()),
                        e.builder().constant(axes), all(-1)}));
}

void pixel_shuffle(Emitter& e) {
  e.out(e.add("DepthToSpace", {e.tensor("self")},
              {{"blocksize", e.integer("upscale_factor")}, {"mode", std::string("CRD")}}));
}

/// LibTorch's list begins with the last dimension: begin and end of each.
std::string pads_of(const Emitter& e, const char* name) {
  const auto given = e.elements(name);
  const auto rank = size_t(e.rank("self"));
  Converted pads{.is_list = true};
  pads.elements.assign(2 * rank, {.constant = c10::IValue(int64_t(0))});
  for (size_t i = 0; i + 1 < given.size(); i += 2) {
    const auto axis = rank - 1 - i / 2;
    pads.elements.at(axis) = given[i];
    pads.elements.at(rank + axis) = given[i + 1];
  }
  return e.shape(pads);
}

void pad_by(Emitter& e, const char* mode) {
  std::vector<std::string> inputs = {e.tensor("self"), pads_of(e, "pad")};
  if (std::string(mode) == "constant")
    inputs.push_back(e.builder().scalar(e.has("value") ? e.number("value") : 0, e.type("self")));
  e.out(e.add("Pad", inputs, {{"mode", std::string(mode)}}));
}

void constant_pad(Emitter& e) { pad_by(e, "constant"); }

void pad(Emitter& e) {
  static const std::map<std::string, const char*> modes = {
      {"constant", "constant"}, {"reflect", "reflect"}, {"replicate", "edge"}, {"circular", "wrap"}};
  pad_by(e, modes.at(e.constant("mode").toStringRef()));
}

void pad_with_own(Emitter& e) {
  const bool reflects = e.kind().rfind("reflection", 0) == 0;
  e.out(e.add("Pad", {e.tensor("self"), pads_of(e, "padding")},
              {{"mode", std::string(reflects ? "reflect" : "edge")}}));
}

void size(Emitter& e) {
  const auto x = e.tensor("self");
  const auto rank = e.rank("self");
  if (e.has("dim")) {
    const auto axis = e.axis("dim", rank);
    return e.out(Converted{.name = lengths(e, x, axis, axis + 1), .is_number = true});
  }
  Converted list{.is_list = true};
  for (int64_t axis = 0; axis < rank; ++axis)
    list.elements.push_back({.name = lengths(e, x, axis, axis + 1), .is_number = true});
  e.out(std::move(list));
}

/// Numbers of the graph that LibTorch wraps into tensors, or takes out of them.
void number(Emitter& e) {
  const auto* schema = e.node()->maybeSchema();
  const auto x = schema ? e.argument(schema->arguments()[0].name()) : e.conversion().of(e.node()->input(0));
  if (!x.is_number) e.refuse("it makes a number of a tensor's value");
  e.out(x);
}

constexpr OperatorRow kMoveRows[] = {
    {"aten::reshape", reshape},
    {"aten::view", reshape},
    {"aten::_unsafe_view", reshape},
    {"aten::view_as", view_as},
    {"aten::reshape_as", view_as},
    {"aten::flatten", flatten},
    {"aten::unflatten", unflatten},
    {"aten::permute", permute},
    {"aten::transpose", transpose},
    {"aten::t", transpose_matrix},
    {"aten::numpy_T", transpose_matrix},
    {"aten::movedim", movedim},
    {"aten::squeeze", squeeze},
    {"aten::unsqueeze", unsqueeze},
    {"aten::slice", slice},
    {"aten::narrow", narrow},
    {"aten::select", select},
    {"aten::index_select", index_select},
    {"aten::gather", gather},
    {"aten::index", index},
    {"aten::diff", diff},
    {"aten::cat", cat},
    {"aten::stack", stack},
    {"aten::split", split},
    {"aten::split_with_sizes", split},
    {"aten::chunk", chunk},
    {"aten::unbind", unbind},
    {"aten::expand", expand},
    {"aten::expand_as", expand_as},
    {"aten::repeat", repeat},
    {"aten::roll", roll},
    {"aten::flip", flip},
    {"aten::pixel_shuffle", pixel_shuffle},
    {"aten::constant_pad_nd", constant_pad},
    {"aten::pad", pad},
    {"aten::reflection_pad1d", pad_with_own},
    {"aten::reflection_pad2d", pad_with_own},
    {"aten::replication_pad1d", pad_with_own},
    {"aten::replication_pad2d", pad_with_own},
    {"aten::size", size},
    {"aten::sym_size", size},
    {"prim::NumToTensor", number},
    {"aten::Int", number},
    {"aten::IntImplicit", number},
    {"aten::ScalarImplicit", number},
    {"aten::item", number},
};

}  // namespace

std::span<const OperatorRow> moves() { return kMoveRows; }

}  // namespace qtool::onnx
