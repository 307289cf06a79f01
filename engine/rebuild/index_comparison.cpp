#include "engine/rebuild/index_comparison.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t values_a_bucket = 4'096;

/// Calls `use(tag, value, run name)` for each pair.
template <typename Use>
void for_each_pair(const IndexView& view, Use use) {
  const auto all_of = [&](std::span<const PackedPair> pairs, std::uint64_t base,
                          const std::string& run) {
    for (const PackedPair pair : pairs) {
      use(pair >> packed_offset_bits, base + offset_of(pair), run);
    }
  };
  static const std::string in_snapshot;
  for (const auto& run : *view.runs) all_of(run->pairs(), run->base(), run->name());
  for (const auto& block : *view.blocks) {
    all_of(block->pairs.all(), block->stretch.base, in_snapshot);
  }
  all_of(view.tail->published(), view.tail->base(), in_snapshot);
}

/// Sums that equal sets of pairs share, by stretches of values.
using Sums = std::unordered_map<std::uint64_t, std::uint64_t>;

std::uint64_t sums_of(const IndexView& view, Sums& sums) {
  std::uint64_t count = 0;
  for_each_pair(view, [&](std::uint64_t tag, std::uint64_t value, const std::string&) {
    sums[value / values_a_bucket] += mix(Uint128{value, tag}, 0) | 1;
    ++count;
  });
  return count;
}

std::set<std::uint64_t> all_differing(const Sums& a, const Sums& b) {
  std::set<std::uint64_t> differing;
  const auto look = [&](const Sums& from, const Sums& other) {
    for (const auto& [bucket, sum] : from) {
      const auto found = other.find(bucket);
      if (found == other.end() || found->second != sum) differing.insert(bucket);
    }
  };
  look(a, b);
  look(b, a);
  return differing;
}

struct Pair {
  std::uint64_t value = 0;
  std::uint64_t tag = 0;
  friend auto operator<=>(const Pair&, const Pair&) = default;
};
/// How often a pair stands in the journal's index and in the stored one.
struct Balance {
  std::int64_t expected = 0;
  std::int64_t found = 0;
  std::string run;  // Of the stored one.
};

/// An index of stretches may have a pair more than once: what it has written already in a stretch
/// it knows only as far as it remembers, and not at all after a restart.
enum class Repeats : std::uint8_t { count, do_not_count };

/// Nothing is missing and nothing unexpected where only repeats differ.
IndexMismatch describe(std::string_view name, std::string_view value_is, Repeats repeats,
                       const IndexView& journal, const IndexView& stored, std::uint64_t bucket) {
  std::map<Pair, Balance> pairs;
  const auto once = [&](std::int64_t& times) { times = repeats == Repeats::count ? times + 1 : 1; };
  for_each_pair(journal, [&](std::uint64_t tag, std::uint64_t value, const std::string&) {
    if (value / values_a_bucket == bucket) once(pairs[{value, tag}].expected);
  });
  for_each_pair(stored, [&](std::uint64_t tag, std::uint64_t value, const std::string& run) {
    if (value / values_a_bucket != bucket) return;
    Balance& balance = pairs[{value, tag}];
    once(balance.found);
    balance.run = run;
  });
  IndexMismatch mismatch;
  mismatch.index = name;
  mismatch.value_is = value_is;
  bool is_first = true;
  for (const auto& [pair, balance] : pairs) {
    const std::int64_t surplus = balance.expected - balance.found;
    if (surplus == 0) continue;
    if (is_first) mismatch.first = pair.value;
    is_first = false;
    if (mismatch.run.empty()) mismatch.run = balance.run;
    const auto many = static_cast<std::uint64_t>(surplus > 0 ? surplus : -surplus);
    (surplus > 0 ? mismatch.missing : mismatch.unexpected) += many;
  }
  if (!mismatch.run.empty()) return mismatch;
  // Nothing is there that should not be: where what is missing should stand.
  for (const auto& run : *stored.runs) {
    if (run->first() <= mismatch.first && mismatch.first <= run->last()) mismatch.run = run->name();
  }
  return mismatch;
}

void compare_pairs(std::string_view name, std::string_view value_is, Repeats repeats,
                   const IndexView& journal, const IndexView& stored, IndexComparison& into) {
  Sums expected;
  Sums found;
  into.pairs += sums_of(journal, expected);
  sums_of(stored, found);
  for (const std::uint64_t bucket : all_differing(expected, found)) {
    auto mismatch = describe(name, value_is, repeats, journal, stored, bucket);
    if (mismatch.missing + mismatch.unexpected == 0) continue;
    into.indexes.push_back(std::move(mismatch));
    return;
  }
}

bool same(const BalanceCheckpoint& a, const BalanceCheckpoint& b) {
  return a.account == b.account && a.sequence == b.sequence &&
         a.debits_pending == b.debits_pending && a.debits_posted == b.debits_posted &&
         a.credits_pending == b.credits_pending && a.credits_posted == b.credits_posted;
}

/// Both in the same order, for that is the order of facts and accounts.
void compare_checkpoints(const BalanceCheckpoints& journal, const BalanceCheckpoints& stored,
                         IndexComparison& into) {
  std::vector<BalanceCheckpoint> found;
  stored.for_each([&](const BalanceCheckpoint& each) { found.push_back(each); });
  const auto differs = [&](const BalanceCheckpoint& expected, const BalanceCheckpoint& other) {
    if (++into.checkpoints_differing_count > limits::rebuild_aggregates_max) return;
    into.checkpoints_differing.push_back({expected, other});
  };
  std::size_t at = 0;
  journal.for_each([&](const BalanceCheckpoint& expected) {
    const BalanceCheckpoint other = at < found.size() ? found[at] : BalanceCheckpoint{};
    ++at;
    ++into.checkpoints;
    if (!same(expected, other)) differs(expected, other);
  });
  for (; at < found.size(); ++at) differs(BalanceCheckpoint{}, found[at]);
}

}  // namespace

IndexComparison compare_indexes(const Indexes& journal, const Indexes& stored) {
  IndexComparison comparison;
  const auto compare = [&](std::string_view name, std::string_view value_is, const IndexView& a,
                           const IndexView& b, Repeats repeats = Repeats::count) {
    compare_pairs(name, value_is, repeats, a, b, comparison);
  };
  compare("history", "sequence", journal.facts.history(), stored.facts.history());
  compare("transfer-fields", "stretch of 64 sequences", journal.facts.transfers(),
          stored.facts.transfers(), Repeats::do_not_count);
  compare("account-fields", "place of the account", journal.facts.accounts(),
          stored.facts.accounts());
  compare("domain-events", "sequence", journal.streams.events(), stored.streams.events());
  compare("operations", "stretch of 64 sequences", journal.operations.operations(),
          stored.operations.operations(), Repeats::do_not_count);
  compare("balance-places", "checkpoint", journal.balances.places(), stored.balances.places());
  compare_checkpoints(journal.balances, stored.balances, comparison);
  return comparison;
}

}  // namespace daybook
