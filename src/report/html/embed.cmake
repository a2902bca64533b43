# cmake -DOUT=FILE -DPARTS=NAME=PATH|NAME=PATH... -P embed.cmake: a C++ source that holds text files as a table of name
# and text. Writes nothing but what it reads: no part is parsed.
string(REPLACE "|" ";" PARTS "${PARTS}")
file(WRITE ${OUT}.new "#include \"report/html_parts.h\"\n\nnamespace qtool {\n\n"
  "const std::map<std::string_view, std::string_view> kHtmlParts = {\n")
foreach(part IN LISTS PARTS)
  string(REGEX MATCH "^([^=]*)=(.*)$" _ "${part}")
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" text)
  # It would send a browser's developer tools to look for a file that is not there.
  string(REGEX REPLACE "//# sourceMappingURL=[^\n]*" "" text "${text}")
  file(APPEND ${OUT}.new "    {\"${name}\", R\"qtool_part(${text})qtool_part\"},\n")
endforeach()
file(APPEND ${OUT}.new "};\n\n}  // namespace qtool\n")
file(RENAME ${OUT}.new ${OUT})
