#include "tools/daybook/bench/bench_ack_log.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace daybook {

AckLog::~AckLog() {
  if (file_ >= 0) ::close(file_);
}

Result<void> AckLog::open(const std::string& path) {
  path_ = path;
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  return file_ >= 0 ? Result<void>{} : failed("open");
}

Result<void> AckLog::write(const BenchGenerator& generator, std::uint64_t first,
                           std::uint32_t count) {
  ids_.clear();
  for (std::uint64_t i = 0; i < count; ++i) {
    ids_.push_back(generator.transfer_id(first + i).value());
  }
  std::span<const std::byte> left = std::as_bytes(std::span{ids_});
  while (!left.empty()) {
    const ssize_t written = ::write(file_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed("write to");
    left = left.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Failure AckLog::failed(const char* act) const {
  return {FailureKind::io, fmt::format("cannot {} the acknowledgement log {}: {}; choose another "
                                       "place for it",
                                       act, path_, std::strerror(errno))};
}

}  // namespace daybook
