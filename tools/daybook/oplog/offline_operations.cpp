#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "engine/base/limits.hpp"
#include "engine/query/operation_records.hpp"
#include "storage/journal/journal_reader.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/offline.hpp"
#include "tools/daybook/oplog/operation_source.hpp"
#include "tools/daybook/text/trace_chain.hpp"

namespace daybook {
namespace {

Trouble trouble_of(const Failure& failure) {
  return {failure.kind == FailureKind::damaged ? exit_code::no : exit_code::failed, failure.what};
}

/// Calls `use(facts)` with each entry from `from` on, until it returns false.
template <typename Use>
Result<void, Trouble> for_each_entry(const JournalPlace& place, Sequence from, Use use) {
  ReadOptions reading = reading_of(place);
  reading.from = from;
  const auto reader = JournalReader::open(place.directory, reading);
  if (!reader) return trouble_of(reader.error());
  for (;;) {
    const auto entry = reader.value()->next();
    if (!entry) return trouble_of(entry.error());
    if (!entry.value()) return {};
    const auto facts = read_facts(*entry.value());
    if (!facts) return trouble_of(facts.error());
    if (!use(facts.value())) return {};
  }
}

/// As answers have it: written as records and read again, so that there is one form.
Result<LoggedOperation, Trouble> logged(const OperationsOfEntry& operations,
                                        const OperationsOfEntry::Place& place, bool with_facts) {
  std::vector<std::byte> records;
  append_records(records, operations, place, with_facts, 0, ~std::size_t{0});
  auto read = read_operation_log(records);
  if (!read) return trouble_of(read.error());
  return std::move(read.value().front());
}

/// The operation log of a journal.
class JournalOperations final : public OperationSource {
 public:
  explicit JournalOperations(std::string directory) : directory_{std::move(directory)} {}

  Result<FoundOperations, Trouble> find(const OperationFilter& filter) override {
    if (const auto fault = fault_of(filter)) return Trouble{exit_code::no, std::string{*fault}};
    const bool newest_first = (filter.flags & operation_flag::newest_first) != 0;
    const std::uint64_t wanted =
        std::max(filter.sequence_min, newest_first ? 1 : filter.cursor + 1);
    FoundOperations page;
    // Of a journal that is empty or cannot be opened, the reader knows what to say.
    const std::uint64_t newest = newest_sequence_in(directory_).value();
    if (newest != 0 && wanted > newest) return page;
    const std::uint64_t first = newest == 0 ? 1 : std::max<std::uint64_t>(wanted, 1);
    std::deque<LoggedOperation> found;
    std::optional<Trouble> fault;
    auto read = for_each_entry(directory_, Sequence{first}, [&](const EntryFacts& facts) {
      page.sequence = facts.header.last();
      const OperationsOfEntry operations{facts};
      for (const auto& place : operations.all()) {
        const std::uint64_t sequence = place.sequence.value();
        if (!is_behind(filter, sequence) || !passes(filter, operations, place)) continue;
        const bool full = found.size() == filter.limit;
        if (full) page.more = true;
        if (full && !newest_first) return false;
        if (full) found.pop_front();
        auto one = logged(operations, place, (filter.flags & operation_flag::with_facts) != 0);
        if (!one) {
          fault = one.error();
          return false;
        }
        found.push_back(std::move(one).value());
      }
      return true;
    });
    if (fault) return *fault;
    if (!read) return read.error();
    if (newest_first) std::reverse(found.begin(), found.end());
    page.items.assign(std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
    page.cursor = page.items.empty() ? filter.cursor : page.items.back().sequence.value();
    return page;
  }

  Result<std::vector<LoggedOperation>, Trouble> chain(TraceId trace) override {
    TraceChain chain{trace};
    std::vector<LoggedOperation> all;
    std::optional<Trouble> fault;
    // In order: whatever follows a transfer comes after it.
    auto read = for_each_entry(directory_, Sequence{1}, [&](const EntryFacts& facts) {
      const OperationsOfEntry operations{facts};
      for (const auto& place : operations.all()) {
        if (!may_belong(chain, trace, operations, place)) continue;
        auto one = logged(operations, place, true);
        if (!one) {
          fault = one.error();
          return false;
        }
        chain.note(one.value());
        all.push_back(std::move(one).value());
      }
      return true;
    });
    if (fault) return *fault;
    if (!read) return read.error();
    for (LoggedOperation& operation : all) chain.prune(operation);
    return all;
  }

  Result<LedgerBook, Trouble> ledgers() override {
    if (ledgers_) return *ledgers_;
    LedgerBook book;
    auto read = for_each_entry(directory_, Sequence{1}, [&](const EntryFacts& facts) {
      for (const Ledger& ledger : facts.ledgers) book.put(ledger);
      return true;
    });
    if (!read) return read.error();
    ledgers_ = book;
    return book;
  }

  Result<NameBook, Trouble> names(const std::vector<NameKey>& keys) override {
    NameBook book;
    if (keys.empty()) return book;
    std::set<std::pair<NameKind, Uint128>> wanted;
    for (const NameKey& key : keys) wanted.emplace(key.kind, key.id);
    auto read = for_each_entry(directory_, Sequence{1}, [&](const EntryFacts& facts) {
      for (const Name& name : facts.names) {
        if (wanted.contains({name.kind, name.id})) book.put(name);
      }
      return true;
    });
    if (!read) return read.error();
    return book;
  }

 private:
  static bool is_behind(const OperationFilter& filter, std::uint64_t sequence) {
    if (filter.cursor == 0) return true;
    const bool newest_first = (filter.flags & operation_flag::newest_first) != 0;
    return newest_first ? sequence < filter.cursor : sequence > filter.cursor;
  }

  /// Cheaper than making records of every operation.
  static bool may_belong(const TraceChain& chain, TraceId trace,
                         const OperationsOfEntry& operations,
                         const OperationsOfEntry::Place& place) {
    OperationFilter of_trace;
    of_trace.trace_id = trace;
    if (passes(of_trace, operations, place)) return true;
    const EntryFacts& facts = operations.facts();
    for (const PlacedRun& placed : operations.runs(place)) {
      const Run& run = placed.run;
      if (run.kind == FactKind::transfer) {
        for (const Transfer& transfer : facts.transfers.subspan(run.first, run.count)) {
          if (transfer.pending_id != TransferId{} && chain.has(transfer.pending_id)) return true;
        }
      } else if (run.kind == FactKind::hold_released) {
        for (const HoldReleased& release : facts.holds_released.subspan(run.first, run.count)) {
          if (chain.has(release.id)) return true;
        }
      }
    }
    return false;
  }

  std::string directory_;
  std::optional<LedgerBook> ledgers_;  // Once they were read.
};

}  // namespace

std::unique_ptr<OperationSource> journal_of(const std::string& directory) {
  return std::make_unique<JournalOperations>(directory);
}

}  // namespace daybook
