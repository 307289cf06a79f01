// Every order of events, up to six of them, from several places in the life of transactions that
// may be nested in each other, and of a saga that may be a branch: against rules written from
// README. After each event: what was answered, the transactions with their branches, the saga, and
// the money; each entry is replayed at once, and all of them in the end.
//
// An order is not gone on with behind an event that changed nothing: neither in the engine, whose
// digests are looked at, nor by the rules, nor whose deadline has passed. What follows is the order
// without it.

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/engine/saga/engine_branch_fixture.hpp"
#include "tests/engine/saga/naive_branches.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

constexpr const char* seat_once = R"({"name": "once", "version": 1, "deadline_ms": 1200000,
  "steps": [
    {"id": "try", "kind": "remote.call", "type": "shop.v1", "timeout_ms": 5000,
     "retry": {"max": 1},
     "undo": {"type": "shop.undo.v1", "timeout_ms": 5000, "retry": {"max": 1}}},
    {"id": "decided", "kind": "tcc.wait"},
    {"id": "keep", "kind": "remote.call", "type": "shop.v1", "class": "retriable",
     "timeout_ms": 5000, "retry": {"max": 1}}]})";

enum class Kind {
  begin,
  hold,
  other_hold,
  saga,
  nest,
  confirm_all,
  confirm_less,
  confirm_hold,
  cancel,
  deadline,
  start,
  cancel_saga,
  saga_deadline,
  succeeded,
  failed,
  unknown,
  contradicted,
  retry,
  skip,
  resolve,
  force,
  close,
  go_on,
};

struct Event {
  Kind kind{};
  std::size_t which = 0;  ///< Of the transactions.
};

constexpr const char* names[] = {"begin",
                                 "hold",
                                 "another hold",
                                 "saga",
                                 "nest",
                                 "confirm all",
                                 "less",
                                 "hold only",
                                 "cancel",
                                 "deadline",
                                 "start",
                                 "call off",
                                 "the saga's deadline",
                                 "succeeded",
                                 "failed",
                                 "unknown",
                                 "contradicted",
                                 "retry",
                                 "skip",
                                 "resolve",
                                 "force",
                                 "close",
                                 "go on"};

std::string text_of(const std::vector<Event>& events) {
  std::string text;
  for (const Event& each : events) {
    text += text.empty() ? "" : ", ";
    text += names[static_cast<std::size_t>(each.kind)];
    if (each.kind <= Kind::deadline) text += fmt::format(" {}", each.which + 1);
  }
  return text;
}

struct Search {
  const char* name;
  std::vector<std::uint64_t> timeouts;  ///< Of each transaction, seconds; the saga has 1,200.
  std::vector<Event> first;
  std::vector<Event> events;
  std::size_t depth;
};

// Room for orders_each, and little more: an engine is soon made then.
constexpr std::uint64_t orders_each = 400;

LedgerSettings small_tables() {
  LedgerSettings settings;
  settings.ids_a_generation = 4'000;
  settings.accounts_max = settings.names_max = settings.orders_max = settings.payments_max = 64;
  settings.holds_max = settings.sagas_max = 1'000;
  settings.tccs_max = settings.streams_max = 2'000;
  settings.tccs_kept = settings.tccs_max / 2;
  settings.sagas_kept = settings.sagas_max / 2;
  settings.transfer_ids_max = settings.event_ids_max = 20'000;
  settings.window_operations = settings.window_clients = settings.window_numbers = 64;
  return settings;
}

/// An engine for many orders, one after the other, each with ids of its own.
class World final : public EngineBranchTest {
 public:
  World() : EngineBranchTest{small_tables()} {
    SetUp();
    EXPECT_EQ(define(seat_once), "created");
    set_clock(now_);
    engine_.set_requests_per_entry(8);
  }
  void TestBody() override {}

