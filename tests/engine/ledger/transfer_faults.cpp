#include "tests/engine/ledger/transfer_faults.hpp"

#include "tests/support/lay_over.hpp"

namespace daybook::test {
namespace {

using Status = CreateTransferStatus;
namespace flag = transfer_flag;

WrongSide both(WrongSide a, const WrongSide& b) {
  a.posted |= b.posted;
  a.pending |= b.pending;
  a.flag_limited |= b.flag_limited;
  a.value_limited |= b.value_limited;
  a.closed |= b.closed;
  a.frozen |= b.frozen;
  return a;
}

bool has_money(const WrongSide& side) { return side.posted || side.pending; }

/// What the two want cannot be had in one event.
bool contradict(const Wrong& wrong) {
  const bool id_is_taken = wrong.exists || wrong.burnt;
  if (id_is_taken && wrong.id) return true;
  if (wrong.exists && wrong.burnt) return true;
  // An account that money went through is older than the last transfer.
  const bool early = wrong.moment && *wrong.moment >= Moment::before_debit_account;
  if (early && (id_is_taken || has_money(wrong.debit_side) || has_money(wrong.credit_side))) {
    return true;
  }
  if (wrong.moment && wrong.timestamp) return true;
  return wrong.target && wrong.pending_id;
}

}  // namespace

bool Wrong::changes_the_event() const {
  return debit || credit || pending_id || amount || business_id || user_id || timeout || ledger ||
         tag || code || pending || imported || resolution || debit_ledger || credit_ledger ||
         target || flags != 0;
}

std::optional<Wrong> both(Wrong a, const Wrong& b) {
  const bool fit =
      lay_over(a.id, b.id) && lay_over(a.debit, b.debit) && lay_over(a.credit, b.credit) &&
      lay_over(a.pending_id, b.pending_id) && lay_over(a.amount, b.amount) &&
      lay_over(a.business_id, b.business_id) && lay_over(a.user_id, b.user_id) &&
      lay_over(a.timestamp, b.timestamp) && lay_over(a.timeout, b.timeout) &&
      lay_over(a.ledger, b.ledger) && lay_over(a.tag, b.tag) && lay_over(a.code, b.code) &&
      lay_over(a.pending, b.pending) && lay_over(a.imported, b.imported) &&
      lay_over(a.resolution, b.resolution) && lay_over(a.batch_is_imported, b.batch_is_imported) &&
      lay_over(a.debit_ledger, b.debit_ledger) && lay_over(a.credit_ledger, b.credit_ledger) &&
      lay_over(a.moment, b.moment) && lay_over(a.target, b.target) && lay_over(a.fate, b.fate);
  a.flags |= b.flags;
  a.in_failed_chain |= b.in_failed_chain;
  a.leaves_chain_open |= b.leaves_chain_open;
  a.exists |= b.exists;
  a.burnt |= b.burnt;
  a.owned |= b.owned;
  a.debit_side = both(a.debit_side, b.debit_side);
  a.credit_side = both(a.credit_side, b.credit_side);
  if (!fit || contradict(a)) return std::nullopt;
  return a;
}

TransferTableTest::TransferTableTest() {
  tick();
  open_accounts(std::vector{make_account(rich), make_account(sink), make_account(rich + 10, 2),
                            make_account(sink + 10, 2)});
}

void TransferTableTest::open_sides(const Wrong& wrong, Scene& scene) {
  tick();
  expect_created({make_transfer(fresh(), rich, sink, 1)});
  scene.last_transfer_at = now_;
  scene.debit = fresh();
  scene.credit = fresh();
  Account debit = make_account(scene.debit, wrong.debit_ledger.value_or(1));
  if (wrong.debit_side.flag_limited) debit.flags = account_flag::debits_must_not_exceed_credits;
  Account credit = make_account(scene.credit, wrong.credit_ledger.value_or(1));
  if (wrong.credit_side.flag_limited) credit.flags = account_flag::credits_must_not_exceed_debits;
  const bool debit_is_last = wrong.moment == Moment::before_debit_account;
  tick();
  open_accounts(std::vector{debit_is_last ? credit : debit});
  scene.first_account_at = now_;
  tick();
  open_accounts(std::vector{debit_is_last ? debit : credit});
  scene.second_account_at = now_;
  tick();
  open_accounts({fresh()});
  scene.bystander_at = now_;
}

void TransferTableTest::burden(const Wrong& wrong, const Scene& scene, std::uint64_t amount) {
  const WrongSide& debit = wrong.debit_side;
  const WrongSide& credit = wrong.credit_side;
  const std::uint32_t debit_ledger = wrong.debit_ledger.value_or(1);
  const std::uint32_t credit_ledger = wrong.credit_ledger.value_or(1);
  std::vector<Transfer> batch;
  const auto take = [&](std::uint16_t flags) {
    batch.push_back(make_transfer(fresh(), scene.debit, debit_ledger == 2 ? sink + 10 : sink,
                                  amount, debit_ledger, flags));
  };
  const auto give = [&](std::uint16_t flags) {
    batch.push_back(make_transfer(fresh(), credit_ledger == 2 ? rich + 10 : rich, scene.credit,
                                  amount, credit_ledger, flags));
  };
  if (debit.posted) take(0);
  if (debit.pending) take(flag::pending);
  if (credit.posted) give(0);
  if (credit.pending) give(flag::pending);
  if (!batch.empty()) expect_created(batch);
}

void TransferTableTest::restrain(const Wrong& wrong, const Scene& scene, Int128 minimum,
                                 Int128 maximum) {
  using Kind = AccountChangeKind;
  std::vector<AccountChange> batch;
  if (wrong.debit_side.closed) batch.push_back(make_change(scene.debit, Kind::close));
  if (wrong.credit_side.closed) batch.push_back(make_change(scene.credit, Kind::close));
  if (wrong.debit_side.frozen) {
    batch.push_back(make_change(scene.debit, Kind::freeze, account_side::debits));
  }
  if (wrong.credit_side.frozen) {
    batch.push_back(make_change(scene.credit, Kind::freeze, account_side::credits));
  }
  if (wrong.debit_side.value_limited) {
    batch.push_back(make_change(scene.debit, Kind::set_limits));
    batch.back().minimum = minimum;
    batch.back().maximum = int128_max;
  }
  if (wrong.credit_side.value_limited) {
    batch.push_back(make_change(scene.credit, Kind::set_limits));
    batch.back().minimum = int128_min;
    batch.back().maximum = maximum;
  }
  if (batch.empty()) return;
  for (const std::string& answer : changes(batch)) {
    EXPECT_TRUE(answer == "changed" || answer == "outside_limits") << answer;
  }
}

Transfer TransferTableTest::spoilt(Transfer event, const Wrong& wrong, const Scene& scene) {
  if (wrong.id) event.id = TransferId{*wrong.id};
  if (wrong.debit) event.debit_account_id = AccountId{*wrong.debit};
  if (wrong.credit) event.credit_account_id = AccountId{*wrong.credit};
  if (wrong.pending_id) event.pending_id = TransferId{*wrong.pending_id};
  if (wrong.amount) event.amount = Amount{Uint128{*wrong.amount}};
  if (wrong.business_id) event.business_id = BusinessId{number(*wrong.business_id)};
  if (wrong.user_id) event.user_id = UserId{*wrong.user_id};
  if (wrong.timeout) event.timeout = *wrong.timeout;
  if (wrong.ledger) event.ledger = LedgerId{*wrong.ledger};
  if (wrong.tag) event.tag = Tag{*wrong.tag};
  if (wrong.code) event.code = Code{*wrong.code};
  event.flags |= wrong.flags;
  if (wrong.pending.value_or(false)) event.flags |= flag::pending;
  if (wrong.leaves_chain_open) event.flags |= flag::linked;
  if (wrong.imported.value_or(false)) {
    event.flags |= flag::imported;
    event.timestamp = Timestamp{now_ - 10};
  }
  if (wrong.moment == Moment::of_last_transfer) {
    event.timestamp = Timestamp{scene.last_transfer_at};
  } else if (wrong.moment == Moment::of_an_account) {
    event.timestamp = Timestamp{scene.bystander_at};
  } else if (wrong.moment == Moment::before_both_accounts) {
    event.timestamp = Timestamp{scene.first_account_at - 10};
  } else if (wrong.moment) {
    event.timestamp = Timestamp{scene.second_account_at - 10};
  }
  if (wrong.timestamp) event.timestamp = Timestamp{*wrong.timestamp};
  return event;
}

/// Comes first in the batch: refused for itself, imported or not, and burns nothing.
Transfer TransferTableTest::opener(const Wrong& wrong) {
  Transfer event = make_transfer(fresh(), rich, sink, 1, 1, flag::reversal);
  if (wrong.in_failed_chain) event.flags |= flag::linked;
  if (wrong.batch_is_imported.value_or(wrong.imported.value_or(false))) {
    event = test::imported(event, 1);
  }
  return event;
}

Status TransferTableTest::answer_in_batch(const Transfer& event, const Wrong& wrong) {
  WriteRequest request;
  if (wrong.in_failed_chain || wrong.batch_is_imported) request.transfers.push_back(opener(wrong));
  const auto index = static_cast<std::uint32_t>(request.transfers.size());
  request.transfers.push_back(event);
  if ((event.flags & flag::linked) != 0 && !wrong.leaves_chain_open) {
    request.transfers.push_back(make_transfer(fresh(), rich, sink, 1));
  }
  const BatchReply reply = submit(request);
  EXPECT_EQ(reply.status, RequestStatus::ok);
  return static_cast<Status>(reply.status_of(index));
}

Status TransferTableTest::answer_to(const Wrong& wrong) {
  Scene scene;
  set_scene(wrong, scene);
  tick();
  const Transfer event = spoilt(good_event(wrong, scene), wrong, scene);
  last_event_id_ = event.id.value().lo;
  return answer_in_batch(event, wrong);
}

void TransferTableTest::expect_each_alone(std::span<const Row> rows) {
  for (std::size_t at = 0; at < rows.size(); ++at) {
    EXPECT_EQ(to_string(answer_to(rows[at].wrong)), to_string(rows[at].status)) << "row " << at;
  }
}

void TransferTableTest::expect_the_earlier_of_two(std::span<const Row> rows, unsigned pairs_min,
                                                  bool (*skip)(const Row& earlier,
                                                               const Row& later)) {
  unsigned pairs = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = i + 1; k < rows.size(); ++k) {
      if (rows[i].status == rows[k].status || (skip != nullptr && skip(rows[i], rows[k]))) continue;
      const auto wrong = both(rows[i].wrong, rows[k].wrong);
      if (!wrong) continue;
      ++pairs;
      ASSERT_EQ(to_string(answer_to(*wrong)), to_string(rows[i].status))
          << "rows " << i << " and " << k << ", the later is " << to_string(rows[k].status);
    }
  }
  EXPECT_GE(pairs, pairs_min);
}

}  // namespace daybook::test
