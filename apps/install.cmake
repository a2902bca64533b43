# What `cmake --install BUILD --prefix P` puts below P, which can be moved as a whole:
#
#   bin/qtool
#   lib/qtool/torch                 a link to the LibTorch that qtool was built with, where qtool looks for it; none for
#                                   Debian's
#   lib/qtool/openvino              the same for OpenVINO, where there was one
#   share/man/man1/qtool.1
#   share/bash-completion, share/zsh, share/fish
#   share/qtool/qtool.schema.json
#   share/doc/qtool/
#
# apps/package.cmake makes a package of all but the links.
install(TARGETS qtool RUNTIME DESTINATION bin COMPONENT program)

# The program writes these itself.
set(_texts ${CMAKE_BINARY_DIR}/texts)
file(MAKE_DIRECTORY ${_texts})
foreach(_text "man:qtool.1" "schema:qtool.schema.json" "completion bash:qtool" "completion zsh:_qtool"
    "completion fish:qtool.fish")
  string(REGEX REPLACE ":.*" "" _arguments ${_text})
  string(REGEX REPLACE ".*:" "" _file ${_text})
  install(CODE "execute_process(COMMAND \"$<TARGET_FILE:qtool>\" ${_arguments} OUTPUT_FILE \"${_texts}/${_file}\"
      RESULT_VARIABLE _failed)
    if(_failed)
      message(FATAL_ERROR \"qtool ${_arguments}: \${_failed}\")
    endif()" COMPONENT program)
endforeach()
install(FILES ${_texts}/qtool.1 DESTINATION share/man/man1 COMPONENT program)
install(FILES ${_texts}/qtool DESTINATION share/bash-completion/completions COMPONENT program)
install(FILES ${_texts}/_qtool DESTINATION share/zsh/vendor-completions COMPONENT program)
install(FILES ${_texts}/qtool.fish DESTINATION share/fish/vendor_completions.d COMPONENT program)
install(FILES ${_texts}/qtool.schema.json DESTINATION share/qtool COMPONENT program)
install(FILES README.md LICENSE DESTINATION share/doc/qtool COMPONENT program)
install(FILES apps/manual.md DESTINATION share/doc/qtool/apps COMPONENT program)

# A link at `path` to a library's folder, in whose folder `libraries` the program finds its libraries.
function(qtool_link path prefix libraries)
  file(RELATIVE_PATH _below "${prefix}" "${libraries}")
  set_property(TARGET qtool APPEND PROPERTY INSTALL_RPATH "$ORIGIN/../${path}/${_below}")
  install(DIRECTORY DESTINATION lib/qtool COMPONENT program)
  install(CODE "file(CREATE_LINK \"${prefix}\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${path}\" SYMBOLIC)"
    COMPONENT links)
endfunction()
if(NOT LIBTORCH_PREFIX STREQUAL "/usr")
  set(QTOOL_TORCH_LINK lib/qtool/torch)
  get_filename_component(_libraries "${LIBTORCH_torch_cpu}" DIRECTORY)
  qtool_link(${QTOOL_TORCH_LINK} "${LIBTORCH_PREFIX}" "${_libraries}")
endif()
if(OPENVINO_LIBRARY)
  set(QTOOL_OPENVINO_LINK lib/qtool/openvino)
  qtool_link(${QTOOL_OPENVINO_LINK} "${OPENVINO_PREFIX}" "${OPENVINO_LIBRARY_DIR}")
endif()
