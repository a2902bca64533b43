#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace qtool {

size_t terminal_width(FILE* stream) {
  winsize size{};
  if (isatty(fileno(stream)) == 0 || ioctl(fileno(stream), TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace qtool
