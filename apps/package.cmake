# `cpack --config BUILD/CPackConfig.cmake` makes a Debian package (apps/package.sh does all of it). Debian's libraries
# are its dependencies. pip's LibTorch is none: whoever installs the package says where it is, as its description tells.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME qtool)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The qtool authors <qtool@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "quantizes neural networks: TorchScript models to int8")
set(CPACK_PACKAGE_DESCRIPTION "A float TorchScript model goes in; an int8 model that is smaller and faster comes out,
checked by loading it back and running it, with a report that says what it cost and which layer is to blame.")
if(NOT LIBTORCH_PREFIX STREQUAL "/usr")
  get_filename_component(_lib "${LIBTORCH_torch_cpu}" DIRECTORY)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${_lib})  # found there, and of no package
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS python3-venv)
  set(QTOOL_WANTS
"qtool needs LibTorch ${LIBTORCH_RELEASE} in /usr/${QTOOL_TORCH_LINK}. pip brings it, into a venv of yours:
  python3 -m venv venv
  venv/bin/pip install torch==${LIBTORCH_RELEASE}+cpu --extra-index-url https://download.pytorch.org/whl/cpu
  sudo ln -sfn $PWD/venv/lib/python3*/site-packages/torch /usr/${QTOOL_TORCH_LINK}
Without root, LD_LIBRARY_PATH may name the folder torch/lib of the venv instead.")
  if(OPENVINO_LIBRARY)
    string(APPEND QTOOL_WANTS "
For ONNX files it wants OpenVINO ${OPENVINO_RELEASE} in /usr/${QTOOL_OPENVINO_LINK}, in the same way:
  venv/bin/pip install --no-deps openvino==${OPENVINO_RELEASE}
  sudo ln -sfn $PWD/venv/lib/python3*/site-packages/openvino /usr/${QTOOL_OPENVINO_LINK}")
  endif()
  string(APPEND CPACK_PACKAGE_DESCRIPTION "\n\n${QTOOL_WANTS}")
  configure_file(apps/package/postinst.in ${CMAKE_BINARY_DIR}/package/postinst @ONLY)
  configure_file(apps/package/prerm.in ${CMAKE_BINARY_DIR}/package/prerm @ONLY)
  set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_BINARY_DIR}/package/postinst ${CMAKE_BINARY_DIR}/package/prerm)
  set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
endif()
include(CPack)
