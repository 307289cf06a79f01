#include "storage/journal/data_directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "engine/base/hash.hpp"
#include "storage/journal/segment_mending.hpp"
#include "storage/journal/settings.hpp"
#include "storage/witness/witness.hpp"

namespace daybook {
namespace {

constexpr std::uint32_t id_magic = 0x4a4b4244;  // "DBKJ"
constexpr std::uint32_t id_version = 1;
constexpr std::size_t ordinal_digits = 20;
constexpr std::string_view segment_suffix = ".mdb";
constexpr std::string_view leftover_suffix = ".mdb.new";
constexpr std::size_t holder_bytes_max = 512;
constexpr int lock_attempts_max = 20;
constexpr ::useconds_t lock_pause_us = 2'000;

struct IdFile {
  std::uint32_t magic = id_magic;
  std::uint32_t version = id_version;
  Uint128 journal_id;
  std::uint64_t reserved = 0;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(IdFile) == 40 && std::is_trivially_copyable_v<IdFile>);

std::uint64_t checksum_of(const IdFile& file) {
  return xxh3_64(std::as_bytes(std::span{&file, 1}).first(offsetof(IdFile, checksum)));
}

std::optional<std::uint64_t> parse_ordinal(std::string_view digits) {
  if (digits.size() != ordinal_digits) return std::nullopt;
  std::uint64_t ordinal = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    if (__builtin_mul_overflow(ordinal, std::uint64_t{10}, &ordinal) ||
        __builtin_add_overflow(ordinal, static_cast<std::uint64_t>(digit - '0'), &ordinal)) {
      return std::nullopt;
    }
  }
  return ordinal == 0 ? std::nullopt : std::optional{ordinal};
}

void sort_name(const std::filesystem::path& path, SegmentListing& listing) {
  const std::string name = path.filename().string();
  const auto ordinal = parse_ordinal(std::string_view{name}.substr(0, ordinal_digits));
  const std::string_view rest =
      std::string_view{name}.substr(std::min(name.size(), ordinal_digits));
  if (ordinal && rest == segment_suffix) {
    listing.ordinals.push_back(*ordinal);
  } else if (ordinal && (rest == leftover_suffix || rest == ".mdb.new-lock")) {
    listing.leftover.push_back(path);
  } else if (!ordinal || rest != ".mdb-lock") {
    listing.unknown.push_back(path);
  }
}

Failure held_by_another(const File& lock) {
  std::array<char, holder_bytes_max> text{};
  const auto read = lock.read_at(std::as_writable_bytes(std::span{text}), 0);
  std::string holder{text.data(), read ? read.value() : 0};
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  if (holder.empty()) holder = "a process that has not written its name yet";
  return {FailureKind::locked,
          fmt::format("{}: in use by {}; stop it first, or use another data directory",
                      lock.path().parent_path().string(), holder)};
}

Result<File> take_lock(const JournalLayout& layout) {
  auto lock = File::open(layout.lock(), File::Mode::create);
  if (!lock) return lock;
  File& file = lock.value();
  int attempts = 0;
  while (::flock(file.descriptor(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) {
      // An inspector that asks whether the lock is held holds it for an instant itself.
      if (++attempts == lock_attempts_max) return held_by_another(file);
      ::usleep(lock_pause_us);
      continue;
    }
    return system_failure(errno, "cannot be locked", file.path());
  }
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) std::strcpy(host.data(), "?");
  const std::string holder = fmt::format("process {} on host {}\n", ::getpid(), host.data());
  if (auto emptied = file.truncate(0); !emptied) return emptied.error();
  const auto written = file.write_at(std::as_bytes(std::span{holder}), 0);
  if (!written) return written.error();
  return lock;
}

/// Makes what a new directory needs, the id last: its presence says that the rest is there.
Result<Uint128> create_journal(const JournalLayout& layout) {
  const auto listing = list_segments(layout);
  if (!listing) return listing.error();
  if (!listing.value().ordinals.empty()) {
    return Failure{FailureKind::damaged,
                   fmt::format("{} is missing although {} holds segments; bring it back from a "
                               "backup of this directory",
                               layout.id().string(), layout.journal().string())};
  }
  auto id = make_journal_id();
  if (!id) return id;
  const auto written =
      write_identity(layout, {.journal_id = id.value(), .durable = {}, .entry_hash = {}});
  if (!written) return written.error();
  return id;
}

}  // namespace

std::filesystem::path JournalLayout::segment(std::uint64_t ordinal) const {
  const std::string name = fmt::format("{:020}{}", ordinal, segment_suffix);
  std::filesystem::path here = journal() / name;
  if (archive.empty()) return here;
  std::error_code ignored;
  std::filesystem::path there = archive / "journal" / name;
  const bool only_there =
      !std::filesystem::exists(here, ignored) && std::filesystem::exists(there, ignored);
  return only_there ? there : here;
}

Result<JournalLayout> layout_with_archive(const std::filesystem::path& root,
                                          const std::filesystem::path& archive) {
  JournalLayout layout{root, archive};
  if (!archive.empty()) return layout;
  const auto file = File::open(layout.archive_note(), File::Mode::read);
  if (!file) {
    if (file.error().kind == FailureKind::not_found) return layout;
    return file.error();
  }
  std::array<char, journal_limits::archive_name_bytes_max + 1> text{};
  const auto read = file.value().read_at(std::as_writable_bytes(std::span{text}), 0);
  if (!read) return read.error();
  layout.archive = std::string{text.data(), read.value()};
  if (read.value() > journal_limits::archive_name_bytes_max || !layout.archive.is_absolute() ||
      layout.archive.native().find('\0') != std::string::npos) {
    return Failure{FailureKind::damaged,
                   fmt::format("{} does not name a directory; it should have the absolute path of "
                               "the archive with this journal's older segments, and nothing else",
                               layout.archive_note().string())};
  }
  return layout;
}

