#include "storage/secrets/key_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"
#include "storage/secrets/sealing.hpp"

namespace daybook {
namespace {

constexpr std::size_t block_bytes = 64;
constexpr std::size_t key_place = 24;
constexpr std::size_t blocks_at_once = 16'384;
constexpr std::array<char, 4> magic = {'D', 'B', 'K', 'K'};
constexpr std::uint32_t format_version = 1;

using Block = std::array<std::byte, block_bytes>;

void put_number(std::span<std::byte> block, std::size_t offset, std::uint64_t number) {
  std::memcpy(block.data() + offset, &number, sizeof(number));
}

std::uint64_t number_at(std::span<const std::byte> block, std::size_t offset) {
  std::uint64_t number = 0;
  std::memcpy(&number, block.data() + offset, sizeof(number));
  return number;
}

Block header_block() {
  Block block{};
  std::memcpy(block.data(), magic.data(), magic.size());
  std::memcpy(block.data() + 4, &format_version, sizeof(format_version));
  put_number(block, 56, xxh3_64(std::span{block}.first(56)));
  return block;
}

void put_key(std::span<std::byte> block, const NewKey& added) {
  std::memcpy(block.data(), &added.id, sizeof(added.id));
  put_number(block, 16, xxh3_64(block.first(16)));
  std::memcpy(block.data() + key_place, added.key.data(), added.key.size());
  put_number(block, 56, xxh3_64(added.key));
}

/// Bytes with keys in them, which are zeros at the end.
struct KeyBytes {
  explicit KeyBytes(std::size_t size) : bytes(size) {}
  KeyBytes(const KeyBytes&) = delete;
  KeyBytes& operator=(const KeyBytes&) = delete;
  ~KeyBytes() { wipe(bytes); }
  std::vector<std::byte> bytes;
};

bool has_id(std::span<const std::byte> block) {
  Uint128 id;
  std::memcpy(&id, block.data(), sizeof(id));
  return !id.is_zero() && number_at(block, 16) == xxh3_64(block.first(16));
}

std::uint64_t offset_of(std::uint64_t block) { return (1 + block) * block_bytes; }

}  // namespace

SecretKey::~SecretKey() { wipe(bytes_); }

KeyFile::KeyFile(std::filesystem::path directory, std::uint64_t keys_max)
    : directory_{std::move(directory)}, keys_max_{keys_max} {}

Result<std::unique_ptr<KeyFile>> KeyFile::open(const std::filesystem::path& directory,
                                               std::uint64_t keys_max) {
  std::unique_ptr<KeyFile> keys{new KeyFile{directory, keys_max}};
  if (const auto read = keys->read(); !read.ok()) return read.error();
  return keys;
}

Result<void> KeyFile::read() {
  auto file = File::open(directory_ / "keys", File::Mode::write);
  if (!file.ok()) {
    if (file.error().kind == FailureKind::not_found) return {};
    return file.error();
  }
  file_.emplace(std::move(file).value());
  const auto size = file_->size();
  if (!size.ok()) return size.error();
  // No key can be behind a header that is not whole: make_file() syncs it first.
  if (size.value() < block_bytes) {
    findings_.cut_bytes = size.value();
    file_.reset();
    return {};
  }
  Block header{};
  const auto got = file_->read_at(header, 0);
  if (!got.ok()) return got.error();
  if (got.value() != block_bytes || header != header_block()) {
    return Failure{FailureKind::damaged,
                   fmt::format("{}: it is damaged, or not of this version; bring it back from a "
                               "copy, or move it away to start without the secrets in it",
                               file_->path().string())};
  }
  return read_blocks(size.value());
}

Result<void> KeyFile::read_blocks(std::uint64_t size) {
  const std::uint64_t whole = size / block_bytes - 1;
  KeyBytes read{blocks_at_once * block_bytes};
  for (std::uint64_t at = 0; at < whole;) {
    const std::uint64_t count = std::min<std::uint64_t>(whole - at, blocks_at_once);
    const auto part = std::span{read.bytes}.first(count * block_bytes);
    const auto got = file_->read_at(part, offset_of(at));
    if (!got.ok()) return got.error();
    if (got.value() != part.size()) {
      return Failure{FailureKind::io,
                     fmt::format("{}: it is shorter than it was", file_->path().string())};
    }
    for (std::uint64_t each = 0; each < count; ++each) {
      take(part.subspan(each * block_bytes, block_bytes), at + each);
    }
    at += count;
  }
  // Whoever made the file may have been killed before its name was certain.
  if (blocks_ == 0) {
    for (const auto& each : {directory_.parent_path(), directory_}) {
      if (auto synced = sync_directory(each); !synced.ok()) return synced;
    }
  }
  // What stands behind the last block with an id was never told to anybody.
  findings_.cut_bytes = size - offset_of(blocks_);
  if (findings_.cut_bytes == 0) return {};
  if (auto cut = file_->truncate(offset_of(blocks_)); !cut.ok()) return cut;
  return file_->sync();
}

void KeyFile::take(std::span<const std::byte> block, std::uint64_t at) {
  if (!has_id(block)) return;
  findings_.without_id += at - blocks_;  // Those before it.
  blocks_ = at + 1;
  Uint128 id;
  std::memcpy(&id, block.data(), sizeof(id));
  Entry entry;
  entry.block = static_cast<std::uint32_t>(at);
  const auto place = block.subspan(key_place);
  const bool is_forgotten =
      std::all_of(place.begin(), place.end(), [](std::byte byte) { return byte == std::byte{0}; });
  if (!is_forgotten) {
    const auto key = place.first(entry.key.size());
    entry.is_there = number_at(block, 56) == xxh3_64(key);
    entry.is_damaged = !entry.is_there;
    if (entry.is_there) std::memcpy(entry.key.data(), key.data(), key.size());
    if (entry.is_damaged) ++findings_.damaged;
  }
  entries_.insert_or_assign(id, entry);
}

Result<void> KeyFile::make_file() {
  if (::mkdir(directory_.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return system_failure(errno, "cannot make the directory", directory_);
  }
  if (auto synced = sync_directory(directory_.parent_path()); !synced.ok()) return synced;
  auto file = File::open(directory_ / "keys", File::Mode::create_afresh);
  if (!file.ok()) return file.error();
  if (::fchmod(file.value().descriptor(), S_IRUSR | S_IWUSR) != 0) {
    return system_failure(errno, "cannot be made private", file.value().path());
  }
  if (auto put = file.value().write_at(header_block(), 0); !put.ok()) return put;
  if (auto synced = file.value().sync(); !synced.ok()) return synced;
  if (auto synced = sync_directory(directory_); !synced.ok()) return synced;
  file_.emplace(std::move(file).value());
  return {};
}

Result<void> KeyFile::append(std::span<const std::byte> bytes) {
  if (failed_) return *failed_;
  Result<void> done = file_ ? Result<void>{} : make_file();
  if (done.ok()) done = file_->write_at(bytes, offset_of(blocks_));
  if (done.ok()) done = file_->sync_data();
  if (!done.ok()) failed_ = done.error();
  return done;
}

Result<void> KeyFile::overwrite(std::span<Entry* const> entries) {
  constexpr std::array<std::byte, block_bytes - key_place> zeros{};
  Result<void> done;
  for (const Entry* each : entries) {
    done = file_->write_at(zeros, offset_of(each->block) + key_place);
    if (!done.ok()) break;
  }
  if (done.ok() && !entries.empty()) done = file_->sync_data();
  if (!done.ok()) failed_ = done.error();
  return done;
}

Result<void> KeyFile::add(std::span<const NewKey> keys) {
  ENSURE(has_room_for(keys.size()), "the caller looks for room");
  KeyBytes added{keys.size() * block_bytes};
  for (std::size_t at = 0; at < keys.size(); ++at) {
    put_key(std::span{added.bytes}.subspan(at * block_bytes, block_bytes), keys[at]);
  }
  const auto written = append(added.bytes);
  if (!written.ok()) return written;
  const std::unique_lock lock{mutex_};
  for (const NewKey& each : keys) {
    entries_.insert_or_assign(
        each.id,
        Entry{.key = each.key, .block = static_cast<std::uint32_t>(blocks_++), .is_there = true});
  }
  return {};
}

Result<std::vector<ForgetOutcome>> KeyFile::forget(std::span<const Uint128> ids) {
  if (failed_) return *failed_;
  std::vector<ForgetOutcome> outcomes;
  std::vector<Entry*> going;
  // Only this thread changes entries, so it reads them without the lock.
  for (const Uint128& id : ids) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) {
      outcomes.push_back(ForgetOutcome::unknown);
      continue;
    }
    Entry& entry = found->second;
    // A damaged one may have left bytes of its key: they go as well.
    const bool goes = (entry.is_there || entry.is_damaged) &&
                      std::find(going.begin(), going.end(), &entry) == going.end();
    outcomes.push_back(goes ? ForgetOutcome::forgotten : ForgetOutcome::was_forgotten);
    if (goes) going.push_back(&entry);
  }
  // First the disk: as long as a key could come back from there, it does not count as forgotten.
  if (const auto gone = overwrite(going); !gone.ok()) return gone.error();
  const std::unique_lock lock{mutex_};
  for (Entry* each : going) {
    wipe(each->key);
    each->is_there = false;
    each->is_damaged = false;
  }
  return outcomes;
}

std::optional<SecretKey> KeyFile::find(const Uint128& id) const {
  const std::shared_lock lock{mutex_};
  const auto found = entries_.find(id);
  if (found == entries_.end() || !found->second.is_there) return std::nullopt;
  return found->second.key;
}

}  // namespace daybook
