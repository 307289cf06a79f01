// Reconciliations, runs and differences, folded from their events: what the rules count up step by
// step is counted here from who stands where.

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/model/aggregate.hpp"
#include "engine/rebuild/aggregate_fold.hpp"

namespace daybook {
namespace {

using C = Command;

bool is_phase(C command) { return command >= C::run_import && command <= C::run_review; }

RunState state_behind(C phase) {
  return static_cast<RunState>(static_cast<int>(phase) - static_cast<int>(C::run_import) +
                               static_cast<int>(RunState::imported));
}

struct FoldedReconciliation {
  std::uint64_t versions = 0;
  std::uint64_t last_day = 0;
  std::unordered_map<std::uint64_t, Uint128> heads;   // By day.
  std::unordered_map<std::uint64_t, Uint128> limits;  // By ledger, code and whether automatic.
};

struct FoldedRun {
  Uint128 reconciliation;
  Uint128 carry_in;
  std::uint64_t day = 0;
  std::uint64_t cut = 0;
  std::uint64_t differences = 0;
  std::uint64_t settled = 0;
  std::uint64_t proposed = 0;
  RunState state = RunState::created;
  RunState reached = RunState::created;
};

struct FoldedDifference {
  Uint128 run;
  Uint128 legs;
  Uint128 amount;
  std::uint64_t ledger = 0;
  std::uint64_t code = 0;
  std::uint64_t revision = 0;
  std::uint64_t posted_at = 0;
  std::uint16_t flags = 0;
  DifferenceState state = DifferenceState::open;
};

template <typename T>
using ById = std::unordered_map<AggregateKey, T, AggregateKeyHash>;

bool is_settled(DifferenceState state) {
  return state == DifferenceState::posted || state == DifferenceState::accepted ||
         state == DifferenceState::force_closed;
}

/// All three, as one event touches several: a run that is proved takes the place of another one,
/// and a difference counts in its run.
class ReconciliationHistory {
 public:
  void add(const FoldedFact& fact) {
    touched_runs_.clear();
    if (fact.event == nullptr) return;
    const auto read = read_command(*fact.event, fact.payload);
    if (!read) return;
    const Uint128& type = fact.event->aggregate_type;
    const AggregateKey key = aggregate_key(fact.event->aggregate_id);
    if (type == reconciliation_type()) add_definition(reconciliations_[key], *read);
    if (type == reconciliation_run_type()) add_run(key, *read);
    if (type == difference_type()) {
      add_difference(differences_[key], *read, fact.event->business_id.value(), fact.sequence);
    }
  }

  [[nodiscard]] const ById<FoldedReconciliation>& reconciliations() const {
    return reconciliations_;
  }
  [[nodiscard]] const ById<FoldedRun>& runs() const { return runs_; }
  [[nodiscard]] const ById<FoldedDifference>& differences() const { return differences_; }
  /// By the last fact.
  [[nodiscard]] const std::vector<AggregateKey>& touched_runs() const { return touched_runs_; }

  [[nodiscard]] bool is_head(const AggregateKey& key, const FoldedRun& run) const {
    const auto of = reconciliations_.find(aggregate_key(run.reconciliation));
    if (of == reconciliations_.end()) return false;
    const auto head = of->second.heads.find(run.day);
    return head != of->second.heads.end() && head->second == key.id;
  }

 private:
  static void add_definition(FoldedReconciliation& of, const ReadCommand& read) {
    const CommandDetails& details = read.details;
    if (read.command == C::reconciliation_define) {
      ++of.versions;
      return;
    }
    const std::uint64_t automatic = (details.flags & command_flag::automatic) != 0 ? 1 : 0;
    of.limits[(std::uint64_t{details.ledger.value()} << 32U) + details.quantity * 256 + automatic] =
        details.amount.value();
  }

  FoldedRun& touch(const AggregateKey& key) {
    touched_runs_.push_back(key);
    return runs_[key];
  }