  void end() { TearDown(); }
  [[nodiscard]] const State& state() const { return engine_.state(); }
  [[nodiscard]] std::uint64_t now() const { return now_; }
  void pass(std::uint64_t now_ns) {
    now_ = std::max(now_, now_ns);
    set_clock(now_);
  }
  /// The sum of what is held, and of what is posted; the same on both accounts.
  [[nodiscard]] std::string money() const {
    const AccountTable& table = state().accounts;
    const Account& from = table.at(table.find(account_id(2)));
    const Account& to = table.at(table.find(account_id(3)));
    EXPECT_EQ(from.debits_pending, to.credits_pending);
    EXPECT_EQ(from.debits_posted, to.credits_posted);
    return fmt::format("{} {}", from.debits_pending.value().lo, from.debits_posted.value().lo);
  }
  /// What the shop is asked for, without the attempt; it answers so.
  std::string let_shop_do(WorkOutcome outcome) {
    std::string asked;
    EXPECT_EQ(ask("shop", {{"shop.v1", 1}, {"shop.undo.v1", 1}}), "ok");
    for (const GotCommand& each : got()) {
      EXPECT_EQ(asked, "") << "one thing at a time";
      asked = each.shown();
      asked.resize(asked.rfind(' '));
      if (asked == "do try") last_try_ = each;
      EXPECT_EQ(answer("shop", each, outcome), "created");
    }
    recall();
    return asked;
  }
  std::string contradict() { return answer("shop", last_try_, WorkOutcome::failed); }
  void restart_from_snapshot() {
    engine_.take_snapshot();
    restart();
  }
  [[nodiscard]] std::string failure() const { return engine_.first_failure().value_or(""); }

  using EngineBranchTest::branch_of;
  using EngineBranchTest::cancel;
  using EngineBranchTest::confirm;
  using EngineBranchTest::go_on;
  using EngineBranchTest::operate;
  using EngineBranchTest::start;
  using EngineBranchTest::tcc_one;
  using EngineBranchTest::transaction;

  std::uint64_t ids = 0;
  std::uint64_t posted = 0;  // By the orders that are done with.

 private:
  GotCommand last_try_;
  std::uint64_t now_ = 2 * saga_begin;
};

NaiveBranches::Settings settings_of(const Search& search) {
  NaiveBranches::Settings settings;
  settings.saga_time = 1'200 * saga_second;
  for (const std::uint64_t timeout : search.timeouts) {
    settings.timeouts.push_back(timeout * saga_second);
    settings.amounts.push_back(settings.timeouts.size() * 100);
  }
  return settings;
}

/// One order of events: the engine and the rules take each.
class Order {
 public:
  Order(World& world, const Search& search)
      : world_{world},
        first_id_{10 * ++world.ids},
        settings_{settings_of(search)},
        model_{settings_, world.now()},
        created_at_{world.now()} {}

  /// True where something changed. What differs is expected not to.
  bool take(const Event& event);
  [[nodiscard]] bool is_possible(const Event& event) const;
  /// The transactions and the saga are ended, whatever they are.
  void settle();
  /// From a snapshot of what there is.
  void restart();

 private:
  /// What the engine has, beside what the rules have.
  void compare(const std::string& where);
  [[nodiscard]] std::uint64_t gid(std::size_t which) const { return first_id_ + 1 + which; }
  [[nodiscard]] std::uint64_t saga() const { return first_id_ + 9; }
  [[nodiscard]] std::string answered(const Event& event);
  [[nodiscard]] std::string expected(const Event& event);
  [[nodiscard]] std::string operated(SagaEventKind kind);
  [[nodiscard]] std::vector<TccTake> takes(const Event& event) const;
  [[nodiscard]] std::string saga_text() const;
  [[nodiscard]] std::uint64_t digest() const {
    const State& state = world_.state();
    return state.tccs.digest() * 31 + state.sagas.digest();
  }

  World& world_;
  std::uint64_t first_id_;
  NaiveBranches::Settings settings_;
  NaiveBranches model_;
  std::uint64_t created_at_;
  std::vector<Event> taken_;
};

bool Order::is_possible(const Event& event) const {
  if (event.kind == Kind::deadline) return model_.deadline(event.which) != 0;
  if (event.kind == Kind::contradicted) return model_.saga_waits();
  if (event.kind == Kind::other_hold) return model_.has_hold(event.which);
  return event.kind != Kind::saga_deadline || model_.saga_deadline() != 0;
}

std::vector<TccTake> Order::takes(const Event& event) const {
  using Takes = NaiveBranches::Takes;
  const Takes how = event.kind == Kind::confirm_all    ? Takes::all
                    : event.kind == Kind::confirm_less ? Takes::less
                                                       : Takes::hold_only;
  return model_.takes(event.which, how);
}

std::string Order::operated(SagaEventKind kind) {
  const bool is_of_step =
      kind != SagaEventKind::operator_close && kind != SagaEventKind::operator_force;
  return world_.operate(saga(), kind, is_of_step ? model_.step() : no_step);
}

