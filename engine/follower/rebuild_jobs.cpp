#include "engine/follower/rebuild_jobs.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

template <std::size_t size>
std::uint8_t put_text(std::array<char, size>& into, std::string_view text) {
  const std::size_t count = std::min(text.size(), size);
  std::copy_n(text.begin(), count, into.begin());
  return static_cast<std::uint8_t>(count);
}

const char* fault_of(const RebuildFilter& filter) {
  const auto kind = static_cast<std::uint16_t>(filter.kind);
  const bool all = kind == 0;
  if (kind > static_cast<std::uint16_t>(last_aggregate_kind)) return "there is no such kind";
  if (filter.reserved != 0 || filter.reserved_more != 0 || filter.reserved_end != 0) {
    return "the reserved fields must be 0";
  }
  if (all && !(filter.id.is_zero() && filter.type.is_zero())) {
    return "an id without a kind: say what it is an id of";
  }
  if (!all && filter.id.is_zero()) return "a kind without an id: say which one";
  const bool range = filter.from != Timestamp{} || filter.until != Timestamp{};
  if (range && !all) return "one aggregate or a range of time, not both";
  if (filter.until != Timestamp{} && filter.until < filter.from) {
    return "the range of time ends before it begins";
  }
  if (filter.looked_up_at != 0 &&
      (filter.kind != AggregateKind::account || filter.looked_up.id.value() != filter.id)) {
    return "what was looked up is not the one account that is asked for";
  }
  return nullptr;
}

RebuildSelection selection_of(const RebuildFilter& filter) {
  RebuildSelection selection;
  if (static_cast<std::uint16_t>(filter.kind) != 0) {
    selection.one = {.kind = filter.kind, .key = {.id = filter.id, .type = filter.type}};
  }
  selection.from_ns = filter.from.value();
  if (filter.until != Timestamp{}) selection.until_ns = filter.until.value();
  return selection;
}

/// The fields of an account that `account` has, too, in the form in which folds have them.
std::vector<Mismatch> differences(const AggregateFields& folded, const AggregateKey& key,
                                  const std::vector<AggregateField>& others) {
  std::vector<Mismatch> found;
  for (const AggregateField& other : others) {
    const auto field = std::find_if(folded.begin(), folded.end(), [&](const AggregateField& each) {
      return each.name == other.name;
    });
    if (field == folded.end() || *field == other) continue;
    found.push_back({AggregateKind::account, key, *field, other, {}});
  }
  return found;
}

std::vector<AggregateField> balances_of(const auto& from) {
  return {{"debits_pending", from.debits_pending.value()},
          {"debits_posted", from.debits_posted.value()},
          {"credits_pending", from.credits_pending.value()},
          {"credits_posted", from.credits_posted.value()}};
}

std::vector<AggregateField> fields_of(const Account& account) {
  std::vector<AggregateField> fields = balances_of(account);
  fields.push_back({"business_id", account.business_id.value(), FieldShow::id});
  fields.push_back({"user_id", {account.user_id.value(), 0}});
  fields.push_back({"tag", {account.tag.value(), 0}});
  fields.push_back({"ledger", {account.ledger.value(), 0}});
  fields.push_back({"code", {account.code.value(), 0}});
  fields.push_back({"flags", {account.flags, 0}, FieldShow::flags});
  fields.push_back({"timestamp", {account.timestamp.value(), 0}, FieldShow::time});
  return fields;
}

}  // namespace

struct RebuildJobs::Job {
  explicit Job(const RebuildFilter& given)
      : filter{given}, selection{selection_of(given)}, rebuild{selection} {}

  RebuildFilter filter;
  RebuildSelection selection;
  Rebuild rebuild;
  std::optional<Rebuild> locating;  // The second fold.
  Sequence at;                      // Folded up to and with.
  Sequence compared_at;
  Rebuild::Comparison comparison;
  std::vector<RebuildDifference> differences;
  std::size_t told = 0;  // Of the differences.
  bool is_compared = false;
  bool is_located = false;
  bool checkpoints_differ = false;  // The first that does is told; those after it follow from it.

