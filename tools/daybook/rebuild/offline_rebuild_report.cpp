#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "storage/journal/data_directory.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/rebuild/offline_rebuild.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"

namespace daybook {
namespace {

struct BalanceField {
  std::string_view name;
  Amount BalanceCheckpoint::*value;
};
constexpr BalanceField balance_fields[] = {
    {"debits_pending", &BalanceCheckpoint::debits_pending},
    {"debits_posted", &BalanceCheckpoint::debits_posted},
    {"credits_pending", &BalanceCheckpoint::credits_pending},
    {"credits_posted", &BalanceCheckpoint::credits_posted},
};

/// A checkpoint of the indexes, field by field.
std::vector<ShownDifference> shown(const CheckpointMismatch& mismatch, const std::string& place) {
  const bool is_same_place = mismatch.expected.account == mismatch.found.account &&
                             mismatch.expected.sequence == mismatch.found.sequence;
  const BalanceCheckpoint& one =
      mismatch.expected.sequence == Sequence{} ? mismatch.found : mismatch.expected;
  ShownDifference difference{.kind = AggregateKind::account,
                             .id = one.account.value(),
                             .type = {},
                             .field = "checkpoint",
                             .expected = mismatch.expected.sequence == Sequence{} ? "none" : "one",
                             .found = mismatch.found.sequence == Sequence{} ? "none" : "another",
                             .first_sequence = one.sequence.value(),
                             .as_of = one.sequence.value(),
                             .place = "the checkpoints of balances of " + place};
  if (!is_same_place) return {difference};
  std::vector<ShownDifference> all;
  for (const BalanceField& field : balance_fields) {
    const Amount expected = mismatch.expected.*field.value;
    const Amount found = mismatch.found.*field.value;
    if (expected == found) continue;
    difference.field = field.name;
    difference.expected = to_decimal(expected.value().wide());
    difference.found = to_decimal(found.value().wide());
    all.push_back(difference);
  }
  return all;
}

std::string index_text(const IndexMismatch& mismatch, const RebuiltStore& store) {
  const std::string where =
      mismatch.run.empty() ? "in the snapshot itself" : "in the run " + mismatch.run;
  return fmt::format(
      "index {} of {}: from {} {} on it differs from what the journal makes, {}; near there {} "
      "pairs are missing and {} are too many",
      mismatch.index, store.place, mismatch.value_is, mismatch.first, where, mismatch.missing,
      mismatch.unexpected);
}

std::string index_json(const IndexMismatch& mismatch, const RebuiltStore& store) {
  return JsonObject{}
      .text("index", mismatch.index)
      .text("place", store.place)
      .text("run", mismatch.run)
      .count("first", mismatch.first)
      .text("first_is", mismatch.value_is)
      .count("missing", mismatch.missing)
      .count("unexpected", mismatch.unexpected)
      .sequence("as_of", store.as_of)
      .str();
}

void print(const RebuiltStore& store, bool json) {
  for (const std::string& words : store.trouble) {
    say(json ? JsonObject{}.text("place", store.place).text("trouble", words).str()
             : fmt::format("{}: {}", store.place, words));
  }
  const auto tell = [&](const ShownDifference& difference) {
    say(json ? difference_json(difference) : difference_text(difference));
  };
  for (const Mismatch& each : store.aggregates.mismatches) {
    tell(shown(each, store.as_of, store.place));
  }
  for (const IndexMismatch& each : store.indexes.indexes) {
    say(json ? index_json(each, store) : index_text(each, store));
  }
  for (const CheckpointMismatch& each : store.indexes.checkpoints_differing) {
    for (const ShownDifference& difference : shown(each, store.place)) tell(difference);
  }
  if (json) return;
  std::string outcome = "it agrees with the journal";
  if (!store.agrees()) {
    outcome = fmt::format("{} aggregates, {} indexes and {} checkpoints differ",
                          format_count(store.aggregates.mismatching), store.indexes.indexes.size(),
                          format_count(store.indexes.checkpoints_differing_count));
  }
  say(fmt::format("{}: {} aggregates, {} pairs of indexes and {} checkpoints compared: {}",
                  store.place, format_count(store.aggregates.compared),
                  format_count(store.indexes.pairs), format_count(store.indexes.checkpoints),
                  outcome));
}

void print_end(const RebuildReport& report, const std::optional<Sequence>& repaired, bool json) {
  std::uint64_t mismatching = 0;
  for (const RebuiltStore& each : report.stores) {
    mismatching = std::max(mismatching, each.aggregates.mismatching);
  }
  if (json) {
    JsonObject object;
    object.sequence("last_sequence", report.last)
        .count("facts", report.facts)
        .count("compared", report.compared())
        .count("mismatching", mismatching)
        .truth("agrees", report.agrees());
    if (repaired) object.sequence("repaired", *repaired);
    return say(object.str());
  }
  if (repaired) {
    return say(
        fmt::format("snapshots and indexes were written anew from the journal, as of "
                    "sequence {}",
                    repaired->value()));
  }
  if (!report.agrees()) {
    say("the journal is the truth: `daybook rebuild DIR --repair`, while no engine is on the "
        "directory, writes what is derived from it anew");
  }
}

/// There must be a journal: opening a directory would make one.
Result<DataDirectory> lock(const JournalPlace& place) {
  const JournalLayout layout{place.directory};
  if (const auto id = read_journal_id(layout); !id) return id.error();
  return DataDirectory::open_or_create(layout.root);
}

}  // namespace

int run_offline_rebuild(const OfflineRebuildOptions& options) {
  const auto selection = selection_from(options.what);
  if (!selection) return complain(selection.error().what);
  if (options.repair && !options.directory.archive.empty()) {
    return complain(
        "--repair reads the archive that the directory itself names: leave --archive out");
  }
  std::optional<DataDirectory> locked;
  if (options.repair) {
    auto directory = lock(options.directory);
    if (!directory) return complain_of(directory.error());
    locked.emplace(std::move(directory).value());
  }
  const RebuildWish wish{.place = options.directory,
                         .selection = selection.value(),
                         .room = options.room,
                         .indexes = !options.no_indexes && !selection.value().one};
  auto report = rebuild_offline(wish);
  if (!report) return complain_of(report.error());
  for (const RebuiltStore& store : report.value().stores) print(store, options.json);
  std::optional<Sequence> repaired;
  if (locked) {
    const auto rewritten = rewrite_derived(*locked, options.room);
    if (!rewritten) return complain_of(rewritten.error());
    repaired = rewritten.value();
    auto after = rebuild_offline(wish);
    if (!after) return complain_of(after.error());
    report = std::move(after);
    if (!report.value().agrees()) {
      for (const RebuiltStore& store : report.value().stores) print(store, options.json);
    }
  }
  print_end(report.value(), repaired, options.json);
  if (selection.value().one && report.value().compared() == 0) {
    complain("there is no such aggregate, neither by the journal nor in what is derived from it");
    return exit_code::no;
  }
  return report.value().agrees() ? exit_code::good : exit_code::no;
}

}  // namespace daybook