std::string Order::answered(const Event& event) {
  const std::uint64_t gid = this->gid(event.which);
  const std::uint64_t below = this->gid((event.which + 1) % settings_.timeouts.size());
  switch (event.kind) {
    case Kind::begin:
      return world_.tcc_one(tcc_begin(gid, settings_.timeouts[event.which], created_at_));
    case Kind::hold:
      return world_.tcc_one(
          tcc_try(gid, NaiveBranches::hold, settings_.amounts[event.which], 2, 3));
    case Kind::other_hold:
      return world_.tcc_one(tcc_try(gid, NaiveBranches::hold, 1, 2, 3));
    case Kind::saga:
      return world_.tcc_one(World::branch_of(gid, NaiveBranches::saga, saga()));
    case Kind::nest:
      return world_.tcc_one(tcc_try_nested(gid, NaiveBranches::nested, below));
    case Kind::confirm_all:
    case Kind::confirm_less:
    case Kind::confirm_hold:
      return world_.confirm(gid, takes(event));
    case Kind::cancel:
      return world_.tcc_one(tcc_cancel(gid, 0, created_at_));
    case Kind::deadline:
      return world_.pass(model_.deadline(event.which) + saga_second), "";
    case Kind::saga_deadline:
      return world_.pass(model_.saga_deadline() + saga_second), "";
    case Kind::start:
      return world_.start(saga(), "once", {});
    case Kind::cancel_saga:
      return world_.cancel(saga());
    case Kind::succeeded:
      return world_.let_shop_do(WorkOutcome::succeeded);
    case Kind::failed:
      return world_.let_shop_do(WorkOutcome::failed);
    case Kind::unknown:
      return world_.let_shop_do(WorkOutcome::unknown);
    case Kind::contradicted:
      return world_.contradict();
    case Kind::retry:
      return operated(SagaEventKind::operator_retry);
    case Kind::skip:
      return operated(SagaEventKind::operator_skip);
    case Kind::resolve:
      return operated(SagaEventKind::operator_resolve);
    case Kind::force:
      return operated(SagaEventKind::operator_force);
    case Kind::close:
      return operated(SagaEventKind::operator_close);
    case Kind::go_on:
      return world_.go_on(), "";
  }
  return "";
}

std::string Order::expected(const Event& event) {
  using Act = NaiveBranches::Act;
  switch (event.kind) {
    case Kind::begin:
      return model_.begin(event.which);
    case Kind::hold:
      return model_.try_hold(event.which);
    case Kind::other_hold:
      return model_.try_other_hold(event.which);
    case Kind::saga:
      return model_.try_saga(event.which);
    case Kind::nest:
      return model_.try_nested(event.which);
    case Kind::confirm_all:
    case Kind::confirm_less:
    case Kind::confirm_hold:
      return model_.confirm(event.which, takes(event));
    case Kind::cancel:
      return model_.cancel(event.which);
    case Kind::deadline:
    case Kind::saga_deadline:
      return "";
    case Kind::start:
      return model_.start_saga();
    case Kind::cancel_saga:
      return model_.cancel_saga();
    case Kind::succeeded:
    case Kind::failed:
    case Kind::unknown:
      return model_.answer(names[static_cast<std::size_t>(event.kind)]);
    case Kind::contradicted:
      return model_.contradict();
    case Kind::retry:
      return model_.operate(Act::retry);
    case Kind::skip:
      return model_.operate(Act::skip);
    case Kind::resolve:
      return model_.operate(Act::resolve);
    case Kind::force:
      return model_.operate(Act::force);
    case Kind::close:
      return model_.operate(Act::close);
    case Kind::go_on:
      return model_.go_on(), "";
  }
  return "";
}

std::string Order::saga_text() const {
  const SagaTable& sagas = world_.state().sagas;
  const SagaSlot slot = sagas.find(saga_id(saga()).id);
  if (slot == no_saga) return "none";
  return std::string{to_string(static_cast<SagaStatus>(sagas.at(slot).status))};
}

