// A participant's table in a SQLite file.
//
// One table, `steps`, a row a key; all numbers as SQLite integers, ids as blobs of 16 bytes
// (little-endian, lo then hi). `meta` names the participant. user_version is that of this layout.
// Several callers' puts share a transaction, and so a sync: whoever comes while one is written
// waits for the next. A second connection reads, so that no reader waits for a sync.

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include "net/client/step_table.hpp"

namespace daybook {
namespace {

constexpr int layout_version = 1;
constexpr int application_id = 0x44425031;  // "DBP1"

constexpr const char* schema = R"(
  CREATE TABLE meta(participant TEXT NOT NULL);
  CREATE TABLE steps(
    key BLOB PRIMARY KEY, saga BLOB NOT NULL, type BLOB NOT NULL, attempt INTEGER NOT NULL,
    code INTEGER NOT NULL, step INTEGER NOT NULL, operation INTEGER NOT NULL,
    state INTEGER NOT NULL, outcome INTEGER NOT NULL, owed INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL, payload BLOB NOT NULL) WITHOUT ROWID;
  CREATE INDEX steps_owed ON steps(owed) WHERE owed = 1;
  CREATE INDEX steps_age ON steps(type, changed_ms);
)";

constexpr const char* columns =
    "key, saga, type, attempt, code, step, operation, state, outcome, owed, changed_ms, payload";

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

Failure failure_of(sqlite3* database, const std::string& path, const char* what) {
  const int code = sqlite3_errcode(database) & 0xff;
  FailureKind kind = FailureKind::io;
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) kind = FailureKind::damaged;
  if (code == SQLITE_FULL) kind = FailureKind::no_space;
  if (code == SQLITE_BUSY) kind = FailureKind::locked;
  return {kind, fmt::format("the participant's store {} cannot be {}: {}", path, what,
                            sqlite3_errmsg(database))};
}

