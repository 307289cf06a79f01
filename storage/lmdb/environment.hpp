#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/result.hpp"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

/// LMDB 0.9.24 behind values that clean up after themselves. The only room that includes lmdb.h.
///
/// One database, unnamed and without flags; keys are 8 bytes, big-endian, shown as numbers.

namespace daybook::lmdb {

enum class Access : std::uint8_t {
  write_unsynced,  ///< Only sync() makes anything durable: for a file that nobody reads before. No
                   ///< lock file.
  write,           ///< MDB_NOMETASYNC: commit n+1 makes commit n durable, sync() all of them.
  read,            ///< Another process may write: uses the file's lock file.
  read_unlocked,   ///< Nobody writes: no lock file, read-only directories are fine.
};

/// The failure that an LMDB or errno code means.
[[nodiscard]] Failure failure_of(int code, std::string_view what,
                                 const std::filesystem::path& path);

/// One file, mapped.
///
/// Place.    open() keeps a registry: a file is mapped at most once in a process, because LMDB's
///           locks break when it is opened twice. Whoever asks for a file that is open shares it.
/// Threads.  Any; one WriteTransaction at a time.
/// Errors.   Every failure of the writing end is final: LMDB itself would carry on after a failed
///           flush and leave a hole.
class Environment {
 public:
  /// `map_bytes` bounds the file when writing; reading maps what is there.
  /// Requires: the file exists, and its pages are sound (see page_walker.hpp): LMDB follows bad
  /// pages into undefined behaviour. `locked` when this process has the file open in a way that
  /// cannot be shared: a writer beside a reader's environment, or two writers.
  [[nodiscard]] static Result<std::shared_ptr<Environment>> open(const std::filesystem::path& path,
                                                                 Access access,
                                                                 std::uint64_t map_bytes = 0);

  /// The environment of `path` if this process has it open, else null. Cost: a stat and a map.
  [[nodiscard]] static std::shared_ptr<Environment> shared(const std::filesystem::path& path);

  /// Makes an empty environment in a new file, without a lock file, and closes it. Not synced.
  [[nodiscard]] static Result<void> create(const std::filesystem::path& path);

  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// Makes every commit durable.
  [[nodiscard]] Result<void> sync();

  /// Number of the last page in use, after the newest commit. Cost: no system call.
  [[nodiscard]] std::uint64_t last_page() const;

  [[nodiscard]] std::uint64_t map_bytes() const;

  /// Frees the slots of readers that died. A few system calls.
  [[nodiscard]] Result<void> check_readers();

  [[nodiscard]] Access access() const { return access_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] MDB_env* handle() const { return env_; }

 private:
  struct Registry;

  Environment(std::filesystem::path path, Access access);
  [[nodiscard]] Result<void> map(std::uint64_t map_bytes);

  std::filesystem::path path_;
  Access access_;
  MDB_env* env_ = nullptr;
  std::uint64_t device_ = 0;  // With inode_: the registry's name of the file.
  std::uint64_t inode_ = 0;
  bool registered_ = false;
};

/// One change, whole or not at all: aborted unless committed.
class WriteTransaction {
 public:
  [[nodiscard]] static Result<WriteTransaction> begin(Environment& environment);

  WriteTransaction(WriteTransaction&& other) noexcept;
  WriteTransaction& operator=(WriteTransaction&&) = delete;
  ~WriteTransaction();

  /// Room for a value behind every other key; to be filled before commit().
  /// `invalid` when `key` is not larger than all keys: LMDB would commit nothing of it, silently.
  [[nodiscard]] Result<std::span<std::byte>> append(std::uint64_t key, std::size_t size);

  [[nodiscard]] Result<void> commit();

 private:
  WriteTransaction(Environment& environment, MDB_txn* transaction);

  Environment* environment_;
  MDB_txn* transaction_;
};

/// A reusable read transaction with its cursor. Shows one state of the database between begin()
/// and end(); while it does, the writer cannot reuse pages, so: one entry at a time.
///
/// Threads.  One at a time.
class ReadTransaction {
 public:
  struct Item {
    std::uint64_t key = 0;
    std::span<const std::byte> value;  ///< Valid until end().
  };

  [[nodiscard]] static Result<ReadTransaction> open(std::shared_ptr<Environment> environment);

  ReadTransaction(ReadTransaction&& other) noexcept;
  ReadTransaction& operator=(ReadTransaction&& other) noexcept;
  ~ReadTransaction();

  /// Looks at the newest state. Cost: a few atomic operations.
  [[nodiscard]] Result<void> begin();
  /// Lets go of it. May be called again, or without begin().
  void end();
  [[nodiscard]] bool active() const { return active_; }

  /// Each needs begin(). Nothing where there is no such key; `damaged` for a key that is not 8
  /// bytes long.
  [[nodiscard]] Result<std::optional<Item>> first();
  [[nodiscard]] Result<std::optional<Item>> last();
  [[nodiscard]] Result<std::optional<Item>> at_or_after(std::uint64_t key);
  [[nodiscard]] Result<std::optional<Item>> at_or_before(std::uint64_t key);

  /// Number of keys.
  [[nodiscard]] Result<std::uint64_t> count();

  [[nodiscard]] const std::shared_ptr<Environment>& environment() const { return environment_; }

 private:
  explicit ReadTransaction(std::shared_ptr<Environment> environment);
  [[nodiscard]] Result<std::optional<Item>> get(int operation, const std::uint64_t* key);

  std::shared_ptr<Environment> environment_;
  MDB_txn* transaction_ = nullptr;
  MDB_cursor* cursor_ = nullptr;
  bool active_ = false;
};

}  // namespace daybook::lmdb