  void add_run(const AggregateKey& key, const ReadCommand& read) {
    const CommandDetails& details = read.details;
    FoldedRun& run = touch(key);
    if (is_phase(read.command)) return add_phase(key, run, read);
    if (read.command == C::run_close) run.state = RunState::closed;
    if (read.command == C::run_fail) run.state = RunState::failed;
    if (read.command == C::run_cancel) run.state = RunState::cancelled;
    if (read.command != C::run_create) return;
    run.reconciliation = details.subject_id;
    run.day = details.quantity;
    FoldedReconciliation& of = reconciliations_[aggregate_key(run.reconciliation)];
    of.last_day = std::max(of.last_day, run.day);
  }

  void add_phase(const AggregateKey& key, FoldedRun& run, const ReadCommand& read) {
    run.state = run.reached = state_behind(read.command);
    if (read.command == C::run_cut) {
      run.cut = read.details.quantity;
      run.carry_in = read.details.subject_id;
    }
    if (read.command != C::run_prove) return;
    run.differences = read.details.quantity;
    Uint128& head = reconciliations_[aggregate_key(run.reconciliation)].heads[run.day];
    if (!head.is_zero()) touch(aggregate_key(head)).state = RunState::superseded;
    head = key.id;
  }

  // Takes it out of what waits in its run.
  void withdraw(const FoldedDifference& difference) {
    if (difference.state == DifferenceState::proposed)
      --touch(aggregate_key(difference.run)).proposed;
  }

  void add_difference(FoldedDifference& difference, const ReadCommand& read, const Uint128& named,
                      Sequence sequence) {
    const FoldedDifference before = difference;
    const C command = read.command;
    withdraw(before);
    if (command == C::correction_propose) propose(difference, read.details, named);
    if (command == C::correction_approve) approve(difference, sequence);
    if (command == C::correction_reject) difference.state = DifferenceState::rejected;
    if (command == C::correction_fail) difference.state = DifferenceState::failed;
    if (command == C::correction_post) post(difference, sequence);
    if (command == C::difference_assign) {
      difference.run = named;
      difference.state = DifferenceState::assigned;
    }
    if (command == C::difference_reopen) {
      difference.run = named;
      difference.state = DifferenceState::open;
      if (is_settled(before.state)) count_again(before, touch(aggregate_key(named)), named);
    }
  }

  void propose(FoldedDifference& difference, const CommandDetails& details, const Uint128& run) {
    difference.run = run;
    difference.legs = details.subject_id;
    difference.amount = details.amount.value();
    difference.ledger = details.ledger.value();
    difference.code = details.quantity;
    difference.flags = details.flags;
    difference.state = DifferenceState::proposed;
    ++difference.revision;
    ++touch(aggregate_key(run)).proposed;
  }

  void approve(FoldedDifference& difference, Sequence sequence) {
    const bool accepts = (difference.flags & command_flag::accepts) != 0;
    const bool closes = (difference.flags & command_flag::force_closes) != 0;
    if ((difference.flags & command_flag::starts_saga) != 0) {
      difference.state = DifferenceState::approved;
      return;
    }
    if (!accepts && !closes) difference.posted_at = sequence.value();
    difference.state = closes    ? DifferenceState::force_closed
                       : accepts ? DifferenceState::accepted
                                 : DifferenceState::posted;
    ++touch(aggregate_key(difference.run)).settled;
  }

  void post(FoldedDifference& difference, Sequence sequence) {
    difference.posted_at = sequence.value();
    difference.state = DifferenceState::posted;
    ++touch(aggregate_key(difference.run)).settled;
  }

  // A run does not count what was settled before it.
  static void count_again(const FoldedDifference& before, FoldedRun& run, const Uint128& named) {
    if (before.run == named) {
      --run.settled;
    } else {
      ++run.differences;
    }
  }

  ById<FoldedReconciliation> reconciliations_;
  ById<FoldedRun> runs_;
  ById<FoldedDifference> differences_;
  std::vector<AggregateKey> touched_runs_;
};

/// What the three folds share. The first of them in make_folds() takes the facts for all.
class HistoryFold : public AggregateFold {
 public:
  explicit HistoryFold(std::shared_ptr<ReconciliationHistory> history)
      : history_{std::move(history)} {}

