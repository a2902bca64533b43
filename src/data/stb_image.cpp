// The implementation of stb_image, compiled once and without our warnings (see CMakeLists.txt). JPEG and PNG
// only; files are read by us, so that errors name them.
#include <cstdlib>

#include "data/stb_memory.h"
#define STBI_MALLOC(bytes) qtool::stb_reallocate(nullptr, bytes)
#define STBI_REALLOC(block, bytes) qtool::stb_reallocate(block, bytes)
#define STBI_FREE(block) std::free(block)
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_FAILURE_USERMSG
#include <stb/stb_image.h>
