#include "storage/lmdb/environment.hpp"

#include <bit>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <lmdb.h>
#include <sys/stat.h>

#include "storage/file/file.hpp"

namespace daybook::lmdb {
namespace {

constexpr MDB_dbi unnamed_database = 1;
constexpr mdb_mode_t file_mode = 0640;

unsigned flags_of(Access access) {
  switch (access) {
    case Access::write_unsynced:
      return MDB_NOSUBDIR | MDB_NOTLS | MDB_NOSYNC | MDB_NOLOCK;
    case Access::write:
#if defined(DAYBOOK_TEST_NO_SYNC)
      return MDB_NOSUBDIR | MDB_NOTLS | MDB_NOMETASYNC | MDB_NOSYNC;
#else
      return MDB_NOSUBDIR | MDB_NOTLS | MDB_NOMETASYNC;
#endif
    case Access::read:
      return MDB_NOSUBDIR | MDB_NOTLS | MDB_RDONLY;
    case Access::read_unlocked:
      return MDB_NOSUBDIR | MDB_NOTLS | MDB_RDONLY | MDB_NOLOCK;
  }
  return MDB_RDONLY;
}

/// What LMDB makes its lock file of: 192 bytes, and 64 for each of 126 readers but one.
constexpr std::uint64_t lock_bytes = 8'192;

/// LMDB maps its lock file without having its blocks: on a full disk the first touch would be
/// SIGBUS. Never changes what stands in it.
Result<void> reserve_lock_file(std::filesystem::path path) {
  path += "-lock";
  auto file = File::open(path, File::Mode::create);
  if (!file) return file.error();
  auto reserved = file.value().allocate(0, lock_bytes);
  if (reserved || reserved.error().kind != FailureKind::unsupported) return reserved;
  const auto size = file.value().size();
  if (!size) return size.error();
  if (size.value() >= lock_bytes) return {};
  const std::vector<std::byte> zeros(lock_bytes - size.value());
  return file.value().write_at(zeros, size.value());
}

}  // namespace

Failure failure_of(int code, std::string_view what, const std::filesystem::path& path) {
  FailureKind kind = FailureKind::io;
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
      kind = FailureKind::no_space;
      break;
    case ENOENT:
      kind = FailureKind::not_found;
      break;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_INVALID:
      kind = FailureKind::damaged;
      break;
    case MDB_VERSION_MISMATCH:
      kind = FailureKind::unsupported;
      break;
    case MDB_KEYEXIST:
      kind = FailureKind::invalid;
      break;
    default:
      break;
  }
  return {kind, fmt::format("{}: {}: {}", path.string(), what, mdb_strerror(code))};
}

/// Which files this process has mapped. An entry leaves only after its environment is closed, so
/// nobody opens a file whose last user is still closing it: that close would drop the locks.
struct Environment::Registry {
  using Name = std::pair<std::uint64_t, std::uint64_t>;  // Device and inode.

  std::mutex mutex;
  std::condition_variable closed;
  std::map<Name, std::weak_ptr<Environment>> open;

  static Registry& instance() {
    // Never destroyed: an environment may outlive every other static.
    static auto* const registry = new Registry;
    return *registry;
  }

  static std::optional<Name> name_of(const std::filesystem::path& path) {
    struct ::stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return Name{status.st_dev, status.st_ino};
  }

  /// The environment of `name`, or null once nobody has it open.
  std::shared_ptr<Environment> wait_for(std::unique_lock<std::mutex>& lock, const Name& name) {
    std::shared_ptr<Environment> found;
    closed.wait(lock, [&] {
      const auto at = open.find(name);
      if (at == open.end()) return true;
      found = at->second.lock();
      return found != nullptr;
    });
    return found;
  }
};

Environment::Environment(std::filesystem::path path, Access access)
    : path_{std::move(path)}, access_{access} {}

Environment::~Environment() {
  if (!registered_) {
    if (env_ != nullptr) mdb_env_close(env_);
    return;
  }
  Registry& registry = Registry::instance();
  const std::lock_guard lock{registry.mutex};
  mdb_env_close(env_);
  registry.open.erase({device_, inode_});
  registry.closed.notify_all();
}

Result<std::shared_ptr<Environment>> Environment::open(const std::filesystem::path& path,
                                                       Access access, std::uint64_t map_bytes) {
  const auto name = Registry::name_of(path);
  if (!name) return system_failure(errno, "cannot be opened", path);

  Registry& registry = Registry::instance();
  std::shared_ptr<Environment> shared;  // Outlives the lock: its destructor takes the mutex.
  std::unique_lock lock{registry.mutex};
  shared = registry.wait_for(lock, *name);
  if (shared) {
    if (access != Access::write && access != Access::write_unsynced) return shared;
    return Failure{FailureKind::locked,
                   fmt::format("{}: this process already has it open; close its readers and "
                               "writers before it is opened for writing",
                               path.string())};
  }
  std::shared_ptr<Environment> opened{new Environment{path, access}};
  if (auto mapped = opened->map(map_bytes); !mapped) return mapped.error();
  opened->device_ = name->first;
  opened->inode_ = name->second;
  opened->registered_ = true;
  registry.open[*name] = opened;
  return opened;
}