/// A statement, made once and used again and again. Null where it could not be made.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* database, const std::string& text) {
    sqlite3_prepare_v3(database, text.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  }
  Statement(const Statement&) = delete;
  Statement& operator=(Statement&& other) noexcept {
    std::swap(statement_, other.statement_);
    return *this;
  }
  ~Statement() { sqlite3_finalize(statement_); }

  [[nodiscard]] bool made() const { return statement_ != nullptr; }
  void bind(int place, const Uint128& id) {
    sqlite3_bind_blob(statement_, place, &id, sizeof(id), SQLITE_TRANSIENT);
  }
  void bind(int place, std::uint64_t number) {
    sqlite3_bind_int64(statement_, place, static_cast<sqlite3_int64>(number));
  }
  void bind(int place, std::span<const std::byte> bytes) {
    // A null pointer would be NULL, not no bytes.
    const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    sqlite3_bind_blob(statement_, place, data, static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
  }
  void bind(int place, const std::string& text) {
    sqlite3_bind_text(statement_, place, text.c_str(), -1, SQLITE_TRANSIENT);
  }
  [[nodiscard]] int step() { return sqlite3_step(statement_); }
  void reset() { sqlite3_reset(statement_); }

  [[nodiscard]] Uint128 id(int column) {
    Uint128 id;
    if (sqlite3_column_bytes(statement_, column) == sizeof(id)) {
      std::memcpy(&id, sqlite3_column_blob(statement_, column), sizeof(id));
    }
    return id;
  }
  [[nodiscard]] std::uint64_t number(int column) {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
  }
  [[nodiscard]] std::vector<std::byte> bytes(int column) {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? std::vector<std::byte>{} : std::vector<std::byte>{data, data + size};
  }
  [[nodiscard]] std::string text(int column) {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return data == nullptr ? std::string{} : std::string{data};
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

StepRecord record_of(Statement& row) {
  return {.key = row.id(0),
          .saga = row.id(1),
          .type = row.id(2),
          .attempt = static_cast<std::uint32_t>(row.number(3)),
          .code = static_cast<std::uint16_t>(row.number(4)),
          .step = static_cast<std::uint8_t>(row.number(5)),
          .operation = static_cast<WorkOperation>(row.number(6)),
          .state = static_cast<StepState>(row.number(7)),
          .outcome = static_cast<WorkOutcome>(row.number(8)),
          .owed = row.number(9) != 0,
          .changed_ms = row.number(10),
          .payload = row.bytes(11)};
}

class FileStepTable final : public StepTable {
 public:
  explicit FileStepTable(std::string path) : path_{std::move(path)} {}
  ~FileStepTable() override {
    if (writer_ && !paid_.empty()) static_cast<void>(write({}));
    if (lock_ >= 0) ::close(lock_);
  }
  FileStepTable(const FileStepTable&) = delete;
  FileStepTable& operator=(const FileStepTable&) = delete;

  [[nodiscard]] Result<void> open(const std::string& participant);

  [[nodiscard]] bool remembers_all() const override { return true; }
  [[nodiscard]] Result<std::optional<StepRecord>> find(const Uint128& key) override;
  [[nodiscard]] Result<void> put(std::span<const StepRecord> records) override;
  [[nodiscard]] Result<std::vector<StepRecord>> owed() override;
  void paid(std::span<const StepPaid> answers) override;
  [[nodiscard]] Result<std::uint64_t> forget(std::uint64_t now_ms,
                                             std::span<const StepKeeping> keeping) override;

 private:
  /// Whose records wait for the transaction of somebody else.
  struct Waiting {
    std::span<const StepRecord> records;
    bool done = false;
    std::optional<Failure> failure;
  };

  [[nodiscard]] Result<void> lock_file();
  [[nodiscard]] Result<void> make_layout(const std::string& participant);
  [[nodiscard]] Result<void> check_owner(const std::string& participant);
  [[nodiscard]] Result<void> prepare();
  [[nodiscard]] Result<void> execute(const char* text, const char* what);
  [[nodiscard]] std::optional<Failure> write(std::span<Waiting* const> group);
  [[nodiscard]] bool write_records(std::span<Waiting* const> group,
                                   std::span<const StepPaid> settled);

  std::string path_;
  int lock_ = -1;

  std::mutex mutex_;  ///< Of what follows, up to the next comment.
  std::condition_variable written_;
  std::vector<Waiting*> waiting_;
  bool writing_ = false;
  std::vector<StepPaid> paid_;

  // Of whoever has set `writing_`.
  Database writer_;
  Statement put_;
  Statement pay_;
  Statement forget_;

  std::mutex reading_;  ///< Of what follows.
  Database reader_;
  Statement find_;
};

Result<void> FileStepTable::lock_file() {
  const std::string name = path_ + ".lock";
  lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    return Failure{FailureKind::io, fmt::format("{} cannot be opened: {}; check the directory and "
                                                "its permissions",
                                                name, std::strerror(errno))};
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    return Failure{FailureKind::locked,
                   fmt::format("another process has the participant's store {}: one process has a "
                               "store at a time; end it first, or name another file",
                               path_)};
  }
  return {};
}

Result<void> FileStepTable::execute(const char* text, const char* what) {
  if (sqlite3_exec(writer_.get(), text, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure_of(writer_.get(), path_, what);
}

Result<void> FileStepTable::make_layout(const std::string& participant) {
  if (auto begun = execute("BEGIN IMMEDIATE", "made"); !begun) return begun;
  if (auto made = execute(schema, "made"); !made) return made;
  {
    Statement name{writer_.get(), "INSERT INTO meta VALUES(?1)"};
    if (!name.made()) return failure_of(writer_.get(), path_, "made");
    name.bind(1, participant);
    if (name.step() != SQLITE_DONE) return failure_of(writer_.get(), path_, "made");
  }
  const std::string numbers = fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                                          application_id, layout_version);
  if (auto numbered = execute(numbers.c_str(), "made"); !numbered) return numbered;
  return execute("COMMIT", "made");
}

Result<void> FileStepTable::check_owner(const std::string& participant) {
  Statement application{writer_.get(), "PRAGMA application_id"};
  Statement version{writer_.get(), "PRAGMA user_version"};
  if (!application.made() || application.step() != SQLITE_ROW || !version.made() ||
      version.step() != SQLITE_ROW) {
    return failure_of(writer_.get(), path_, "read");
  }
  if (application.number(0) != application_id || version.number(0) != layout_version) {
    return Failure{FailureKind::unsupported,
                   fmt::format("{} is no participant's store of this version (application {:#x}, "
                               "version {}); name another file",
                               path_, application.number(0), version.number(0))};
  }
  Statement name{writer_.get(), "SELECT participant FROM meta"};
  if (!name.made() || name.step() != SQLITE_ROW) return failure_of(writer_.get(), path_, "read");
  if (name.text(0) == participant) return {};
  return Failure{FailureKind::invalid,
                 fmt::format("{} is the store of the participant '{}', not of '{}'; each has a "
                             "file of its own",
                             path_, name.text(0), participant)};
}

Result<void> FileStepTable::prepare() {
  put_ = Statement{writer_.get(), fmt::format("INSERT OR REPLACE INTO steps({}) "
                                              "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
                                              columns)};
  pay_ = Statement{writer_.get(), "UPDATE steps SET owed = 0 WHERE key = ?1 AND attempt <= ?2"};
  forget_ = Statement{writer_.get(), fmt::format("DELETE FROM steps WHERE key IN (SELECT key FROM "
                                                 "steps WHERE type = ?1 AND changed_ms < ?2 AND "
                                                 "owed = 0 LIMIT {})",
                                                 step_forget_max)};
  find_ = Statement{reader_.get(), fmt::format("SELECT {} FROM steps WHERE key = ?1", columns)};
  if (put_.made() && pay_.made() && forget_.made() && find_.made()) return {};
  return failure_of(writer_.get(), path_, "read");
}

Result<void> FileStepTable::open(const std::string& participant) {
  if (auto locked = lock_file(); !locked) return locked;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  sqlite3* opened = nullptr;
  const int first = sqlite3_open_v2(path_.c_str(), &opened, flags, nullptr);
  writer_.reset(opened);
  if (first != SQLITE_OK) return failure_of(writer_.get(), path_, "opened");
  sqlite3_busy_timeout(writer_.get(), 5'000);
  // Full: a transaction is on disk when COMMIT returns, in this mode of the journal too.
  if (auto set = execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", "read"); !set) {
    return set;
  }
  Statement tables{writer_.get(), "SELECT count(*) FROM sqlite_master"};
  if (!tables.made() || tables.step() != SQLITE_ROW) {
    return failure_of(writer_.get(), path_, "read");
  }
  const bool is_new = tables.number(0) == 0;
  tables.reset();
  if (auto good = is_new ? make_layout(participant) : check_owner(participant); !good) return good;
  const int second =
      sqlite3_open_v2(path_.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  reader_.reset(opened);
  if (second != SQLITE_OK) return failure_of(reader_.get(), path_, "opened");
  sqlite3_busy_timeout(reader_.get(), 5'000);
  return prepare();
}

Result<std::optional<StepRecord>> FileStepTable::find(const Uint128& key) {
  const std::lock_guard lock{reading_};
  find_.bind(1, key);
  const int found = find_.step();
  std::optional<StepRecord> record;
  if (found == SQLITE_ROW) record = record_of(find_);
  find_.reset();
  if (found == SQLITE_ROW || found == SQLITE_DONE) return record;
  return failure_of(reader_.get(), path_, "read");
}

Result<std::vector<StepRecord>> FileStepTable::owed() {
  const std::lock_guard lock{reading_};
  Statement all{reader_.get(), fmt::format("SELECT {} FROM steps WHERE owed = 1", columns)};
  if (!all.made()) return failure_of(reader_.get(), path_, "read");
  std::vector<StepRecord> records;
  int found = 0;
  while ((found = all.step()) == SQLITE_ROW) records.push_back(record_of(all));
  if (found != SQLITE_DONE) return failure_of(reader_.get(), path_, "read");
  return records;
}

void FileStepTable::paid(std::span<const StepPaid> answers) {
  const std::lock_guard lock{mutex_};
  paid_.insert(paid_.end(), answers.begin(), answers.end());
}

Result<void> FileStepTable::put(std::span<const StepRecord> records) {
  Waiting own{records, false, {}};
  std::unique_lock lock{mutex_};
  waiting_.push_back(&own);
  written_.wait(lock, [&] { return own.done || !writing_; });
  if (!own.done) {
    writing_ = true;
    std::vector<Waiting*> group;
    group.swap(waiting_);
    lock.unlock();
    const auto failure = write(group);
    lock.lock();
    for (Waiting* const each : group) {
      each->failure = failure;
      each->done = true;
    }
    writing_ = false;
    written_.notify_all();
  }
  if (own.failure) return *own.failure;
  return {};
}

bool FileStepTable::write_records(std::span<Waiting* const> group,
                                  std::span<const StepPaid> settled) {
  const auto run = [](Statement& statement) {
    const bool done = statement.step() == SQLITE_DONE;
    statement.reset();
    return done;
  };
  for (const StepPaid& each : settled) {
    pay_.bind(1, each.key);
    pay_.bind(2, std::uint64_t{each.attempt});
    if (!run(pay_)) return false;
  }
  for (const Waiting* const each : group) {
    for (const StepRecord& record : each->records) {
      put_.bind(1, record.key);
      put_.bind(2, record.saga);
      put_.bind(3, record.type);
      put_.bind(4, std::uint64_t{record.attempt});
      put_.bind(5, std::uint64_t{record.code});
      put_.bind(6, std::uint64_t{record.step});
      put_.bind(7, static_cast<std::uint64_t>(record.operation));
      put_.bind(8, static_cast<std::uint64_t>(record.state));
      put_.bind(9, static_cast<std::uint64_t>(record.outcome));
      put_.bind(10, std::uint64_t{record.owed});
      put_.bind(11, record.changed_ms);
      put_.bind(12, std::span<const std::byte>{record.payload});
      if (!run(put_)) return false;
    }
  }
  return true;
}

// What was settled before is written first: a record that is put anew may owe an answer again.
std::optional<Failure> FileStepTable::write(std::span<Waiting* const> group) {
  std::vector<StepPaid> settled;
  {
    const std::lock_guard lock{mutex_};
    settled.swap(paid_);
  }
  sqlite3* const database = writer_.get();
  const auto run = [&](const char* text) {
    return sqlite3_exec(database, text, nullptr, nullptr, nullptr) == SQLITE_OK;
  };
  if (run("BEGIN IMMEDIATE") && write_records(group, settled) && run("COMMIT")) return std::nullopt;
  const Failure failure = failure_of(database, path_, "written");
  run("ROLLBACK");
  return failure;
}

Result<std::uint64_t> FileStepTable::forget(std::uint64_t now_ms,
                                            std::span<const StepKeeping> keeping) {
  std::unique_lock lock{mutex_};
  written_.wait(lock, [&] { return !writing_; });
  writing_ = true;
  lock.unlock();
  std::uint64_t forgotten = 0;
  bool good = true;
  for (const StepKeeping& each : keeping) {
    if (now_ms <= each.keeps_keys_ms || forgotten >= step_forget_max) continue;
    forget_.bind(1, each.type);
    forget_.bind(2, now_ms - each.keeps_keys_ms);
    good = forget_.step() == SQLITE_DONE;
    forget_.reset();
    if (!good) break;
    forgotten += static_cast<std::uint64_t>(sqlite3_changes(writer_.get()));
  }
  std::optional<Failure> failure;
  if (!good) failure = failure_of(writer_.get(), path_, "written");
  lock.lock();
  writing_ = false;
  written_.notify_all();
  if (failure) return *failure;
  return forgotten;
}

}  // namespace

Result<std::unique_ptr<StepTable>> open_step_file(const std::string& path,
                                                  const std::string& participant) {
  auto table = std::make_unique<FileStepTable>(path);
  if (auto opened = table->open(participant); !opened) return opened.error();
  return std::unique_ptr<StepTable>{std::move(table)};
}

}  // namespace daybook