  [[nodiscard]] AggregateKey key() const { return {.id = filter.id, .type = filter.type}; }
  [[nodiscard]] bool is_of_account() const { return filter.kind == AggregateKind::account; }
};

Result<void> RebuildJobs::run(const Follower& follower, Sequence followed, RequestSlot& slot) {
  RebuildFilter filter;
  std::memcpy(&filter, slot.events, sizeof filter);
  slot.more = false;
  slot.cursor = 0;
  slot.rebuilt_aggregates = slot.rebuilt_mismatching = slot.rebuilt_done = 0;
  slot.first_sequence = followed;
  if (filter.cursor == 0) {
    if (!begin(follower, followed, filter, slot)) return {};
  } else if (job_ == nullptr || filter.cursor != last_number_) {
    slot.status = RequestStatus::cursor_unknown;
    slot.detail = "another rebuild has begun since, or this one is over: begin again";
    return {};
  }
  std::uint64_t facts = 0;
  if (!job_->is_compared) {
    if (auto compared = compare(follower, followed); !compared.ok()) return compared;
  } else if (!job_->is_located) {
    if (auto folded = fold(follower, job_->compared_at, facts); !folded.ok()) return folded;
    if (job_->at >= job_->compared_at) {
      differ(std::move(*job_->locating).located(), ComparedWith::state, job_->compared_at);
      job_->locating.reset();
      job_->is_located = true;
    }
  }
  answer(slot, followed);
  return {};
}

bool RebuildJobs::begin(const Follower& follower, Sequence followed, const RebuildFilter& filter,
                        RequestSlot& slot) {
  if (const char* const fault = fault_of(filter)) {
    slot.status = RequestStatus::filter_invalid;
    slot.detail = fault;
    return false;
  }
  if (filter.looked_up_at > followed.value()) {
    slot.status = RequestStatus::index_behind;
    slot.detail = "what was looked up is newer than what is followed: ask again";
    return false;
  }
  std::uint64_t aggregates = 0;
  follower.with_state([&](const State& state) {
    aggregates = state.accounts.count() + state.holds.count() + state.streams.count() +
                 state.ledgers.count() + state.names.size();
  });
  if (static_cast<std::uint16_t>(filter.kind) == 0 &&
      aggregates > limits::rebuild_online_aggregates_max) {
    slot.status = RequestStatus::too_large;
    slot.detail =
        "a running engine rebuilds at most a million aggregates together: ask for one, or use "
        "`daybook rebuild DIR`";
    return false;
  }
  job_ = std::make_shared<Job>(filter);
  ++last_number_;
  return true;
}

Result<void> RebuildJobs::compare(const Follower& follower, Sequence followed) {
  std::uint64_t facts = 0;
  if (auto folded = fold(follower, followed, facts); !folded.ok()) return folded;
  if (job_->at < followed) return {};  // The page is full.
  Result<void> outcome;
  follower.with_state([&](const State& state) {
    std::uint64_t last_facts = limits::rebuild_page_facts - limits::rebuild_locked_facts_max;
    outcome = fold(follower, state.last_sequence(), last_facts);
    if (!outcome.ok() || job_->at != state.last_sequence()) return;
    start_locating(job_->rebuild.compare(state), state.last_sequence());
  });
  return outcome;
}

// Up to and with the entry of `until`, or as far as a page goes.
Result<void> RebuildJobs::fold(const Follower& follower, Sequence until, std::uint64_t& facts) {
  while (job_->at < until && facts < limits::rebuild_page_facts) {
    auto read = with_facts_(next(job_->at), [&](const EntryFacts& entry) {
      if (job_->locating) {
        job_->locating->add(entry);
      } else {
        add(entry);
        check_balances(follower, entry);
      }
      job_->at = entry.header.last();
      facts += entry.header.fact_count;
    });
    if (!read.ok()) return read;
  }
  return {};
}

