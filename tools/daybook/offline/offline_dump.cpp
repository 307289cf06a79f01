#include "tools/daybook/offline/offline_dump.hpp"

#include <algorithm>
#include <cstdio>
#include <span>
#include <type_traits>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/replay/entry_reader.hpp"
#include "storage/journal/journal_reader.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline.hpp"
#include "tools/daybook/offline/offline_fact_json.hpp"
#include "tools/daybook/text/domain_event_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/progress.hpp"

namespace daybook {
namespace {

constexpr std::string_view operation_kind = "operation";
constexpr std::size_t write_bytes = 1 << 20;
constexpr FactKind fact_kinds[] = {
    FactKind::account,        FactKind::transfer,
    FactKind::ledger,         FactKind::segment_opened,
    FactKind::segment_sealed, FactKind::segment_hashed,
    FactKind::clock_change,   FactKind::client_evicted,
    FactKind::hold_released,  FactKind::account_change,
    FactKind::name,           FactKind::domain_event,
    FactKind::checkpoint,     FactKind::tcc,
};

/// One entry's lines, in one buffer that is used again for each of them.
class EntryDump {
 public:
  EntryDump(const EntryFacts& facts, const DumpFilter& filter,
            const std::function<void(std::string_view)>& line)
      : facts_{facts}, filter_{filter}, line_{line}, payloads_{payload_places(facts)} {}

  void run() {
    if (filter_.entries) {
      text_.clear();
      append_entry(text_, facts_.header);
      line_(text_);
    }
    RunWalker walker{facts_};
    std::optional<Sequence> operation;
    for (PlacedRun placed; walker.next(placed);) {
      if (placed.run.operation == no_operation) operation.reset();
      if (placed.starts_operation) {
        operation = placed.operation_sequence;
        dump_operation(placed);
      }
      dump_run(placed, operation);
    }
  }

 private:
  [[nodiscard]] bool wants(std::string_view kind) const {
    if (filter_.kinds.empty()) return true;
    return std::find(filter_.kinds.begin(), filter_.kinds.end(), kind) != filter_.kinds.end();
  }

  [[nodiscard]] bool wants(Sequence sequence) const {
    return sequence >= filter_.from && (!filter_.to || sequence <= *filter_.to);
  }

  void dump_operation(const PlacedRun& placed) {
    if (!wants(operation_kind) || !wants(placed.operation_sequence)) return;
    text_.clear();
    append_operation(text_, facts_, placed);
    line_(text_);
  }

  template <typename Fact>
  void dump_facts(std::span<const Fact> all, const PlacedRun& placed,
                  std::optional<Sequence> operation) {
    Sequence sequence = placed.first_sequence;
    for (std::uint32_t index = placed.run.first; index < placed.run.first + placed.run.count;
         ++index) {
      if (wants(sequence)) {
        text_.clear();
        append_fact_start(text_, sequence, placed.run.kind, operation);
        append_fields(text_, all[index]);
        if constexpr (std::is_same_v<Fact, Transfer>) append_note(text_, facts_.note_of(index));
        if constexpr (std::is_same_v<Fact, DomainEvent>) {
          append_payload(text_,
                         facts_.event_payloads.subspan(payloads_[index], all[index].payload_bytes));
        }
        if constexpr (std::is_same_v<Fact, SegmentOpened>) append_parents(text_, facts_.parents);
        text_ += '}';
        line_(text_);
      }
      sequence = next(sequence);
    }
  }

  /// What a newer build wrote, and this one can only count.
  void dump_unknown(const PlacedRun& placed) {
    if (placed.run.count == 0 || !wants(placed.first_sequence)) return;
    line_(fmt::format(R"({{"sequence":"{}","kind":"unknown","unknown":{},"count":{}}})",
                      placed.first_sequence.value(), static_cast<std::uint16_t>(placed.run.kind),
                      placed.run.count));
  }

  void dump_run(const PlacedRun& placed, std::optional<Sequence> operation) {
    if (!wants(to_string(placed.run.kind))) return;
    switch (placed.run.kind) {
      case FactKind::account:
        return dump_facts(facts_.accounts, placed, operation);
      case FactKind::transfer:
        return dump_facts(facts_.transfers, placed, operation);
      case FactKind::ledger:
        return dump_facts(facts_.ledgers, placed, operation);
      case FactKind::segment_opened:
        return dump_facts(facts_.segments_opened, placed, operation);
      case FactKind::segment_sealed:
        return dump_facts(facts_.segments_sealed, placed, operation);
      case FactKind::segment_hashed:
        return dump_facts(facts_.segments_hashed, placed, operation);
      case FactKind::clock_change:
        return dump_facts(facts_.clock_changes, placed, operation);
      case FactKind::client_evicted:
        return dump_facts(facts_.clients_evicted, placed, operation);
      case FactKind::hold_released:
        return dump_facts(facts_.holds_released, placed, operation);
      case FactKind::account_change:
        return dump_facts(facts_.account_changes, placed, operation);
      case FactKind::name:
        return dump_facts(facts_.names, placed, operation);
      case FactKind::domain_event:
        return dump_facts(facts_.domain_events, placed, operation);
      case FactKind::checkpoint:
        return dump_facts(facts_.checkpoints, placed, operation);
      case FactKind::tcc:
        return dump_facts(facts_.tcc_facts, placed, operation);
    }
    dump_unknown(placed);
  }

