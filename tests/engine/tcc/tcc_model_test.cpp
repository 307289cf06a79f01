// TCC transactions against a naive model: random commands of all kinds, repeated, late and out of
// order, with time passing, restarts from the journal and from snapshots.

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/engine/tcc/naive_tccs.hpp"
#include "tests/engine/tcc/tcc_fixture.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t millisecond = 1'000'000;
constexpr std::uint64_t gids = 40;
constexpr std::uint64_t accounts = 5;  // The first two must not be overdrawn.

LedgerSettings settings_of(Random& random) {
  LedgerSettings settings;
  settings.tccs_max = random.between(20, 60);
  settings.tccs_kept = random.between(1, settings.tccs_max / 2);
  settings.ids_a_generation = 64;
  return settings;
}

/// One engine and one model, given the same commands.
class Pair {
 public:
  explicit Pair(std::uint64_t seed)
      : random_{seed},
        settings_{settings_of(random_)},
        engine_{settings_},
        model_{{.transactions = settings_.tccs_max,
                .branches = settings_.tccs_max * limits::tcc_branches_each,
                .kept = settings_.tccs_kept}} {
    engine_.set_requests_per_entry(static_cast<std::uint32_t>(random_.between(1, 4)));
    engine_.set_clock(now_);
    engine_.put_ledgers(std::vector{make_ledger(1, "EUR")});
    std::vector<Account> all;
    for (std::uint64_t id = 1; id <= accounts; ++id) {
      const bool limited = id <= 2;
      all.push_back(
          make_account(id, 1, limited ? account_flag::debits_must_not_exceed_credits : 0));
      model_.accounts[id].limited = limited;
    }
    engine_.create_accounts(all);
    for (std::uint64_t id = 1; id <= 2; ++id) {
      engine_.create_transfers(std::vector{make_transfer(id, 5, id, 500)});
      model_.accounts[5].debits_posted += 500;
      model_.accounts[id].credits_posted += 500;
    }
  }

  /// Empty, or what differs.
  std::string run(std::uint64_t steps) {
    for (std::uint64_t step = 0; step < steps; ++step) {
      std::string wrong = request();
      if (wrong.empty() && random_.chance(40)) pass_time();
      if (wrong.empty() && random_.chance(30)) wrong = due_work();
      if (wrong.empty() && random_.chance(10)) wrong = compare();
      if (wrong.empty() && random_.chance(1)) wrong = restart();
      if (!wrong.empty()) return fmt::format("step {}: {}", step, wrong);
    }
    const std::string wrong = compare();
    return wrong.empty() ? restart() : wrong;
  }

 private:
  struct Asked {
    std::vector<TccCommand> commands;
    std::vector<std::vector<TccAmount>> amounts;
  };

  // A gid's creation time follows from it, so that repeats have the same.
  [[nodiscard]] std::uint64_t gid() {
    base_ += random_.chance(15) ? 1 : 0;
    return base_ + random_.below(gids);
  }
  [[nodiscard]] static std::uint64_t created(std::uint64_t gid) { return tcc_start + gid; }

  TccCommand command(std::vector<TccAmount>& amounts) {
    const std::uint64_t id = gid();
    const std::uint64_t which = random_.below(100);
    if (which < 25) {
      return tcc_begin(id, (random_.chance(90) ? 5 : 6) * millisecond + millisecond / 2,
                       created(id));
    }
    if (which < 65) {
      TccCommand attempt = tcc_try(id, random_.between(1, 5), random_.below(3) * 60,
                                   random_.between(1, accounts + 1),
                                   random_.chance(95) ? random_.between(1, accounts) : 9);
      if (random_.chance(50)) attempt.created_at = created(id);
      return attempt;
    }
    if (which < 85) {
      std::vector<TccTake> takes;
      for (std::uint64_t branch = 1; branch <= 5; ++branch) {
        if (!random_.chance(shown_has(id, branch) ? 97 : 2)) continue;
        takes.push_back(random_.chance(70) ? TccTake{branch} : TccTake{branch, random_.below(130)});
      }
      amounts = amounts_of(takes);
      return tcc_confirm(id, takes);
    }
    return tcc_cancel(id, random_.chance(50) ? 0 : random_.between(1, 6), created(id));
  }

  [[nodiscard]] bool shown_has(std::uint64_t gid, std::uint64_t branch) const {
    const std::string text = model_.shown(gid);
    return text.find(fmt::format(" {}:tried", branch)) != std::string::npos ||
           text.find(fmt::format(" {}:confirmed", branch)) != std::string::npos;
  }