// What was looked up is as of an operation, perhaps within an entry.
void RebuildJobs::add(const EntryFacts& facts) {
  const Sequence at{job_->filter.looked_up_at};
  if (at < facts.header.first() || at > facts.header.last()) return job_->rebuild.add(facts);
  job_->rebuild.add_part(facts, {}, at);
  if (const auto folded = job_->rebuild.folded(AggregateKind::account, job_->key())) {
    differ(differences(*folded, job_->key(), fields_of(job_->filter.looked_up)),
           ComparedWith::lookup, at);
  }
  job_->rebuild.add_part(facts, at, facts.header.last());
}

void RebuildJobs::check_balances(const Follower& follower, const EntryFacts& facts) {
  if (!job_->is_of_account() || job_->checkpoints_differ) return;
  const auto is_ours = [&](const auto& fact) {
    return fact.debit_account_id.value() == job_->filter.id ||
           fact.credit_account_id.value() == job_->filter.id;
  };
  if (std::none_of(facts.transfers.begin(), facts.transfers.end(), is_ours) &&
      std::none_of(facts.holds_released.begin(), facts.holds_released.end(), is_ours)) {
    return;
  }
  const Sequence last = facts.header.last();
  const auto checkpoint = follower.checkpoints().newest(AccountId{job_->filter.id}, last);
  if (!checkpoint || checkpoint->sequence != last) return;
  const auto folded = job_->rebuild.folded(AggregateKind::account, job_->key());
  if (!folded) return;
  auto found = differences(*folded, job_->key(), balances_of(*checkpoint));
  for (Mismatch& each : found) each.first = facts.header.first();
  job_->checkpoints_differ = !found.empty();
  differ(found, ComparedWith::checkpoint, last);
}

void RebuildJobs::start_locating(Rebuild::Comparison comparison, Sequence as_of) {
  Job& job = *job_;
  job.comparison = std::move(comparison);
  job.compared_at = as_of;
  job.is_compared = true;
  job.is_located = job.comparison.mismatches.empty();
  if (job.is_located) return;
  job.locating.emplace(job.selection);
  job.locating->locate(std::move(job.comparison.mismatches));
  job.at = {};
}

void RebuildJobs::differ(const std::vector<Mismatch>& mismatches, ComparedWith with,
                         Sequence as_of) {
  for (const Mismatch& each : mismatches) {
    RebuildDifference difference;
    difference.id = each.key.id;
    difference.type = each.key.type;
    difference.expected = each.expected.value;
    difference.found = each.found.value;
    difference.first_sequence = each.first.value();
    difference.as_of = as_of.value();
    difference.kind = each.kind;
    difference.with = with;
    difference.show = each.expected.show;
    difference.expected_text_bytes = put_text(difference.expected_text, each.expected.text);
    difference.found_text_bytes = put_text(difference.found_text, each.found.text);
    difference.field_bytes = put_text(difference.field_text, each.expected.name);
    job_->differences.push_back(difference);
  }
}

void RebuildJobs::answer(RequestSlot& slot, Sequence followed) {
  Job& job = *job_;
  slot.first_sequence = job.is_compared ? job.compared_at : job.at;
  slot.rebuilt_aggregates = job.comparison.compared;
  slot.rebuilt_mismatching = job.comparison.mismatching;
  const std::uint64_t end = (job.is_compared ? job.compared_at : followed).value();
  const std::uint64_t share = end == 0 ? 0 : job.at.value() * 1'000 / end;
  slot.rebuilt_done = job.is_located ? 1'000 : std::min<std::uint64_t>(share, 999);
  slot.more = true;
  slot.cursor = last_number_;
  if (!job.is_located) return;
  const std::size_t count =
      std::min(job.differences.size() - job.told, limits::rebuild_differences_page_max);
  slot.query_items.resize(count * sizeof(RebuildDifference));
  if (count > 0) {
    std::memcpy(slot.query_items.data(), job.differences.data() + job.told,
                slot.query_items.size());
  }
  slot.item_count = static_cast<std::uint32_t>(count);
  job.told += count;
  slot.more = job.told < job.differences.size();
  if (!slot.more) job_.reset();
}

}  // namespace daybook