  const EntryFacts& facts_;
  const DumpFilter& filter_;
  const std::function<void(std::string_view)>& line_;
  std::vector<std::size_t> payloads_;  // Where that of each domain event begins.
  std::string text_;
};

/// Gathers lines and writes them a mebibyte at a time.
class LineOutput {
 public:
  void add(std::string_view line) {
    buffer_ += line;
    buffer_ += '\n';
    ++lines_;
    if (buffer_.size() >= write_bytes) flush();
  }
  void flush() {
    good_ = good_ && std::fwrite(buffer_.data(), 1, buffer_.size(), stdout) == buffer_.size();
    buffer_.clear();
  }
  /// False once a write failed; main() finds the stream's error flag and says so.
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

 private:
  std::string buffer_;
  std::uint64_t lines_ = 0;
  bool good_ = true;
};

Result<DumpFilter> filter_of(const DumpOptions& options) {
  DumpFilter filter;
  filter.kinds = options.kinds;
  filter.entries = options.entries;
  filter.portable = options.portable;
  filter.unknown = options.tolerant ? UnknownFacts::count : UnknownFacts::refuse;
  if (auto known = check_kinds(options.kinds); !known) return known.error();
  if (!options.from.empty()) {
    const auto from = parse_unsigned(options.from, limits::timestamp_max);
    if (!from) return from.error();
    filter.from = Sequence{std::max<std::uint64_t>(from.value(), 1)};
  }
  if (!options.to.empty()) {
    const auto to = parse_unsigned(options.to, limits::timestamp_max);
    if (!to) return to.error();
    filter.to = Sequence{to.value()};
  }
  return filter;
}

Result<void> dump_all(const JournalPlace& place, const DumpFilter& filter, LineOutput& output) {
  ReadOptions reading = reading_of(place);
  reading.from = filter.from;
  const auto reader = JournalReader::open(place.directory, reading);
  if (!reader) return reader.error();
  // On one terminal the lines themselves show how far it is.
  const bool shown = ::isatty(STDOUT_FILENO) == 1;
  ProgressLine progress{shown ? nullptr : terminal_or_nothing(), "lines"};
  while (output.good()) {
    const auto entry = reader.value()->next();
    if (!entry) return entry.error();
    if (!entry.value()) return {};
    const EntryHeader& header = entry.value()->header;
    if (filter.to && header.first() > *filter.to) return {};
    const auto facts = read_facts(*entry.value(), filter.unknown);
    if (!facts) {
      return Failure{FailureKind::damaged,
                     fmt::format("sequences {} to {}: {}; dump what follows with --from {}",
                                 header.first().value(), header.last().value(), facts.error().what,
                                 header.last().value() + 1)};
    }
    if (!filter.portable) {
      dump_entry(facts.value(), filter, [&](std::string_view line) { output.add(line); });
    } else if (!filter.to || header.last() <= *filter.to) {
      output.add(portable_line(*entry.value()));
    }
    progress.show(output.lines());
  }
  return {};
}

}  // namespace

void dump_entry(const EntryFacts& facts, const DumpFilter& filter,
                const std::function<void(std::string_view)>& line) {
  EntryDump{facts, filter, line}.run();
}

std::string portable_line(const EntryView& entry) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  append_entry(text, entry.header);
  text.pop_back();
  text.reserve(text.size() + 2 * entry.payload().size() + 16);
  text += R"(,"payload":")";
  for (const std::byte byte : entry.payload()) {
    text += digits[std::to_integer<unsigned>(byte) >> 4];
    text += digits[std::to_integer<unsigned>(byte) & 15U];
  }
  return text + "\"}";
}

Result<void> check_kinds(const std::vector<std::string>& kinds) {
  std::string known{operation_kind};
  for (const FactKind kind : fact_kinds) known += fmt::format(", {}", to_string(kind));
  for (const std::string& kind : kinds) {
    bool found = kind == operation_kind;
    for (const FactKind each : fact_kinds) found = found || kind == to_string(each);
    if (!found) {
      return Failure{FailureKind::invalid,
                     fmt::format("'{}' is not a kind of fact; there are {}", kind, known)};
    }
  }
  return {};
}

int run_dump(const DumpOptions& options) {
  const auto filter = filter_of(options);
  if (!filter) return complain(filter.error().what);
  LineOutput output;
  const auto dumped = dump_all(options.directory, filter.value(), output);
  // What was read before the damage is good and is written.
  output.flush();
  return dumped ? exit_code::good : complain_of(dumped.error());
}

}  // namespace daybook
