#include "tests/crash/states/disk_trace.hpp"

#include <algorithm>
#include <climits>
#include <cstring>
#include <mutex>
#include <optional>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace daybook::testing {
namespace {

using Inode = std::uint64_t;

struct Note {
  enum class Kind : std::uint8_t { write, resize, sync, name, unname, sync_names, acknowledge };
  Kind kind{};
  Inode inode = 0;
  std::uint64_t number = 0;  // Offset, size, notes covered by a sync, or sequence.
  std::vector<std::byte> bytes;
  std::string name;
};

struct Trace {
  std::mutex mutex;
  bool on = false;
  std::string root;
  std::vector<Note> notes;
  std::map<std::string, Inode> names;
};

Trace& trace() {
  static Trace instance;
  return instance;
}

struct Target {
  Inode inode = 0;
  std::string name;
  bool is_directory = false;
};

// The file behind a descriptor, if it is one below the traced directory.
std::optional<Target> target_of(int descriptor) {
  if (!trace().on) return std::nullopt;
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return std::nullopt;
  char link[64];
  char path[PATH_MAX];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  const ::ssize_t size = ::readlink(link, path, sizeof(path));
  if (size <= 0) return std::nullopt;
  const std::string name(path, static_cast<std::size_t>(size));
  if (!name.starts_with(trace().root)) return std::nullopt;
  const std::size_t skip = trace().root.size() + 1;
  return Target{status.st_ino, name.size() > skip ? name.substr(skip) : "",
                S_ISDIR(status.st_mode)};
}

// Requires: the lock. A name is first noted when its file is first touched.
void note_name(const Target& target) {
  auto& known = trace().names[target.name];
  if (known == target.inode) return;
  known = target.inode;
  trace().notes.push_back({Note::Kind::name, target.inode, 0, {}, target.name});
}

void note_write(int descriptor, const void* bytes, std::size_t size, std::uint64_t offset) {
  const auto target = target_of(descriptor);
  if (!target) return;
  const bool synced = (::fcntl(descriptor, F_GETFL) & O_DSYNC) != 0;
  const std::lock_guard lock{trace().mutex};
  note_name(*target);
  const auto* begin = static_cast<const std::byte*>(bytes);
  trace().notes.push_back({Note::Kind::write, target->inode, offset, {begin, begin + size}, {}});
  if (synced) {
    trace().notes.push_back({Note::Kind::sync, target->inode, trace().notes.size(), {}, {}});
  }
}

void note_resize(int descriptor, std::uint64_t size) {
  const auto target = target_of(descriptor);
  if (!target) return;
  const std::lock_guard lock{trace().mutex};
  note_name(*target);
  trace().notes.push_back({Note::Kind::resize, target->inode, size, {}, {}});
}

// A sync covers what was noted before it began.
template <typename Call>
int noted_sync(int descriptor, Call call) {
  const auto target = target_of(descriptor);
  std::size_t covered = 0;
  if (target) {
    const std::lock_guard lock{trace().mutex};
    if (!target->is_directory) note_name(*target);
    covered = trace().notes.size();
  }
  const int result = call();
  if (target && result == 0) {
    const std::lock_guard lock{trace().mutex};
    const auto kind = target->is_directory ? Note::Kind::sync_names : Note::Kind::sync;
    trace().notes.push_back({kind, target->inode, covered, {}, {}});
  }
  return result;
}

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string below_root(const char* path) {
  const std::string name = path;
  if (!trace().on || !name.starts_with(trace().root + "/")) return {};
  return name.substr(trace().root.size() + 1);
}

void note_rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock{trace().mutex};
  const auto known = trace().names.find(from);
  if (known == trace().names.end()) return;
  const Inode inode = known->second;
  trace().names.erase(known);
  trace().names[to] = inode;
  trace().notes.push_back({Note::Kind::unname, inode, 0, {}, from});
  trace().notes.push_back({Note::Kind::name, inode, 0, {}, to});
}

void note_unlink(const std::string& name) {
  const std::lock_guard lock{trace().mutex};
  if (trace().names.erase(name) == 0) return;
  trace().notes.push_back({Note::Kind::unname, 0, 0, {}, name});
}

void put(std::vector<std::byte>& content, std::uint64_t offset, const std::byte* bytes,
         std::size_t size) {
  if (content.size() < offset + size) content.resize(offset + size);
  std::copy_n(bytes, size, content.begin() + static_cast<std::ptrdiff_t>(offset));
}

// A write that was not synced: there, not there, or torn into sectors.
void put_perhaps(std::vector<std::byte>& content, const Note& write, std::mt19937_64& random) {
  const auto choice = random() % 4;
  if (choice == 0) return;
  if (choice == 1) return put(content, write.number, write.bytes.data(), write.bytes.size());
  const std::size_t sector = choice == 2 ? 512 : 4'096;
  for (std::size_t at = 0; at < write.bytes.size(); at += sector) {
    if (random() % 2 == 0) continue;
    put(content, write.number + at, write.bytes.data() + at,
        std::min(sector, write.bytes.size() - at));
  }
}

}  // namespace