  std::string request() {
    Asked asked;
    const std::uint64_t count = random_.chance(70) ? 1 : random_.between(2, 12);
    WriteRequest request;
    request.kind = RequestKind::tcc_commands;
    for (std::uint64_t each = 0; each < count; ++each) {
      std::vector<TccAmount> amounts;
      asked.commands.push_back(command(amounts));
      request.tcc_amounts.insert(request.tcc_amounts.end(), amounts.begin(), amounts.end());
      asked.amounts.push_back(amounts);
    }
    request.tcc_commands = asked.commands;
    request.client = ClientId{Uint128{0x7cc, 0}};
    request.number = request.frame_checksum = ++number_;
    const BatchReply reply = engine_.submit(request);
    if (reply.status != RequestStatus::ok) return std::string{to_string(reply.status)};
    for (std::uint32_t at = 0; at < count; ++at) {
      const std::uint64_t now = reply.first_timestamp.value() + at;
      const std::string wanted = model_.execute(asked.commands[at], asked.amounts[at], now);
      const std::string got = status_of(reply, at);
      if (wanted == got) continue;
      return fmt::format("{} of gid {} branch {}: the engine says {}, the model {}; it has {}",
                         to_string(asked.commands[at].kind), asked.commands[at].gid.lo,
                         asked.commands[at].branch, got, wanted,
                         model_.shown(asked.commands[at].gid.lo));
    }
    return {};
  }

  [[nodiscard]] static std::string status_of(const BatchReply& reply, std::uint32_t index) {
    for (const RefusedEvent& each : reply.refused) {
      if (each.index != index) continue;
      const auto status = static_cast<TccStatus>(each.status);
      if (status != TccStatus::try_refused) return std::string{to_string(status)};
      return std::string{to_string(static_cast<CreateTransferStatus>(each.part))};
    }
    return "done";
  }

  void pass_time() {
    now_ += random_.between(1, 3) * millisecond;
    engine_.set_clock(now_);
  }

  std::string due_work() {
    const std::uint64_t now = std::max(now_, engine_.state().last_timestamp().value());
    engine_.do_due_work();
    model_.expire(now);
    model_.prune();
    return {};
  }

  std::string restart() {
    engine_.close_entry();
    if (random_.chance(50)) engine_.take_snapshot();
    const std::uint64_t digest = engine_.state().digest();
    engine_.restart();
    if (engine_.state().digest() != digest) return "a restart has another digest";
    return compare();
  }

  std::string compare() {
    if (engine_.first_failure()) return *engine_.first_failure();
    const State& state = engine_.state();
    if (state.tccs.count() != model_.count()) return "another number of transactions";
    if (state.tccs.watermark().value() != model_.watermark()) return "another watermark";
    if (state.tccs.digest() != state.tccs.digest_of_rows()) return "the digest is not the rows'";
    for (std::uint64_t id = 1; id <= base_ + gids; ++id) {
      const std::string wanted = model_.shown(id);
      const std::string got = shown(id);
      if (wanted != got) return fmt::format("gid {} is {}, the model's {}", id, got, wanted);
    }
    for (const auto& [id, books] : model_.accounts) {
      if (id > accounts) continue;
      const Account account = engine_.lookup_account(account_id(id)).value();
      const NaiveTccs::Books found{
          account.debits_pending.value().lo, account.debits_posted.value().lo,
          account.credits_pending.value().lo, account.credits_posted.value().lo, books.limited};
      if (found.debits_pending != books.debits_pending ||
          found.debits_posted != books.debits_posted ||
          found.credits_pending != books.credits_pending ||
          found.credits_posted != books.credits_posted) {
        return fmt::format("account {} has other balances", id);
      }
    }
    return {};
  }

  [[nodiscard]] std::string shown(std::uint64_t gid) const {
    const TccTable& tccs = engine_.state().tccs;
    const TccSlot slot = tccs.find(Uint128{gid, 0});
    if (slot == no_tcc) return "none";
    std::string text =
        fmt::format("{} {}", to_string(tccs.at(slot).state), to_string(tccs.at(slot).reason));
    tccs.for_each_branch(slot, [&](const TccBranch& each) {
      text += fmt::format(" {}:{}", each.branch, to_string(each.state));
    });
    return text;
  }

  Random random_;
  LedgerSettings settings_;
  EngineUnderTest engine_;
  NaiveTccs model_;
  std::uint64_t now_ = 2 * tcc_start;
  std::uint64_t base_ = 1;
  std::uint64_t number_ = 0;
};

TEST(TccModelTest, TheEngineDoesWhatTheRulesSay) {
  const std::uint64_t episodes = rounds(300, 3'000);
  const std::uint64_t first = wanted_seed().value_or(1);
  for (std::uint64_t seed = first; seed < first + (wanted_seed() ? 1 : episodes); ++seed) {
    Pair pair{seed};
    const std::string wrong = pair.run(400);
    ASSERT_EQ(wrong, "") << "DAYBOOK_TEST_SEED=" << seed;
  }
}

}  // namespace
}  // namespace daybook::test
