#include "tests/crash/errors/broken_system.hpp"

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

namespace daybook::testing {
namespace {

struct System {
  std::atomic<bool> is_watched{false};
  std::mutex mutex;
  std::string root;
  Breakage breakage;
  std::array<std::uint64_t, call_kinds> counted{};
  bool disk_is_full = false;
  Broken broken;
  ::pid_t first_thread = 0;
};

System& system_calls() {
  static System instance;
  return instance;
}

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::optional<std::string> below_root(const std::string& path) {
  const std::string& root = system_calls().root;
  if (!path.starts_with(root)) return std::nullopt;
  return path.size() > root.size() ? path.substr(root.size() + 1) : std::string{"."};
}

std::optional<std::string> path_of(int descriptor) {
  if (!system_calls().is_watched || descriptor < 0) return std::nullopt;
  char link[64];
  char path[PATH_MAX];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  const ::ssize_t size = ::readlink(link, path, sizeof(path));
  if (size <= 0) return std::nullopt;
  return below_root({path, static_cast<std::size_t>(size)});
}

std::optional<std::string> path_of(const char* path) {
  if (!system_calls().is_watched) return std::nullopt;
  return below_root(path);
}

enum class Fate : std::uint8_t { good, fails, half };

// Counts the call. Sets errno where it is to fail.
Fate fate_of(Call call, const std::optional<std::string>& path) {
  if (!path) return Fate::good;
  System& all = system_calls();
  const std::lock_guard lock{all.mutex};
  const std::uint64_t number = ++all.counted[static_cast<std::size_t>(call)];
  if (all.disk_is_full && call == Call::write) {
    errno = ENOSPC;
    return Fate::fails;
  }
  if (all.breakage.call != call || all.breakage.number != number) return Fate::good;
  all.broken = {*path, ::gettid() == all.first_thread, true};
  if (all.breakage.is_short_write) {
    all.disk_is_full = true;
    return Fate::half;
  }
  errno = all.breakage.error;
  return Fate::fails;
}

/// What a short write takes: whole sectors, half of them. None: the disk was full before.
std::size_t half_of(std::size_t bytes) {
  constexpr std::size_t sector = 512;
  const std::size_t half = bytes / 2 / sector * sector;
  if (half == 0) errno = ENOSPC;
  return half;
}

// Of a call that takes no bytes.
template <typename Path, typename Make>
auto unless_broken(Call call, Path subject, Make make) -> decltype(make()) {
  return fate_of(call, path_of(subject)) == Fate::fails ? decltype(make()){-1} : make();
}

int synced(int descriptor, const char* name) {
  const auto path = path_of(descriptor);
  if (fate_of(Call::sync, path) == Fate::fails) return -1;
  return path ? 0 : real<int(int)>(name)(descriptor);
}

}  // namespace

const char* name_of(Call call) {
  constexpr const char* names[call_kinds] = {"open",   "map",     "write",  "sync",
                                             "resize", "reserve", "rename", "remove"};
  return names[static_cast<std::size_t>(call)];
}

void break_system(const std::filesystem::path& directory, const Breakage& breakage) {
  System& all = system_calls();
  const std::lock_guard lock{all.mutex};
  all.root = std::filesystem::canonical(directory).string();
  all.breakage = breakage;
  all.counted = {};
  all.disk_is_full = false;
  all.broken = {};
  all.first_thread = ::gettid();
  all.is_watched = true;
}

void mend_system() {
  System& all = system_calls();
  const std::lock_guard lock{all.mutex};
  all.is_watched = false;
}

std::array<std::uint64_t, call_kinds> calls_counted() {
  System& all = system_calls();
  const std::lock_guard lock{all.mutex};
  return all.counted;
}

Broken what_broke() {
  System& all = system_calls();
  const std::lock_guard lock{all.mutex};
  return all.broken;
}

}  // namespace daybook::testing

// ---- The calls themselves. ----

using daybook::testing::Call;
using daybook::testing::Fate;

extern "C" {

int open(const char* path, int flags, ...) {
  static auto* const call = daybook::testing::real<int(const char*, int, ...)>("open");
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
  }
  return daybook::testing::unless_broken(Call::open, path, [&] { return call(path, flags, mode); });
}

void* mmap(void* at, size_t length, int protection, int flags, int descriptor,
           off_t offset) noexcept {
  static auto* const call =
      daybook::testing::real<void*(void*, size_t, int, int, int, off_t)>("mmap");
  const auto path = daybook::testing::path_of(descriptor);
  if (daybook::testing::fate_of(Call::map, path) == Fate::fails) return MAP_FAILED;
  return call(at, length, protection, flags, descriptor, offset);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  static auto* const call = daybook::testing::real<decltype(pwrite)>("pwrite");
  const Fate fate = daybook::testing::fate_of(Call::write, daybook::testing::path_of(descriptor));
  if (fate == Fate::fails) return -1;
  const size_t taken = fate == Fate::half ? daybook::testing::half_of(size) : size;
  return taken == 0 && size != 0 ? -1 : call(descriptor, bytes, taken, offset);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off_t offset) {
  return pwrite(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const struct iovec* parts, int count) {
  static auto* const call = daybook::testing::real<decltype(writev)>("writev");
  const Fate fate = daybook::testing::fate_of(Call::write, daybook::testing::path_of(descriptor));
  if (fate == Fate::fails) return -1;
  if (fate == Fate::good) return call(descriptor, parts, count);
  iovec first = parts[0];  // Half of the first part, and none of the others.
  first.iov_len = daybook::testing::half_of(first.iov_len);
  return first.iov_len == 0 ? -1 : call(descriptor, &first, 1);
}

int fdatasync(int descriptor) { return daybook::testing::synced(descriptor, "fdatasync"); }

int fsync(int descriptor) { return daybook::testing::synced(descriptor, "fsync"); }

int ftruncate(int descriptor, off_t size) noexcept {
  static auto* const call = daybook::testing::real<int(int, off_t)>("ftruncate");
  return daybook::testing::unless_broken(Call::resize, descriptor,
                                         [&] { return call(descriptor, size); });
}

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
  static auto* const call = daybook::testing::real<int(int, int, off_t, off_t)>("fallocate");
  return daybook::testing::unless_broken(Call::reserve, descriptor,
                                         [&] { return call(descriptor, mode, offset, length); });
}

int rename(const char* from, const char* to) noexcept {
  static auto* const call = daybook::testing::real<int(const char*, const char*)>("rename");
  return daybook::testing::unless_broken(Call::rename, from, [&] { return call(from, to); });
}

int unlink(const char* path) noexcept {
  static auto* const call = daybook::testing::real<int(const char*)>("unlink");
  return daybook::testing::unless_broken(Call::remove, path, [&] { return call(path); });
}

}  // extern "C"
