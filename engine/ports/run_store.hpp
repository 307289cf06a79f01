#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace daybook {

/// Where a run's bytes go while it is built.
///
/// Threads.  One.
class RunSink {
 public:
  virtual ~RunSink() = default;

  /// What follows the bytes so far; the first of them stand behind the header's page.
  [[nodiscard]] virtual Result<void> append(std::span<const std::byte> bytes) = 0;

  /// The header's page, 4,096 bytes, once, when everything else has been appended.
  [[nodiscard]] virtual Result<void> put_header(std::span<const std::byte> page) = 0;
};

/// The bytes of a run, header first. They neither move nor change while `keeper` lives.
struct RunBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> keeper;
  std::string name;  ///< In its store; empty when it is in none.
};

/// A run on its way into a store. Destroyed before finish(), it leaves nothing behind.
class StoredRun : public RunSink {
 public:
  /// Call once, last, after put_header().
  [[nodiscard]] virtual Result<RunBytes> finish() = 0;
};

/// Keeps the sorted runs of indexes outside of the process's own memory.
///
/// Everything in it is derived from the journal. A run lives as long as somebody holds its keeper,
/// and goes with it, unless it is to be kept for the next process: a snapshot that names runs keeps
/// them.
///
/// Threads.  Any; each run is written by one.
/// Errors.   `no_space`, `io`. A run that cannot be stored may be kept in memory instead.
class RunStore {
 public:
  virtual ~RunStore() = default;

  /// Begins a run; `index` says in names what it belongs to, like "transfer-ids".
  [[nodiscard]] virtual Result<std::unique_ptr<StoredRun>> create(std::string_view index) = 0;

  /// A run that is kept. Its bytes are as they are: whoever opens it checks them. `not_found`.
  [[nodiscard]] virtual Result<RunBytes> open_kept(std::string_view name) = 0;

  /// Once this returns, these runs, bytes and names, are durable, and outlive their keepers.
  /// Requires: somebody holds them, or they are kept already.
  [[nodiscard]] virtual Result<void> keep(std::span<const std::string> names) = 0;

  /// Undoes keep(): the runs go when nobody holds them any more.
  virtual void let_go(std::span<const std::string> names) = 0;
};

}  // namespace daybook