void Order::compare(const std::string& where) {
  for (std::size_t which = 0; which < settings_.timeouts.size(); ++which) {
    EXPECT_EQ(world_.transaction(gid(which)), model_.text(which))
        << "transaction " << which + 1 << " after: " << where;
  }
  EXPECT_EQ(saga_text(), model_.saga_text()) << where;
  EXPECT_EQ(world_.money(), fmt::format("{} {}", model_.held(), world_.posted + model_.posted()))
      << where;
  EXPECT_EQ(world_.failure(), "") << where;
}

bool Order::take(const Event& event) {
  taken_.push_back(event);
  const std::string before = model_.memory();
  const std::uint64_t digest_before = digest();
  const std::string got = answered(event);
  model_.set_now(world_.now());
  const std::string wanted = expected(event);
  EXPECT_EQ(got, wanted) << "answered to the last of: " << text_of(taken_);
  const bool changed = digest() != digest_before || model_.memory() != before;
  compare(text_of(taken_));
  if (!changed) taken_.pop_back();
  return changed;
}

// Which does what is due.
void Order::restart() {
  world_.restart_from_snapshot();
  model_.go_on();
  compare("a restart after: " + text_of(taken_));
}

void Order::settle() {
  for (std::size_t which = 0; which < settings_.timeouts.size(); ++which) {
    if (model_.text(which) != "none" && !model_.has_ended(which)) take({Kind::cancel, which});
  }
  for (int round = 0; round < 3 && model_.saga_text() != "none"; ++round) {
    if (model_.saga_has_ended()) break;
    take({Kind::cancel_saga});
    take({model_.saga_is_stuck() ? Kind::close : Kind::succeeded});
  }
  const auto is_over = [](const std::string& text, bool has_ended) {
    return text == "none" || has_ended;
  };
  for (std::size_t which = 0; which < settings_.timeouts.size(); ++which) {
    EXPECT_TRUE(is_over(model_.text(which), model_.has_ended(which))) << model_.text(which);
  }
  EXPECT_TRUE(is_over(model_.saga_text(), model_.saga_has_ended())) << text_of(taken_);
  EXPECT_EQ(model_.held(), 0U);
  world_.posted += model_.posted();
  world_.pass(world_.now() + saga_second);
}

class Explorer {
 public:
  explicit Explorer(const Search& search) : search_{search}, depth_{search.depth} {
    if (rounds(10, 10) < 10) --depth_;  // Slow builds.
  }

  void explore();
  [[nodiscard]] std::size_t orders() const { return orders_; }
  [[nodiscard]] std::size_t changes() const { return changes_; }

 private:
  void go_to_path();
  void explore_from_here();

  const Search& search_;
  std::size_t depth_;
  std::unique_ptr<World> world_;
  std::unique_ptr<Order> order_;
  std::vector<Event> path_;
  bool is_elsewhere_ = true;
  std::size_t orders_ = 0;
  std::size_t changes_ = 0;
};

// In an order of its own. An engine that has had many is restarted from a snapshot with the last
// order as it is, and then from its whole journal.
void Explorer::go_to_path() {
  const bool is_full = order_ != nullptr && world_->ids >= orders_each;
  if (is_full) order_->restart();
  if (order_ != nullptr) order_->settle();
  if (is_full) world_->end();
  if (is_full || world_ == nullptr) world_ = std::make_unique<World>();
  order_ = std::make_unique<Order>(*world_, search_);
  for (const Event& event : search_.first) order_->take(event);
  for (const Event& event : path_) order_->take(event);
  is_elsewhere_ = false;
}

void Explorer::explore_from_here() {
  for (const Event& event : search_.events) {
    if (is_elsewhere_) go_to_path();
    if (!order_->is_possible(event)) continue;
    ++orders_;
    const bool changed = order_->take(event);
    if (testing::Test::HasFailure()) return;
    if (!changed) continue;
    ++changes_;
    path_.push_back(event);
    if (path_.size() < depth_) explore_from_here();
    path_.pop_back();
    is_elsewhere_ = true;
    if (testing::Test::HasFailure()) return;
  }
}

void Explorer::explore() {
  explore_from_here();
  if (testing::Test::HasFailure()) return;
  order_->settle();
  world_->end();
}

