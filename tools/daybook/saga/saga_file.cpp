#include "tools/daybook/saga/saga_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

using OpenFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

int do_not_close(std::FILE*) { return 0; }

}  // namespace

Result<std::string> read_saga_file(const std::string& path) {
  const OpenFile file = path == "-" ? OpenFile{stdin, &do_not_close}
                                    : OpenFile{std::fopen(path.c_str(), "rb"), &std::fclose};
  const auto failure = [&path](const char* act) {
    return Failure{FailureKind::io, fmt::format("cannot {} {}: {}; check the path and run it again",
                                                act, path, std::strerror(errno))};
  };
  if (!file) return failure("open");
  std::string text(limits::saga_definition_bytes_max + 1, '\0');
  errno = 0;
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return failure("read");
  return text;
}

}  // namespace daybook