void start_trace(const std::filesystem::path& directory) {
  const std::lock_guard lock{trace().mutex};
  trace().root = std::filesystem::canonical(directory).string();
  trace().notes.clear();
  trace().names.clear();
  trace().on = true;
}

void stop_trace() {
  const std::lock_guard lock{trace().mutex};
  trace().on = false;
}

void note_acknowledged(std::uint64_t sequence) {
  const std::lock_guard lock{trace().mutex};
  trace().notes.push_back({Note::Kind::acknowledge, 0, sequence, {}, {}});
}

std::size_t trace_size() { return trace().notes.size(); }

std::size_t first_acknowledged_position() {
  const auto& notes = trace().notes;
  const auto first = std::find_if(notes.begin(), notes.end(), [](const Note& note) {
    return note.kind == Note::Kind::acknowledge;
  });
  return static_cast<std::size_t>(first - notes.begin()) + 1;
}

CrashedDisk crash_at(std::size_t position, std::mt19937_64& random) {
  const auto& notes = trace().notes;
  CrashedDisk disk;
  // How far each file, and the names, are certain.
  std::map<Inode, std::size_t> certain;
  std::size_t names_certain = 0;
  for (std::size_t at = 0; at < position; ++at) {
    const Note& note = notes[at];
    if (note.kind == Note::Kind::sync) certain[note.inode] = note.number;
    if (note.kind == Note::Kind::sync_names) names_certain = note.number;
    if (note.kind == Note::Kind::acknowledge) disk.acknowledged = note.number;
  }
  const std::size_t names_until = names_certain + random() % (position - names_certain + 1);
  std::map<std::string, Inode> names;
  std::map<Inode, std::vector<std::byte>> contents;
  for (std::size_t at = 0; at < position; ++at) {
    const Note& note = notes[at];
    if (note.kind == Note::Kind::name && at < names_until) names[note.name] = note.inode;
    if (note.kind == Note::Kind::unname && at < names_until) names.erase(note.name);
    const bool is_certain = at < certain[note.inode];
    if (note.kind == Note::Kind::write) {
      if (is_certain) {
        put(contents[note.inode], note.number, note.bytes.data(), note.bytes.size());
      } else {
        ++disk.unsynced_writes;
        put_perhaps(contents[note.inode], note, random);
      }
    }
    if (note.kind == Note::Kind::resize && (is_certain || random() % 2 == 0)) {
      contents[note.inode].resize(note.number);
    }
  }
  for (const auto& [name, inode] : names) disk.files[name] = contents[inode];
  return disk;
}

}  // namespace daybook::testing

// ---- The calls themselves: made, and noted. ----

extern "C" {

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  static auto* const call = daybook::testing::real<decltype(pwrite)>("pwrite");
  const ssize_t written = call(descriptor, bytes, size, offset);
  if (written > 0) {
    daybook::testing::note_write(descriptor, bytes, static_cast<size_t>(written),
                                 static_cast<std::uint64_t>(offset));
  }
  return written;
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off_t offset) {
  return pwrite(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const struct iovec* parts, int count) {
  static auto* const call = daybook::testing::real<decltype(writev)>("writev");
  const off_t begin = ::lseek(descriptor, 0, SEEK_CUR);
  const ssize_t written = call(descriptor, parts, count);
  auto left = static_cast<size_t>(written < 0 ? 0 : written);
  auto offset = static_cast<std::uint64_t>(begin < 0 ? 0 : begin);
  for (int part = 0; part < count && left > 0; ++part) {
    const size_t size = std::min(left, parts[part].iov_len);
    daybook::testing::note_write(descriptor, parts[part].iov_base, size, offset);
    offset += size;
    left -= size;
  }
  return written;
}

int fdatasync(int descriptor) {
  static auto* const call = daybook::testing::real<decltype(fdatasync)>("fdatasync");
  return daybook::testing::noted_sync(descriptor, [&] { return call(descriptor); });
}

int fsync(int descriptor) {
  static auto* const call = daybook::testing::real<decltype(fsync)>("fsync");
  return daybook::testing::noted_sync(descriptor, [&] { return call(descriptor); });
}

int ftruncate(int descriptor, off_t size) noexcept {
  static auto* const call = daybook::testing::real<int(int, off_t)>("ftruncate");
  const int result = call(descriptor, size);
  if (result == 0) {
    daybook::testing::note_resize(descriptor, static_cast<std::uint64_t>(size));
  }
  return result;
}

int rename(const char* from, const char* to) noexcept {
  static auto* const call = daybook::testing::real<int(const char*, const char*)>("rename");
  const std::string before = daybook::testing::below_root(from);
  const int result = call(from, to);
  if (result == 0 && !before.empty()) {
    daybook::testing::note_rename(before, daybook::testing::below_root(to));
  }
  return result;
}

int unlink(const char* path) noexcept {
  static auto* const call = daybook::testing::real<int(const char*)>("unlink");
  const std::string name = daybook::testing::below_root(path);
  const int result = call(path);
  if (result == 0 && !name.empty()) daybook::testing::note_unlink(name);
  return result;
}

}  // extern "C"
