#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/sequence.hpp"

/// The operation log as answers carry it: records of any size, one behind the other. Each begins
/// with a LogRecordHeader, then come its bytes, then zeros up to a multiple of 8:
///
///     operation 17: 11 00 00 00 00 00 00 00  80 00 00 00  01 00  00 00  then 128 bytes
///     reason "ok":  11 00 00 00 00 00 00 00  02 00 00 00  02 00  00 00  6f 6b 00 00 00 00 00 00
///
/// An operation's record comes first, then its reason if an operator gave one, its refusals, and
/// the facts that it made, in the order of the journal.

namespace daybook {

/// What stands in a record. Frozen: on the wire. A fact's is fact_record plus its FactKind.
namespace log_record {
inline constexpr std::uint16_t operation = 1;  ///< OperationView.
inline constexpr std::uint16_t reason = 2;     ///< Its bytes, UTF-8.
/// Refusal; behind it, where facts are asked for and the journal has it, the event as it came.
inline constexpr std::uint16_t refusal = 3;
/// The fact; behind a Transfer its TransferNote where it has one.
inline constexpr std::uint16_t fact = 256;
}  // namespace log_record

/// 16 bytes.
struct LogRecordHeader {
  Sequence sequence;        ///< Of the fact; of the operation where it is none.
  std::uint32_t bytes = 0;  ///< Of what follows, without the zeros behind it.
  std::uint16_t kind = 0;   ///< Of log_record.
  std::uint16_t reserved = 0;
};
static_assert(sizeof(LogRecordHeader) == 16 && alignof(LogRecordHeader) == 8);

/// An operation and when it was written. 128 bytes.
struct OperationView {
  Operation operation;
  Timestamp commit_time;      ///< Of the entry that it stands in.
  std::uint32_t records = 0;  ///< That belong to it and follow its own, on this page or later ones.
  std::uint32_t reserved = 0;
};
static_assert(sizeof(OperationView) == 128 && alignof(OperationView) == 8);
static_assert(std::is_trivially_copyable_v<OperationView>);

/// Bytes of a fact of `kind`; 0 for one that this version does not know.
[[nodiscard]] std::size_t fact_bytes(FactKind kind) noexcept;

/// Bytes of an event of a request of `kind`; 0 where it has none.
[[nodiscard]] std::size_t event_bytes_of(RequestKind kind) noexcept;

/// A refusal of an operation of the log.
struct LoggedRefusal {
  Refusal refusal;
  std::vector<std::byte> event;  ///< As it was asked for; empty where it was not sent or not kept.

  /// Requires: Event is that of the operation's kind, and `event` is not empty.
  template <typename Event>
  [[nodiscard]] Event as() const {
    static_assert(std::is_trivially_copyable_v<Event>);
    Event copy;
    std::memcpy(&copy, event.data(), sizeof(copy));
    return copy;
  }
};

/// A fact that an operation of the log made.
struct LoggedFact {
  Sequence sequence;
  FactKind kind{};
  std::vector<std::byte> bytes;      ///< At least fact_bytes(kind).
  std::optional<TransferNote> note;  ///< Of a transfer.

  /// Requires: Fact is that of `kind`.
  template <typename Fact>
  [[nodiscard]] Fact as() const {
    static_assert(std::is_trivially_copyable_v<Fact>);
    Fact copy;
    std::memcpy(&copy, bytes.data(), sizeof(copy));
    return copy;
  }
};

/// An operation of the log, with what belongs to it as far as it was asked for.
struct LoggedOperation {
  Sequence sequence;
  OperationView view;
  std::string reason;
  std::vector<LoggedRefusal> refusals;
  std::vector<LoggedFact> facts;
  std::uint32_t records = 0;         ///< Read, of view.records,
  std::uint32_t records_before = 0;  ///< and those that an earlier page had.

  [[nodiscard]] bool whole() const {
    return std::uint64_t{records} + records_before >= view.records;
  }
};

/// Reads records. Any bytes are safe: `damaged` says what is wrong with them. What has an unknown
/// kind is counted and left out.
[[nodiscard]] Result<std::vector<LoggedOperation>> read_operation_log(
    std::span<const std::byte> records);

/// Appends a page to those before: where the last operation so far was cut, the page's first one is
/// its rest.
void join_pages(std::vector<LoggedOperation>& all, std::vector<LoggedOperation> page);

}  // namespace daybook