  // One needs the events of the others.
  void keep_only(AggregateKind only, const AggregateKey&) override {
    is_wanted_ = only == AggregateKind::reconciliation ||
                 only == AggregateKind::reconciliation_run || only == AggregateKind::difference;
  }

 protected:
  [[nodiscard]] const ReconciliationHistory& history() const { return *history_; }
  void take(const FoldedFact& fact) {
    if (is_wanted_) history_->add(fact);
  }
  [[nodiscard]] bool is_wanted() const { return is_wanted_; }

 private:
  std::shared_ptr<ReconciliationHistory> history_;
  bool is_wanted_ = true;
};

class ReconciliationFold final : public HistoryFold {
 public:
  using HistoryFold::HistoryFold;
  [[nodiscard]] AggregateKind kind() const override { return AggregateKind::reconciliation; }

  void add(const FoldedFact& fact) override {
    take(fact);
    if (fact.event == nullptr || !is_wanted()) return;
    if (fact.event->aggregate_type == reconciliation_type()) {
      touch(aggregate_key(fact.event->aggregate_id), fact.sequence);
    }
    for (const AggregateKey& run : history().touched_runs()) {
      touch(aggregate_key(history().runs().at(run).reconciliation), fact.sequence);
    }
  }

  [[nodiscard]] bool has_folded(const AggregateKey& key) const override {
    return history().reconciliations().contains(key);
  }
  void for_each_folded(const Use& use) const override {
    for (const auto& [key, each] : history().reconciliations()) use(key);
  }
  void for_each_kept(const State& state, const Use& use) const override {
    for (const auto& row : state.aggregates.reconciliations().all()) use(aggregate_key(row.id));
  }
  [[nodiscard]] std::optional<AggregateFields> folded(const AggregateKey& key) const override {
    const auto found = history().reconciliations().find(key);
    if (found == history().reconciliations().end()) return std::nullopt;
    const FoldedReconciliation& of = found->second;
    Uint128 limits;
    for (const auto& [what, amount] : of.limits) limits = sum(limits, amount);
    return fields(of.versions, of.last_day, of.heads.size(), of.limits.size(), limits);
  }
  [[nodiscard]] std::optional<AggregateFields> kept(const State& state,
                                                    const AggregateKey& key) const override {
    const auto* const row = state.aggregates.find_reconciliation(key.id);
    if (row == nullptr || !key.type.is_zero()) return std::nullopt;
    std::uint64_t heads = 0;
    for (const Period& period : state.aggregates.periods().all()) {
      heads += period.reconciliation_id == key.id && !period.head.is_zero() ? 1U : 0U;
    }
    std::uint64_t count = 0;
    Uint128 limits;
    for (const ApprovalLimit& limit : state.aggregates.limits().all()) {
      if (limit.reconciliation_id != key.id) continue;
      ++count;
      limits = sum(limits, limit.amount.value());
    }
    return fields(row->versions, row->last_day, heads, count, limits);
  }

 private:
  static Uint128 sum(const Uint128& a, const Uint128& b) { return Uint128{a.wide() + b.wide()}; }
  static AggregateFields fields(std::uint64_t versions, std::uint64_t last_day, std::uint64_t heads,
                                std::uint64_t limits, const Uint128& total) {
    return {{"versions", {versions, 0}},
            {"last_day", {last_day, 0}},
            {"days_proved", {heads, 0}},
            {"limits", {limits, 0}},
            {"limits_total", total}};
  }
};

class RunFold final : public HistoryFold {
 public:
  using HistoryFold::HistoryFold;
  [[nodiscard]] AggregateKind kind() const override { return AggregateKind::reconciliation_run; }

  void add(const FoldedFact& fact) override {
    if (fact.event == nullptr || !is_wanted()) return;
    for (const AggregateKey& run : history().touched_runs()) touch(run, fact.sequence);
  }

