#include "data/input_order.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/names.h"

namespace qtool {
namespace {

using NameList = std::vector<std::string>;

bool has(const NameList& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

[[noreturn]] void refuse(const std::string& what, const NameList& arrays, const NameList& inputs,
                         const std::string& where) {
  throw Error(ErrorKind::kUsage,
              {.what = what,
               .where = where,
               .got = std::to_string(arrays.size()) + " from the data: " + join(arrays),
               .expected = std::to_string(inputs.size()) + " by the model's forward(): " + join(inputs),
               .fix = "name the arrays as the inputs, one for each, and labels 'labels'"});
}

InputOrder in_order(const NameList& arrays, const NameList& inputs, const std::string& where) {
  if (arrays.size() != inputs.size())
    refuse("the model and the data differ in the number of inputs", arrays, inputs, where);
  InputOrder order{.arrays = std::vector<size_t>(arrays.size())};
  std::iota(order.arrays.begin(), order.arrays.end(), size_t{0});
  if (arrays.size() == 1) return order;  // nothing can be mixed up
  for (size_t i = 0; i < arrays.size(); ++i)
    order.warning += (i == 0 ? "" : ", ") + arrays[i] + " is " + inputs[i];
  order.warning = "no array of " + where +
                  " has the name of an input, so they are taken in their order: " + order.warning;
  return order;
}

InputOrder order_for(const NameList& inputs, const NameList& arrays, const std::string& where) {
  const auto fits = [&](const std::string& name) { return has(inputs, name); };
  if (std::none_of(arrays.begin(), arrays.end(), fits)) return in_order(arrays, inputs, where);
  InputOrder order;
  for (const auto& input : inputs) {
    const auto array = std::find(arrays.begin(), arrays.end(), input);
    if (array == arrays.end()) refuse("no array for the input '" + input + "'", arrays, inputs, where);
    order.arrays.push_back(size_t(array - arrays.begin()));
  }
  for (const auto& array : arrays)
    if (!fits(array)) refuse("no input for the array '" + array + "'", arrays, inputs, where);
  return order;
}

}  // namespace

InputOrder order_inputs(const NameList& arrays, const ReaderInputs& readers, const std::string& where) {
  if (arrays.empty() || readers.empty()) return {};
  InputOrder first = order_for(readers[0], arrays, where);
  for (const auto& inputs : readers)
    if (order_for(inputs, arrays, where).arrays != first.arrays)
      throw Error(ErrorKind::kUsage, {.what = "the models take the arrays in different order",
                                      .where = where,
                                      .got = join(inputs),
                                      .expected = join(readers[0]) + ", as the first model",
                                      .fix = "use models whose inputs have the same names and order"});
  return first;
}

}  // namespace qtool