std::shared_ptr<Environment> Environment::shared(const std::filesystem::path& path) {
  const auto name = Registry::name_of(path);
  if (!name) return nullptr;
  Registry& registry = Registry::instance();
  std::unique_lock lock{registry.mutex};
  return registry.wait_for(lock, *name);
}

Result<void> Environment::map(std::uint64_t map_bytes) {
  if (const int code = mdb_env_create(&env_); code != MDB_SUCCESS) {
    return failure_of(code, "LMDB has no memory for it", path_);
  }
  if (map_bytes != 0) {
    if (const int code = mdb_env_set_mapsize(env_, map_bytes); code != MDB_SUCCESS) {
      return failure_of(code, "its map cannot have this size", path_);
    }
  }
  if (access_ == Access::write) {
    if (auto reserved = reserve_lock_file(path_); !reserved) return reserved;
  }
  if (const int code = mdb_env_open(env_, path_.c_str(), flags_of(access_), file_mode);
      code != MDB_SUCCESS) {
    return failure_of(code, "LMDB cannot open it", path_);
  }
  // Sets the comparison of keys, once: later transactions only read it.
  MDB_txn* transaction = nullptr;
  int code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &transaction);
  if (code != MDB_SUCCESS) return failure_of(code, "LMDB cannot read it", path_);
  MDB_dbi database = 0;
  code = mdb_dbi_open(transaction, nullptr, 0, &database);
  mdb_txn_abort(transaction);
  if (code != MDB_SUCCESS) return failure_of(code, "LMDB cannot open its database", path_);
  ENSURE(database == unnamed_database, "LMDB numbers the unnamed database 1");
  return {};
}

Result<void> Environment::create(const std::filesystem::path& path) {
  MDB_env* env = nullptr;
  if (const int code = mdb_env_create(&env); code != MDB_SUCCESS) {
    return failure_of(code, "LMDB has no memory for it", path);
  }
  const int code = mdb_env_open(env, path.c_str(), flags_of(Access::write) | MDB_NOLOCK, file_mode);
  mdb_env_close(env);
  if (code != MDB_SUCCESS) return failure_of(code, "LMDB cannot make it", path);
  return {};
}

Result<void> Environment::sync() {
#if !defined(DAYBOOK_TEST_NO_SYNC)
  if (const int code = mdb_env_sync(env_, 1); code != MDB_SUCCESS) {
    return failure_of(code, "cannot be made durable", path_);
  }
#endif
  return {};
}

std::uint64_t Environment::last_page() const {
  MDB_envinfo info{};
  ENSURE(mdb_env_info(env_, &info) == MDB_SUCCESS, "an open environment describes itself");
  return info.me_last_pgno;
}

std::uint64_t Environment::map_bytes() const {
  MDB_envinfo info{};
  ENSURE(mdb_env_info(env_, &info) == MDB_SUCCESS, "an open environment describes itself");
  return info.me_mapsize;
}

Result<void> Environment::check_readers() {
  int dead = 0;
  if (const int code = mdb_reader_check(env_, &dead); code != MDB_SUCCESS) {
    return failure_of(code, "its dead readers cannot be removed", path_);
  }
  return {};
}

WriteTransaction::WriteTransaction(Environment& environment, MDB_txn* transaction)
    : environment_{&environment}, transaction_{transaction} {}

WriteTransaction::WriteTransaction(WriteTransaction&& other) noexcept
    : environment_{other.environment_}, transaction_{std::exchange(other.transaction_, nullptr)} {}

WriteTransaction::~WriteTransaction() {
  if (transaction_ != nullptr) mdb_txn_abort(transaction_);
}

Result<WriteTransaction> WriteTransaction::begin(Environment& environment) {
  MDB_txn* transaction = nullptr;
  const int code = mdb_txn_begin(environment.handle(), nullptr, 0, &transaction);
  if (code != MDB_SUCCESS) {
    return failure_of(code, "a transaction cannot begin", environment.path());
  }
  return WriteTransaction{environment, transaction};
}

Result<std::span<std::byte>> WriteTransaction::append(std::uint64_t key, std::size_t size) {
  std::uint64_t big_endian = __builtin_bswap64(key);
  static_assert(std::endian::native == std::endian::little);
  MDB_val key_value{sizeof(big_endian), &big_endian};
  MDB_val value{size, nullptr};
  const int code =
      mdb_put(transaction_, unnamed_database, &key_value, &value, MDB_APPEND | MDB_RESERVE);
  if (code != MDB_SUCCESS) {
    return failure_of(code, fmt::format("key {} cannot be appended", key), environment_->path());
  }
  return std::span{static_cast<std::byte*>(value.mv_data), value.mv_size};
}

