#pragma once
#include <map>
#include <stdexcept>
#include <string>

namespace qtool {

class Records;

/// Code calls what is not on the list (graph/read/allowed_operators.h). The text says where, and why that is not.
struct RefusedCode : std::runtime_error {
  std::string name;  ///< of the operator or the class

  RefusedCode(std::string refused, const std::string& where_and_why)
      : std::runtime_error(where_and_why), name(std::move(refused)) {}
};

/// Code of an archive by the names of its records, `code/__torch__/nets.py`.
using CodeRecords = std::map<std::string, std::string>;

[[nodiscard]] CodeRecords code_of(const Records& records);

/// Reads the pickles and the code of a TorchScript archive, and compiles the code without running any of it: loading
/// runs some (`__setstate__`), so this comes first. Throws RefusedCode, Flaw where a record is damaged or nested too
/// deep, or what LibTorch throws where the code does not compile.
void check_code(const Records& records, const CodeRecords& code);

}  // namespace qtool
