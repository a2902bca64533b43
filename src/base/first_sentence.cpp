#include "base/first_sentence.h"

#include <algorithm>
#include <string_view>

namespace qtool {

std::string first_sentence(const std::string& message) {
  const size_t begin = std::min(message.find_first_not_of(" \n"), message.size());
  std::string line = message.substr(begin, message.find('\n', begin) - begin);
  for (const std::string_view before : {"] . ", "please report a bug to PyTorch. "})
    if (const size_t place = line.find(before); place != std::string::npos)
      line.erase(0, place + before.size());
  return line;
}

}  // namespace qtool
