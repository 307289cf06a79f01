#include "tests/tools/daybook/rebuild/damaged_stores.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/base/assert.hpp"
#include "engine/digest/state_digest.hpp"
#include "engine/index/run_sink.hpp"
#include "engine/query/pair_run.hpp"
#include "storage/runs/run_directory.hpp"
#include "storage/snapshots/snapshot_directory.hpp"

namespace daybook::test {
namespace {

using Alter = std::function<void(BlockKind, std::vector<std::byte>&)>;

/// Writes the snapshot anew, block by block; `alter` may change each one's bytes.
void rewrite(const std::filesystem::path& snapshots, Sequence at, const Alter& alter) {
  auto directory = SnapshotDirectory::open(snapshots).value();
  const SnapshotBytes bytes = directory->open(at).value();
  SnapshotReader reader{bytes};
  auto file = directory->create().value();
  SnapshotWriter writer{*file};
  for (;;) {
    const auto next = reader.next();
    ENSURE(next.ok(), "the snapshot was good");
    if (!next.value()) break;
    const SnapshotBlock& block = *next.value();
    std::vector<std::byte> copy{block.bytes.begin(), block.bytes.end()};
    alter(block.kind, copy);
    if (copy.empty()) {
      writer.put_end(block.kind);
    } else {
      writer.put(block.kind, std::span<const std::byte>{copy}, block.number);
    }
  }
  ENSURE(writer.outcome().ok() && file->finish(bytes.header).ok(), "the test's disk takes it");
}

std::uint64_t balances_term(const Account& account) {
  StateDigest sum;
  const std::uint64_t key = StateDigest::key_of(account.id);
  using Field = StateDigest::Field;
  sum.field_changed(key, Field::debits_pending, 0, account.debits_pending.value().wide());
  sum.field_changed(key, Field::debits_posted, 0, account.debits_posted.value().wide());
  sum.field_changed(key, Field::credits_pending, 0, account.credits_pending.value().wide());
  sum.field_changed(key, Field::credits_posted, 0, account.credits_posted.value().wide());
  return sum.value();
}

template <typename Item>
std::span<Item> items_of_block(std::vector<std::byte>& bytes) {
  return {reinterpret_cast<Item*>(bytes.data()), bytes.size() / sizeof(Item)};
}

}  // namespace

void change_account_in_snapshot(const std::filesystem::path& snapshots, Sequence at, AccountId id,
                                const std::function<void(Account&)>& change, bool hide) {
  std::uint64_t more = 0;
  rewrite(snapshots, at, [&](BlockKind kind, std::vector<std::byte>& bytes) {
    if (kind != BlockKind::accounts) return;
    for (Account& account : items_of_block<Account>(bytes)) {
      if (account.id != id && id != AccountId{}) continue;
      const std::uint64_t before = balances_term(account);
      change(account);
      more += balances_term(account) - before;
    }
  });
  ENSURE(more != 0, "the snapshot has the account");
  if (!hide) return;
  rewrite(snapshots, at, [&](BlockKind kind, std::vector<std::byte>& bytes) {
    if (kind != BlockKind::totals) return;
    items_of_block<State::Totals>(bytes).front().digest_of_ids -= more;
  });
}

void change_stream_in_snapshot(const std::filesystem::path& snapshots, Sequence at,
                               std::uint64_t version) {
  rewrite(snapshots, at, [&](BlockKind kind, std::vector<std::byte>& bytes) {
    if (kind == BlockKind::streams) items_of_block<Stream>(bytes).front().version = version;
  });
}

void change_order_in_snapshot(const std::filesystem::path& snapshots, Sequence at,
                              std::uint64_t amount) {
  rewrite(snapshots, at, [&](BlockKind kind, std::vector<std::byte>& bytes) {
    if (kind == BlockKind::orders) {
      items_of_block<Order>(bytes).front().amount = Amount{Uint128{amount, 0}};
    }
  });
}

void change_pairs_of_run(const std::filesystem::path& path, std::string_view index) {
  const auto runs = RunDirectory::read_only(path.parent_path());
  const auto run = PairRun::open(runs->open_kept(path.filename().string()).value()).value();
  std::vector<PackedPair> pairs{run->pairs().begin(), run->pairs().end()};
  for (std::size_t each = 0; each < std::min<std::size_t>(pairs.size(), 3); ++each) {
    pairs[each] ^= PackedPair{1} << 40;
  }
  std::sort(pairs.begin(), pairs.end());
  const auto elsewhere = path.parent_path().parent_path() / "forged";
  {
    auto forged = RunDirectory::open(elsewhere).value();
    const auto stored = PairRun::store(run->stretch(), pairs, *forged, index).value();
    std::filesystem::copy_file(elsewhere / stored->name(), path,
                               std::filesystem::copy_options::overwrite_existing);
  }
  std::filesystem::remove_all(elsewhere);
}

}  // namespace daybook::test
