#include "tests/engine/tcc/tcc_fixture.hpp"

#include <fmt/format.h>

namespace daybook::test {

TccCommand tcc_begin(std::uint64_t gid, std::uint64_t timeout_ns, std::uint64_t created_at) {
  TccCommand command;
  command.gid = Uint128{gid, 0};
  command.kind = TccCommandKind::begin;
  command.timeout_ns = timeout_ns;
  command.created_at = created_at;
  return command;
}

TccCommand tcc_try(std::uint64_t gid, std::uint64_t branch, std::uint64_t amount,
                   std::uint64_t debit, std::uint64_t credit) {
  TccCommand command;
  command.gid = Uint128{gid, 0};
  command.kind = TccCommandKind::try_;
  command.branch = branch;
  command.debit_account_id = account_id(debit);
  command.credit_account_id = account_id(credit);
  command.amount = amount_of(amount);
  command.ledger = LedgerId{1};
  command.code = Code{1};
  return command;
}

TccCommand tcc_try_nested(std::uint64_t gid, std::uint64_t branch, std::uint64_t nested) {
  TccCommand command;
  command.gid = Uint128{gid, 0};
  command.kind = TccCommandKind::try_;
  command.branch = branch;
  command.what = TccBranchKind::transaction;
  command.business_type = Uint128{nested, 0};
  return command;
}

TccCommand tcc_cancel(std::uint64_t gid, std::uint64_t branch, std::uint64_t created_at) {
  TccCommand command;
  command.gid = Uint128{gid, 0};
  command.kind = TccCommandKind::cancel;
  command.branch = branch;
  command.created_at = created_at;
  return command;
}

std::vector<TccAmount> amounts_of(const std::vector<TccTake>& takes) {
  std::vector<TccAmount> amounts;
  for (const TccTake& take : takes) {
    const bool all = take.amount == TccTake::all_of_it;
    amounts.push_back({.branch = take.branch,
                       .reserved = 0,
                       .amount = all ? Amount{Uint128{u128_max}} : amount_of(take.amount)});
  }
  return amounts;
}

TccCommand tcc_confirm(std::uint64_t gid, const std::vector<TccTake>& takes) {
  TccCommand command;
  command.gid = Uint128{gid, 0};
  command.kind = TccCommandKind::confirm;
  command.amounts = static_cast<std::uint16_t>(takes.size());
  return command;
}

TccTest::TccTest(LedgerSettings settings) : engine_{settings} {
  engine_.set_clock(tcc_start / 2);
  EXPECT_TRUE(engine_.put_ledgers(std::vector{make_ledger(1, "EUR")}).refused.empty());
  std::vector<Account> accounts{make_account(1, 1, account_flag::debits_must_not_exceed_credits),
                                make_account(2), make_account(3), make_account(4)};
  EXPECT_TRUE(engine_.create_accounts(accounts).refused.empty());
  EXPECT_TRUE(engine_.create_transfers(std::vector{make_transfer(1, 4, 1, 1'000)}).refused.empty());
  engine_.set_clock(tcc_start);
}

void TccTest::TearDown() {
  engine_.close_entry();
  const std::uint64_t digest = engine_.state().digest();
  engine_.restart();
  EXPECT_EQ(engine_.state().digest(), digest);
  EXPECT_EQ(engine_.first_failure().value_or(""), "");
}

void TccTest::set_clock(std::uint64_t now_ns) { engine_.set_clock(now_ns); }

BatchReply TccTest::submit(WriteRequest request) {
  request.client = ClientId{Uint128{0x7cc, 0}};
  request.number = ++last_number_;
  request.frame_checksum = last_number_;
  return engine_.submit(request);
}

std::vector<std::string> TccTest::send(const std::vector<TccCommand>& commands,
                                       const std::vector<TccAmount>& amounts) {
  WriteRequest request;
  request.kind = RequestKind::tcc_commands;
  request.tcc_commands = commands;
  request.tcc_amounts = amounts;
  return tcc_statuses(submit(request), commands.size());
}

std::vector<std::string> tcc_statuses(const BatchReply& reply, std::size_t commands) {
  if (reply.status != RequestStatus::ok) return {std::string{to_string(reply.status)}};
  std::vector<std::string> statuses(commands, "done");
  for (const RefusedEvent& refused : reply.refused) {
    const auto status = static_cast<TccStatus>(refused.status);
    statuses.at(refused.index) =
        status == TccStatus::try_refused
            ? std::string{to_string(static_cast<CreateTransferStatus>(refused.part))}
            : std::string{to_string(status)};
  }
  return statuses;
}

LedgerSettings with_snapshots() {
  LedgerSettings settings;
  settings.ids_a_generation = 64;
  return settings;
}

std::string TccTest::confirm(std::uint64_t gid, const std::vector<TccTake>& takes) {
  return send({tcc_confirm(gid, takes)}, amounts_of(takes)).at(0);
}

std::string TccTest::transfer(const Transfer& event) {
  WriteRequest request;
  request.kind = RequestKind::create_transfers;
  request.transfers = {event};
  const BatchReply reply = submit(request);
  return status_name(RequestKind::create_transfers, reply.status_of(0));
}

std::string TccTest::shown(std::uint64_t gid) { return shown_tcc(engine_.state().tccs, gid); }

std::string shown_tcc(const TccTable& tccs, std::uint64_t gid) {
  const TccSlot slot = tccs.find(Uint128{gid, 0});
  if (slot == no_tcc) return "none";
  std::string text =
      fmt::format("{} {}", to_string(tccs.at(slot).state), to_string(tccs.at(slot).reason));
  tccs.for_each_branch(slot, [&](const TccBranch& each) {
    text += fmt::format(" {}:{}", each.branch, to_string(each.state));
  });
  return text;
}

std::string TccTest::balances(std::uint64_t id) {
  const Account account = engine_.lookup_account(account_id(id)).value();
  return fmt::format("{}/{} {}/{}", account.debits_pending.value().lo,
                     account.debits_posted.value().lo, account.credits_pending.value().lo,
                     account.credits_posted.value().lo);
}

TransferId TccTest::hold_of(std::uint64_t gid, std::uint64_t branch) {
  const TccTable& tccs = engine_.state().tccs;
  const TccBranch* const found = tccs.find_branch(tccs.find(Uint128{gid, 0}), branch);
  return transfer_id_of(Uint128{gid, 0}, branch, TccOperation::try_,
                        found == nullptr ? 0 : found->round);
}

}  // namespace daybook::test