  [[nodiscard]] bool has_folded(const AggregateKey& key) const override {
    return history().runs().contains(key);
  }
  void for_each_folded(const Use& use) const override {
    for (const auto& [key, each] : history().runs()) use(key);
  }
  void for_each_kept(const State& state, const Use& use) const override {
    for (const auto& row : state.aggregates.runs().all()) use(aggregate_key(row.id));
  }
  [[nodiscard]] std::optional<AggregateFields> folded(const AggregateKey& key) const override {
    const auto found = history().runs().find(key);
    if (found == history().runs().end()) return std::nullopt;
    const FoldedRun& run = found->second;
    return fields(run, run.reconciliation, history().is_head(key, run));
  }
  [[nodiscard]] std::optional<AggregateFields> kept(const State& state,
                                                    const AggregateKey& key) const override {
    const ReconciliationRun* const run = state.aggregates.find_run(key.id);
    if (run == nullptr || !key.type.is_zero()) return std::nullopt;
    const Period* const period = state.aggregates.find_period({run->reconciliation_id, run->day});
    return fields(*run, run->reconciliation_id, period != nullptr && period->head == run->id);
  }

 private:
  template <typename T>
  static AggregateFields fields(const T& run, const Uint128& of, bool is_head) {
    return {text_field("state", to_string(run.state)),
            text_field("reached", to_string(run.reached)),
            {"reconciliation", of, FieldShow::id},
            {"day", {run.day, 0}},
            {"counts_for_its_day", {is_head ? 1U : 0U, 0}},
            {"cut", {run.cut, 0}},
            {"carry_in", run.carry_in, FieldShow::id},
            {"differences", {run.differences, 0}},
            {"proposed", {run.proposed, 0}},
            {"settled", {run.settled, 0}}};
  }
};

class DifferenceFold final : public HistoryFold {
 public:
  using HistoryFold::HistoryFold;
  [[nodiscard]] AggregateKind kind() const override { return AggregateKind::difference; }

  void add(const FoldedFact& fact) override {
    if (fact.event == nullptr || !is_wanted()) return;
    if (fact.event->aggregate_type != difference_type()) return;
    touch(aggregate_key(fact.event->aggregate_id), fact.sequence);
  }

  [[nodiscard]] bool has_folded(const AggregateKey& key) const override {
    return history().differences().contains(key);
  }
  void for_each_folded(const Use& use) const override {
    for (const auto& [key, each] : history().differences()) use(key);
  }
  void for_each_kept(const State& state, const Use& use) const override {
    for (const auto& row : state.aggregates.differences().all()) use(aggregate_key(row.id));
  }
  [[nodiscard]] std::optional<AggregateFields> folded(const AggregateKey& key) const override {
    const auto found = history().differences().find(key);
    if (found == history().differences().end()) return std::nullopt;
    const FoldedDifference& each = found->second;
    return fields(each, each.run, each.legs, each.amount, each.ledger);
  }
  [[nodiscard]] std::optional<AggregateFields> kept(const State& state,
                                                    const AggregateKey& key) const override {
    const DifferenceRow* const row = state.aggregates.find_difference(key.id);
    if (row == nullptr || !key.type.is_zero()) return std::nullopt;
    return fields(*row, row->run_id, row->legs_hash, row->amount.value(), row->ledger.value());
  }

 private:
  template <typename T>
  static AggregateFields fields(const T& each, const Uint128& run, const Uint128& legs,
                                const Uint128& amount, std::uint64_t ledger) {
    return {text_field("state", to_string(each.state)),
            {"run", run, FieldShow::id},
            {"code", {each.code, 0}},
            {"revision", {each.revision, 0}},
            {"amount", amount},
            {"ledger", {ledger, 0}},
            {"legs", legs, FieldShow::hex},
            {"posted_at", {each.posted_at, 0}}};
  }
};

}  // namespace

std::vector<std::unique_ptr<AggregateFold>> make_reconciliation_folds() {
  auto history = std::make_shared<ReconciliationHistory>();
  std::vector<std::unique_ptr<AggregateFold>> folds;
  folds.push_back(std::make_unique<ReconciliationFold>(history));
  folds.push_back(std::make_unique<RunFold>(history));
  folds.push_back(std::make_unique<DifferenceFold>(history));
  return folds;
}

}  // namespace daybook
