#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <shared_mutex>
#include <span>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/sealed_text.hpp"
#include "storage/file/file.hpp"

/// DIR/secrets/keys: the keys of sealed texts, outside of the journal, so that one can be
/// destroyed.
///
/// A file of its own rather than a database: a database writes a row more than once (its log, its
/// pages), and each copy would have to be found and overwritten. Here a key has one place.
///
/// Blocks of 64 bytes, little-endian. The first is the header, each other one a key:
///
///   offset size  header                          offset size  key
///        0    4  magic: "DBKK"                        0   16  its id, random, never 0
///        4    4  format version: 1                   16    8  XXH3-64 of the id
///        8   48  0                                   24   32  the key; forgotten: 0
///       56    8  XXH3-64 of the bytes before         56    8  XXH3-64 of the key; forgotten: 0
///
/// Keys are only appended. One is forgotten by zeros in its place; its id stays, so that it can be
/// told from one that never was. Blocks are aligned, so no block lies across two sectors of a disk.
///
/// Example, a forgotten key: <16 bytes: id> <8 bytes: XXH3-64 of it> 00 … 00 (40 bytes)

namespace daybook {

/// A key. Each copy is zeros when it ends, so none stays behind in memory that was given back.
class SecretKey {
 public:
  SecretKey() = default;
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();
  [[nodiscard]] bool operator==(const SecretKey&) const = default;

  static constexpr std::size_t size() { return 32; }
  [[nodiscard]] std::byte* data() { return bytes_.data(); }
  [[nodiscard]] const std::byte* data() const { return bytes_.data(); }
  [[nodiscard]] auto begin() { return bytes_.begin(); }
  [[nodiscard]] auto begin() const { return bytes_.begin(); }
  [[nodiscard]] auto end() { return bytes_.end(); }
  [[nodiscard]] auto end() const { return bytes_.end(); }
  [[nodiscard]] std::byte& operator[](std::size_t at) { return bytes_[at]; }

 private:
  std::array<std::byte, 32> bytes_{};
};

/// A key that is new.
struct NewKey {
  Uint128 id;
  SecretKey key{};
};

/// What open() met that is no key, forgotten or not.
struct KeyFileFindings {
  std::uint64_t damaged = 0;     ///< Keys that are neither whole nor zeros.
  std::uint64_t without_id = 0;  ///< Blocks amid the others whose ids cannot be read.
  std::uint64_t cut_bytes = 0;   ///< Behind the last block with an id; cut off.
};

/// The keys on disk, and all of them in memory.
///
/// Threads.     add() and forget() by one; find() by any, and it never waits for the disk.
/// Errors.      After a failure of the disk add() and forget() fail, whatever they are asked; what
///              is in memory can still be found, also what could not be forgotten.
/// Durability.  On disk when add() or forget() returns. What a crash left unfinished at the end was
///              never told to anybody, and is cut off by the next open().
/// Limits.      `keys_max`, forgotten ones counted.
class KeyFile {
 public:
  /// Reads DIR/secrets, which need not be there: it is made, readable for its owner only, for the
  /// first key. `directory` is DIR/secrets, and DIR is there. `damaged` where the header is.
  [[nodiscard]] static Result<std::unique_ptr<KeyFile>> open(
      const std::filesystem::path& directory, std::uint64_t keys_max = limits::secret_keys_max);
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;

  [[nodiscard]] bool has_room_for(std::uint64_t keys) const { return blocks_ + keys <= keys_max_; }
  /// All of them, or none as far as anybody was told. Requires: has_room_for() them.
  [[nodiscard]] Result<void> add(std::span<const NewKey> keys);
  /// What has become of each, in their order, by one sync. A failure: none of them is forgotten, as
  /// far as anybody is told; of some the zeros may be on disk already. An id may be there twice.
  [[nodiscard]] Result<std::vector<ForgetOutcome>> forget(std::span<const Uint128> ids);

  /// Nothing for a key that is forgotten, damaged or not known.
  [[nodiscard]] std::optional<SecretKey> find(const Uint128& id) const;

  [[nodiscard]] std::uint64_t count() const { return blocks_; }  ///< Forgotten ones too.
  [[nodiscard]] const KeyFileFindings& findings() const { return findings_; }

 private:
  struct Entry {
    SecretKey key{};
    std::uint32_t block = 0;  ///< From 0, behind the header.
    bool is_there = false;    ///< Neither forgotten nor damaged.
    bool is_damaged = false;  ///< Its place has neither a key nor zeros.
  };

  KeyFile(std::filesystem::path directory, std::uint64_t keys_max);
  [[nodiscard]] Result<void> read();
  [[nodiscard]] Result<void> read_blocks(std::uint64_t size);
  void take(std::span<const std::byte> block, std::uint64_t at);
  [[nodiscard]] Result<void> make_file();
  [[nodiscard]] Result<void> append(std::span<const std::byte> bytes);
  [[nodiscard]] Result<void> overwrite(std::span<Entry* const> entries);

  std::filesystem::path directory_;
  std::uint64_t keys_max_;
  std::optional<File> file_;
  std::optional<Failure> failed_;
  std::uint64_t blocks_ = 0;
  KeyFileFindings findings_;
  mutable std::shared_mutex mutex_;  ///< Over `entries_`; never held while the disk works.
  std::map<Uint128, Entry> entries_;
};

}  // namespace daybook