Result<void> note_archive(const JournalLayout& layout, const std::filesystem::path& archive) {
  std::error_code error;
  const auto absolute = std::filesystem::canonical(archive, error);
  if (error) return system_failure(error.value(), "cannot be found", archive);
  const std::string& text = absolute.native();
  if (text.size() > journal_limits::archive_name_bytes_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("{}: a path of {} bytes; an archive's has at most {}", text,
                               text.size(), journal_limits::archive_name_bytes_max)};
  }
  return replace_file(layout.archive_note(), std::as_bytes(std::span{text}));
}

Result<SegmentListing> list_segments(const JournalLayout& layout) {
  SegmentListing listing;
  std::error_code error;
  std::filesystem::directory_iterator at{layout.journal(), error};
  for (; !error && at != std::filesystem::directory_iterator{}; at.increment(error)) {
    sort_name(at->path(), listing);
    if (listing.ordinals.size() > journal_limits::segments_max) {
      return Failure{FailureKind::unsupported,
                     fmt::format("{}: more than {} segments", layout.journal().string(),
                                 journal_limits::segments_max)};
    }
  }
  if (error) return system_failure(error.value(), "cannot be listed", layout.journal());
  if (!layout.archive.empty()) {
    const auto older = list_segments(JournalLayout{layout.archive});
    if (!older) return older.error();
    const auto& ordinals = older.value().ordinals;
    listing.ordinals.insert(listing.ordinals.end(), ordinals.begin(), ordinals.end());
    const auto& unknown = older.value().unknown;
    listing.unknown.insert(listing.unknown.end(), unknown.begin(), unknown.end());
  }
  std::sort(listing.ordinals.begin(), listing.ordinals.end());
  listing.ordinals.erase(std::unique(listing.ordinals.begin(), listing.ordinals.end()),
                         listing.ordinals.end());
  std::sort(listing.leftover.begin(), listing.leftover.end());
  std::sort(listing.unknown.begin(), listing.unknown.end());
  return listing;
}

Result<Uint128> read_journal_id(const JournalLayout& layout) {
  const auto file = File::open(layout.id(), File::Mode::read);
  if (!file) return file.error();
  IdFile content;
  const auto read = file.value().read_at(std::as_writable_bytes(std::span{&content, 1}), 0);
  if (!read) return read.error();
  if (read.value() != sizeof(content) || content.magic != id_magic ||
      content.checksum != checksum_of(content)) {
    return Failure{FailureKind::damaged,
                   fmt::format("{}: its checksum does not match its bytes; bring it back from a "
                               "backup of this directory",
                               layout.id().string())};
  }
  if (content.version != id_version) {
    return Failure{FailureKind::unsupported,
                   fmt::format("{}: format version {}, this build reads {}; use a newer build",
                               layout.id().string(), content.version, id_version)};
  }
  return content.journal_id;
}

Result<Uint128> make_journal_id() {
  Uint128 id;
  do {
    if (::getrandom(&id, sizeof(id), 0) != static_cast<::ssize_t>(sizeof(id))) {
      return Failure{FailureKind::io, "the system gives no random numbers for a journal id"};
    }
  } while (id.is_zero());
  return id;
}

Result<void> rewrite_journal_id(const JournalLayout& layout, const Uint128& id) {
  IdFile file;
  file.journal_id = id;
  file.checksum = checksum_of(file);
  return replace_file(layout.id(), std::as_bytes(std::span{&file, 1}));
}

Result<File> lock_for_repair(const JournalLayout& layout) { return take_lock(layout); }

Result<void> write_identity(const JournalLayout& layout, const WitnessStatement& statement) {
  if (auto made = Witness::create(layout.head(), statement.journal_id); !made) return made;
  if (statement.durable != Sequence{}) {
    auto witness = Witness::open(layout.head());
    if (!witness) return witness.error();
    if (auto written = witness.value().write(statement); !written) return written;
  }
  return rewrite_journal_id(layout, statement.journal_id);
}

bool is_locked(const JournalLayout& layout) {
  const auto lock = File::open(layout.lock(), File::Mode::read);
  if (!lock) return false;
  // A shared lock, given back at once: two inspectors do not see each other, a server they do.
  if (::flock(lock.value().descriptor(), LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK;
  return false;
}

DataDirectory::DataDirectory(JournalLayout layout, File lock, const Uint128& journal_id)
    : layout_{std::move(layout)}, lock_{std::move(lock)}, journal_id_{journal_id} {}

Result<DataDirectory> DataDirectory::open_or_create(const std::filesystem::path& root) {
  const JournalLayout layout{root};
  std::error_code ignored;
  if (std::filesystem::exists(layout.backup(), ignored)) {
    return Failure{
        FailureKind::invalid,
        fmt::format("{}: a backup, which nobody serves from; make a data directory of it "
                    "first: daybook restore {} NEW-DIRECTORY",
                    layout.root.string(), layout.root.string())};
  }
  if (auto made = make_directory(root); !made) return made.error();
  auto lock = take_lock(layout);
  if (!lock) return lock.error();
  if (auto made = make_directory(layout.journal()); !made) return made.error();
  auto id = read_journal_id(layout);
  if (!id && id.error().kind == FailureKind::not_found) id = create_journal(layout);
  if (!id) return id.error();
  return DataDirectory{layout, std::move(lock).value(), id.value()};
}

}  // namespace daybook