Result<void> WriteTransaction::commit() {
  const int code = mdb_txn_commit(std::exchange(transaction_, nullptr));
  if (code != MDB_SUCCESS) return failure_of(code, "a commit failed", environment_->path());
  return {};
}

ReadTransaction::ReadTransaction(std::shared_ptr<Environment> environment)
    : environment_{std::move(environment)} {}

ReadTransaction::ReadTransaction(ReadTransaction&& other) noexcept
    : environment_{std::move(other.environment_)},
      transaction_{std::exchange(other.transaction_, nullptr)},
      cursor_{std::exchange(other.cursor_, nullptr)},
      active_{std::exchange(other.active_, false)} {}

ReadTransaction& ReadTransaction::operator=(ReadTransaction&& other) noexcept {
  std::swap(environment_, other.environment_);
  std::swap(transaction_, other.transaction_);
  std::swap(cursor_, other.cursor_);
  std::swap(active_, other.active_);
  return *this;
}

ReadTransaction::~ReadTransaction() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  if (transaction_ != nullptr) mdb_txn_abort(transaction_);
}

Result<ReadTransaction> ReadTransaction::open(std::shared_ptr<Environment> environment) {
  ReadTransaction opened{std::move(environment)};
  const Environment& file = *opened.environment_;
  int code = mdb_txn_begin(file.handle(), nullptr, MDB_RDONLY, &opened.transaction_);
  if (code != MDB_SUCCESS) return failure_of(code, "reading cannot begin", file.path());
  code = mdb_cursor_open(opened.transaction_, unnamed_database, &opened.cursor_);
  if (code != MDB_SUCCESS) return failure_of(code, "a cursor cannot be opened", file.path());
  mdb_txn_reset(opened.transaction_);
  return opened;
}

Result<void> ReadTransaction::begin() {
  end();
  int code = mdb_txn_renew(transaction_);
  if (code != MDB_SUCCESS) return failure_of(code, "reading cannot begin", environment_->path());
  active_ = true;
  code = mdb_cursor_renew(transaction_, cursor_);
  if (code != MDB_SUCCESS) return failure_of(code, "its cursor is lost", environment_->path());
  return {};
}

void ReadTransaction::end() {
  if (!active_) return;
  mdb_txn_reset(transaction_);
  active_ = false;
}

Result<std::optional<ReadTransaction::Item>> ReadTransaction::get(int operation,
                                                                  const std::uint64_t* key) {
  std::uint64_t big_endian = key == nullptr ? 0 : __builtin_bswap64(*key);
  MDB_val key_value{sizeof(big_endian), &big_endian};
  MDB_val value{0, nullptr};
  const int code =
      mdb_cursor_get(cursor_, &key_value, &value, static_cast<MDB_cursor_op>(operation));
  if (code == MDB_NOTFOUND) return std::optional<Item>{};
  if (code != MDB_SUCCESS) return failure_of(code, "cannot be searched", environment_->path());
  if (key_value.mv_size != sizeof(big_endian)) {
    return Failure{FailureKind::damaged,
                   fmt::format("{}: a key is {} bytes long instead of 8",
                               environment_->path().string(), key_value.mv_size)};
  }
  __builtin_memcpy(&big_endian, key_value.mv_data, sizeof(big_endian));
  return std::optional{
      Item{.key = __builtin_bswap64(big_endian),
           .value = {static_cast<const std::byte*>(value.mv_data), value.mv_size}}};
}

Result<std::optional<ReadTransaction::Item>> ReadTransaction::first() {
  return get(MDB_FIRST, nullptr);
}

Result<std::optional<ReadTransaction::Item>> ReadTransaction::last() {
  return get(MDB_LAST, nullptr);
}

Result<std::optional<ReadTransaction::Item>> ReadTransaction::at_or_after(std::uint64_t key) {
  return get(MDB_SET_RANGE, &key);
}

Result<std::optional<ReadTransaction::Item>> ReadTransaction::at_or_before(std::uint64_t key) {
  auto found = at_or_after(key);
  if (!found) return found;
  if (!found.value()) return last();
  if (found.value()->key == key) return found;
  return get(MDB_PREV, nullptr);
}

Result<std::uint64_t> ReadTransaction::count() {
  MDB_stat status{};
  const int code = mdb_stat(transaction_, unnamed_database, &status);
  if (code != MDB_SUCCESS) return failure_of(code, "cannot be counted", environment_->path());
  return std::uint64_t{status.ms_entries};
}

}  // namespace daybook::lmdb
