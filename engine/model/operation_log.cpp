#include "engine/model/operation_log.hpp"

#include <iterator>
#include <utility>

#include "engine/model/account.hpp"
#include "engine/model/account_change.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/event_checkpoint.hpp"
#include "engine/model/ledger.hpp"
#include "engine/model/name.hpp"
#include "engine/model/tcc.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {
namespace {

Failure damaged(const char* what) {
  return {FailureKind::damaged, std::string{"the operation log's records: "} + what};
}

/// Reads what belongs to an operation, after its own record.
const char* read_part(LoggedOperation& operation, const LogRecordHeader& header,
                      std::span<const std::byte> bytes) {
  ++operation.records;
  if (header.kind == log_record::reason) {
    operation.reason.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return nullptr;
  }
  if (header.kind == log_record::refusal) {
    if (bytes.size() < sizeof(Refusal)) return "a refusal is cut";
    LoggedRefusal& refusal = operation.refusals.emplace_back();
    std::memcpy(&refusal.refusal, bytes.data(), sizeof(Refusal));
    const auto event = bytes.subspan(sizeof(Refusal));
    if (event.empty()) return nullptr;
    const RequestKind kind = kind_of_refusal(operation.view.operation.kind, refusal.refusal);
    if (event.size() < event_bytes_of(kind)) {
      return "a refused event is cut";
    }
    refusal.event.assign(event.begin(), event.end());
    return nullptr;
  }
  if (header.kind < log_record::fact) return nullptr;
  const auto kind = static_cast<FactKind>(header.kind - log_record::fact);
  const std::size_t known = fact_bytes(kind);
  if (known == 0) return nullptr;
  if (bytes.size() < known) return "a fact is cut";
  LoggedFact& fact = operation.facts.emplace_back();
  fact.sequence = header.sequence;
  fact.kind = kind;
  fact.bytes.assign(bytes.begin(), bytes.end());
  if (kind == FactKind::transfer && bytes.size() >= known + sizeof(TransferNote)) {
    std::memcpy(&fact.note.emplace(), bytes.data() + known, sizeof(TransferNote));
  }
  return nullptr;
}

}  // namespace

std::size_t fact_bytes(FactKind kind) noexcept {
  switch (kind) {
    case FactKind::account:
      return sizeof(Account);
    case FactKind::transfer:
      return sizeof(Transfer);
    case FactKind::ledger:
      return sizeof(Ledger);
    case FactKind::segment_opened:
      return sizeof(SegmentOpened);
    case FactKind::segment_sealed:
      return sizeof(SegmentSealed);
    case FactKind::segment_hashed:
      return sizeof(SegmentHashed);
    case FactKind::clock_change:
      return sizeof(ClockChange);
    case FactKind::client_evicted:
      return sizeof(ClientEvicted);
    case FactKind::hold_released:
      return sizeof(HoldReleased);
    case FactKind::account_change:
      return sizeof(AccountChange);
    case FactKind::name:
      return sizeof(Name);
    case FactKind::domain_event:
      return sizeof(DomainEvent);
    case FactKind::checkpoint:
      return sizeof(EventCheckpoint);
    case FactKind::tcc:
      return sizeof(TccFact);
  }
  return 0;
}

std::size_t event_bytes_of(RequestKind kind) noexcept {
  if (kind == RequestKind::create_accounts) return sizeof(Account);
  if (kind == RequestKind::create_transfers) return sizeof(Transfer);
  if (kind == RequestKind::put_ledgers) return sizeof(Ledger);
  if (kind == RequestKind::change_accounts) return sizeof(AccountChange);
  if (kind == RequestKind::put_names) return sizeof(Name);
  if (appends_events(kind)) return sizeof(DomainEvent);
  if (kind == RequestKind::put_checkpoints) return sizeof(EventCheckpoint);
  if (kind == RequestKind::tcc_commands) return sizeof(TccCommand);
  return 0;
}

Result<std::vector<LoggedOperation>> read_operation_log(std::span<const std::byte> records) {
  std::vector<LoggedOperation> operations;
  while (!records.empty()) {
    LogRecordHeader header;
    if (records.size() < sizeof(header)) return damaged("a header is cut");
    std::memcpy(&header, records.data(), sizeof(header));
    records = records.subspan(sizeof(header));
    const std::size_t padded = (std::size_t{header.bytes} + 7) / 8 * 8;
    if (padded > records.size()) return damaged("a record is cut");
    const auto bytes = records.first(header.bytes);
    records = records.subspan(padded);
    if (header.kind == log_record::operation) {
      if (bytes.size() < sizeof(OperationView)) return damaged("an operation is cut");
      LoggedOperation& operation = operations.emplace_back();
      operation.sequence = header.sequence;
      std::memcpy(&operation.view, bytes.data(), sizeof(OperationView));
    } else if (operations.empty()) {
      return damaged("the first one is of no operation");
    } else if (const char* const fault = read_part(operations.back(), header, bytes)) {
      return damaged(fault);
    }
  }
  return operations;
}

void join_pages(std::vector<LoggedOperation>& all, std::vector<LoggedOperation> page) {
  auto from = page.begin();
  if (!all.empty() && from != page.end() && all.back().sequence == from->sequence) {
    LoggedOperation& cut = all.back();
    if (!from->reason.empty()) cut.reason = std::move(from->reason);
    std::move(from->refusals.begin(), from->refusals.end(), std::back_inserter(cut.refusals));
    std::move(from->facts.begin(), from->facts.end(), std::back_inserter(cut.facts));
    cut.records += from->records;
    ++from;
  }
  std::move(from, page.end(), std::back_inserter(all));
}

}  // namespace daybook
