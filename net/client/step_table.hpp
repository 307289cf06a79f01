#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/participant_work.hpp"

namespace daybook {

/// How far a participant has come with what it was asked for under a key. Frozen: in files.
enum class StepState : std::uint8_t {
  begun = 1,      ///< A handler was called, and has not returned as far as the table knows.
  answered = 2,   ///< `outcome` and what follows it are the answer.
  cancelled = 3,  ///< It was undone before it was done: it must never be done.
};

/// What a participant remembers of a key.
struct StepRecord {
  Uint128 key;
  Uint128 saga;
  Uint128 type;
  std::uint32_t attempt = 0;  ///< The newest that was begun or answered.
  std::uint16_t code = 0;
  std::uint8_t step = 0;
  WorkOperation operation = WorkOperation::do_;
  StepState state = StepState::begun;
  WorkOutcome outcome = WorkOutcome::unknown;
  bool owed = false;             ///< The engine has not said yet that the answer is durable.
  std::uint64_t changed_ms = 0;  ///< Since 1970.
  std::vector<std::byte> payload{};
};

/// An answer that the engine has taken: of this attempt, or an earlier one.
struct StepPaid {
  Uint128 key;
  std::uint32_t attempt = 0;
};

/// How long keys of a type are kept.
struct StepKeeping {
  Uint128 type;
  std::uint64_t keeps_keys_ms = 0;
};

/// A participant's memory of keys: what makes a repeat harmless.
///
/// Durability. Of a file: put() returns when it is on disk. A table in memory forgets with its
///             process, so it cannot say of a key that it was never seen.
/// Errors.     After a failure the table is not to be trusted: the participant ends.
/// Threads.    Any.
class StepTable {
 public:
  virtual ~StepTable() = default;

  /// True: what it does not know was never seen, or so long ago that it may be forgotten.
  [[nodiscard]] virtual bool remembers_all() const = 0;
  [[nodiscard]] virtual Result<std::optional<StepRecord>> find(const Uint128& key) = 0;
  /// All of them, or none; in the place of those of the same keys.
  [[nodiscard]] virtual Result<void> put(std::span<const StepRecord> records) = 0;
  /// All answers that are owed, to be called once.
  [[nodiscard]] virtual Result<std::vector<StepRecord>> owed() = 0;
  /// Their answers are durable at the engine. May be forgotten by a crash: they are then owed
  /// again.
  virtual void paid(std::span<const StepPaid> answers) = 0;
  /// Forgets keys that were kept for long enough; of one call at most step_forget_max. How many.
  [[nodiscard]] virtual Result<std::uint64_t> forget(std::uint64_t now_ms,
                                                     std::span<const StepKeeping> keeping) = 0;
};

/// Of one call of StepTable::forget().
inline constexpr std::uint64_t step_forget_max = 10'000;
/// Of a table in memory; the oldest make room.
inline constexpr std::size_t step_memory_keys_max = 1'000'000;

class MemoryStepTable final : public StepTable {
 public:
  explicit MemoryStepTable(std::size_t keys_max = step_memory_keys_max) : keys_max_{keys_max} {}

  [[nodiscard]] bool remembers_all() const override { return false; }
  [[nodiscard]] Result<std::optional<StepRecord>> find(const Uint128& key) override;
  [[nodiscard]] Result<void> put(std::span<const StepRecord> records) override;
  [[nodiscard]] Result<std::vector<StepRecord>> owed() override;
  void paid(std::span<const StepPaid> answers) override;
  [[nodiscard]] Result<std::uint64_t> forget(std::uint64_t now_ms,
                                             std::span<const StepKeeping> keeping) override;

 private:
  std::mutex mutex_;
  std::size_t keys_max_;
  std::map<Uint128, StepRecord> records_;
  std::deque<Uint128> order_;  ///< In which they came first.
};

/// A table in the file at `path`, which is made where there is none; beside it stand SQLite's own
/// files and `path`.lock. `locked` where another process has it, `invalid` where it is another
/// participant's, `unsupported` and `damaged` where it is none of this version.
[[nodiscard]] Result<std::unique_ptr<StepTable>> open_step_file(const std::string& path,
                                                                const std::string& participant);

}  // namespace daybook