std::vector<Event> joined(std::vector<Event> all, const std::vector<Event>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<Search> searches() {
  using enum Kind;
  const std::vector<Event> two{{begin, 0}, {begin, 1}, {hold, 0}, {hold, 1}, {nest, 0}};
  const std::vector<Event> decide_two{{confirm_all, 0}, {confirm_all, 1}, {cancel, 0}, {cancel, 1},
                                      {deadline, 0},    {deadline, 1},    {go_on}};
  const std::vector<Event> of_two = joined(two, decide_two);
  const std::vector<Event> more_of_two = joined(of_two, {{nest, 1},
                                                         {confirm_less, 1},
                                                         {confirm_less, 0},
                                                         {confirm_hold, 0},
                                                         {other_hold, 0},
                                                         {other_hold, 1}});
  const std::vector<Event> shop{{succeeded}, {failed}, {unknown}};
  const std::vector<Event> help{{retry}, {skip}, {resolve}, {force}, {close}};
  const std::vector<Event> waits{{start}, {succeeded}, {begin, 0}, {hold, 0}, {saga, 0}};
  const std::vector<Event> of_saga = joined({{begin, 0},
                                             {hold, 0},
                                             {saga, 0},
                                             {confirm_all, 0},
                                             {confirm_hold, 0},
                                             {cancel, 0},
                                             {deadline, 0},
                                             {saga_deadline},
                                             {start},
                                             {cancel_saga},
                                             {go_on}},
                                            shop);
  const std::vector<Event> helped = joined(of_saga, joined(help, {{contradicted}}));
  const std::vector<Event> both{{start},   {succeeded}, {begin, 0}, {begin, 1},
                                {hold, 1}, {saga, 1},   {nest, 0}};
  const std::vector<Event> of_both =
      joined(decide_two,
             {{saga_deadline}, {succeeded}, {failed}, {contradicted}, {retry}, {force}, {close}});
  const std::vector<Event> more_of_both = joined(of_both, {{unknown}, {skip}, {resolve}});
  const std::vector<Event> confirmed{{confirm_all, 1}, {confirm_all, 0}, {go_on}};
  const std::vector<Event> three = joined(two, {{begin, 2}, {hold, 2}, {nest, 1}});
  const std::vector<Event> of_three{{confirm_all, 0},  {confirm_all, 1}, {confirm_all, 2},
                                    {confirm_less, 1}, {cancel, 0},      {cancel, 1},
                                    {cancel, 2},       {deadline, 0},    {deadline, 1},
                                    {deadline, 2},     {nest, 2},        {go_on}};
  const std::vector<Event> few_of_both{{begin, 0},       {begin, 1},       {saga, 1},   {nest, 0},
                                       {confirm_all, 0}, {confirm_all, 1}, {cancel, 0}, {start},
                                       {succeeded},      {saga_deadline},  {go_on}};
  return {
      {"ThreeNested", {1'800, 1'200, 600}, three, of_three, 6},
      {"TwoAndASagaFromNothing", {1'800, 600}, {}, few_of_both, 6},
      {"TwoFromNothing", {1'800, 600}, {}, of_two, 6},
      {"NestedWithHolds", {1'800, 600}, two, more_of_two, 6},
      {"NestedAndLongerLived", {600, 1'800}, two, more_of_two, 6},
      {"ASagaFromNothing", {1'800, 600}, {}, of_saga, 6},
      {"ASagaThatWaits", {1'800, 600}, waits, helped, 6},
      {"ASagaThatIsConfirmed", {1'800, 600}, joined(waits, {{confirm_all, 0}, {go_on}}), helped, 6},
      {"ASagaThatGoesBack", {1'800, 600}, joined(waits, {{saga_deadline}, {go_on}}), helped, 6},
      {"ASagaInWhatIsNested", {1'800, 600}, both, of_both, 6},
      {"ASagaInWhatIsNestedConfirmed", {1'800, 600}, joined(both, confirmed), more_of_both, 6},
  };
}

class ExhaustiveBranchTest : public testing::TestWithParam<Search> {};

TEST_P(ExhaustiveBranchTest, EveryOrderOfSixEventsIsAsTheRulesSay) {
  Explorer explorer{GetParam()};
  explorer.explore();
  fmt::print("{}: {} orders, {} of which changed something\n", GetParam().name, explorer.orders(),
             explorer.changes());
}

void PrintTo(const Search& search, std::ostream* out) { *out << search.name; }

std::string name_of_search(const testing::TestParamInfo<Search>& search) {
  return search.param.name;
}

INSTANTIATE_TEST_SUITE_P(From, ExhaustiveBranchTest, testing::ValuesIn(searches()), name_of_search);

}  // namespace
}  // namespace daybook::test
