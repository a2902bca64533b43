#pragma once
/// How a field of an ONNX file is read.
#include <cstdint>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <utility>

#include "graph/read/flaw.h"
#include "graph/read/onnx_field_numbers.h"

namespace qtool::onnx {

/// protozero leaves it to its users that a field has the form which its number says.
inline protozero::pbf_reader& expect(protozero::pbf_reader& field, protozero::pbf_wire_type form) {
  if (field.wire_type() != form) throw Flaw("a field of another form than ONNX's", "an ONNX file");
  return field;
}
inline int64_t integer(protozero::pbf_reader& field) {
  return expect(field, protozero::pbf_wire_type::varint).get_int64();
}
inline std::string text(protozero::pbf_reader& field) {
  return expect(field, protozero::pbf_wire_type::length_delimited).get_string();
}
inline protozero::pbf_reader message(protozero::pbf_reader& field) {
  return expect(field, protozero::pbf_wire_type::length_delimited).get_message();
}
inline protozero::data_view view(protozero::pbf_reader& field) {
  return expect(field, protozero::pbf_wire_type::length_delimited).get_view();
}

/// A key and its value.
inline std::pair<std::string, std::string> read_entry(protozero::pbf_reader entry) {
  std::pair<std::string, std::string> pair;
  while (entry.next())
    if (entry.tag() == entry_field::kKey)
      pair.first = text(entry);
    else if (entry.tag() == entry_field::kValue)
      pair.second = text(entry);
    else
      entry.skip();
  return pair;
}

}  // namespace qtool::onnx
