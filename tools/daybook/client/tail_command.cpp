#include "tools/daybook/client/tail_command.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/client/ids_of_options.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/domain_event_text.hpp"
#include "tools/daybook/text/event_record_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void note_signal(int) { interrupted = 1; }

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = note_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

Failure invalid(std::string what) { return {FailureKind::invalid, std::move(what)}; }

Result<void> set_start(Subscription& wanted, const TailOptions& options) {
  const int given = (options.from_sequence.empty() ? 0 : 1) + (options.from_time.empty() ? 0 : 1) +
                    (options.checkpoint.empty() ? 0 : 1) + (options.only_new ? 1 : 0);
  if (given > 1) {
    return invalid("--from-sequence, --from-time, --checkpoint and --new: give one of them");
  }
  if (options.advance && options.checkpoint.empty()) {
    return invalid("--advance: say which checkpoint, with --checkpoint");
  }
  if (!options.checkpoint.empty()) {
    if (options.checkpoint.size() > limits::checkpoint_name_bytes_max) {
      return invalid(fmt::format("--checkpoint: a name has at most {} bytes",
                                 limits::checkpoint_name_bytes_max));
    }
    wanted.start = SubscriptionStart::checkpoint;
    wanted.set_checkpoint_name(options.checkpoint);
  } else if (!options.from_time.empty()) {
    const auto time = parse_time(options.from_time);
    if (!time) return invalid(fmt::format("--from-time: {}", time.error().what));
    wanted.start = SubscriptionStart::time;
    wanted.from = time.value().value();
  } else if (!options.from_sequence.empty()) {
    const auto sequence = parse_unsigned(options.from_sequence, ~std::uint64_t{0});
    if (!sequence) return invalid(fmt::format("--from-sequence: {}", sequence.error().what));
    wanted.from = sequence.value();
  } else if (options.only_new || !options.no_follow) {
    wanted.start = SubscriptionStart::now;
  }
  return {};
}

Result<void> set_filter(Subscription& wanted, const TailOptions& options) {
  for (const std::string& text : options.kinds) {
    const auto bit = parse_kind_bit(text);
    if (!bit) return invalid(fmt::format("--kind: {}", bit.error().what));
    wanted.kinds |= bit.value();
  }
  if (options.types.size() > subscription_types_max ||
      options.accounts.size() > subscription_accounts_max) {
    return invalid("at most 8 types and 8 accounts can be asked for");
  }
  std::vector<Name> unused;
  for (const std::string& text : options.types) {
    const auto type = parse_type(NameKind::event_type, text, unused);
    if (!type) return invalid(fmt::format("--type: {}", type.error().what));
    wanted.event_types[wanted.event_type_count++] = type.value();
  }
  const auto accounts = parse_ids<AccountId>(options.accounts);
  if (!accounts) return invalid(fmt::format("--account: {}", accounts.error().what));
  for (const AccountId id : accounts.value()) wanted.accounts[wanted.account_count++] = id;
  if (!options.aggregate.empty()) {
    if (auto set = set_aggregate(wanted, options.aggregate); !set) {
      return invalid(fmt::format("--aggregate: {}", set.error().what));
    }
  }
  if (!options.ledger.empty()) {
    const auto ledger = parse_unsigned(options.ledger, ~std::uint32_t{0});
    if (!ledger) return invalid(fmt::format("--ledger: {}", ledger.error().what));
    wanted.ledger = LedgerId{static_cast<std::uint32_t>(ledger.value())};
  }
  return {};
}

/// An event that was received and not printed yet.
struct Kept {
  EventRecord record;
  std::vector<std::byte> fact;
  std::vector<std::byte> payload;

  [[nodiscard]] EventView view() const { return {record, fact, payload}; }
};

/// Prints what comes. Printing is done between the turns of the loop, so that it may ask the engine
/// for names, which a handler may not.
class Tail {
 public:
  Tail(Client& client, const TailOptions& options, std::optional<std::uint64_t> until)
      : client_{client}, options_{options}, until_{until} {}

  int run(const Subscription& wanted) {
    auto ledgers = fetch_ledgers(client_);
    if (!ledgers) return complain(ledgers.error());
    ledgers_ = std::move(ledgers).value();
    const SubscriptionId id = client_.subscribe(
        wanted, [this](const EventBatch& batch) { keep(batch); },
        [this](const SubscriptionEnd& end) { end_ = end; });
    while (interrupted == 0 && !end_ && !is_done()) {
      client_.loop().turn(std::chrono::milliseconds{100});
      if (const int code = print(); code != exit_code::good) return code;
    }
    client_.unsubscribe(id);
    if (const int code = print(); code != exit_code::good) return code;
    if (const int code = advance(true); code != exit_code::good) return code;
    if (!end_) return exit_code::good;
    return complain(end_->failure ? trouble(*end_->failure) : trouble(end_->status, end_->words));
  }

 private:
  void keep(const EventBatch& batch) {
    // What was there when it began is all that is wanted.
    if (options_.no_follow && !until_) until_ = batch.durable.value();
    for (const EventView& event : batch.events) {
      if (until_ && event.record.sequence.value() > *until_) break;
      kept_.push_back({event.record,
                       {event.fact.begin(), event.fact.end()},
                       {event.payload.begin(), event.payload.end()}});
    }
    through_ = batch.through.value();
  }

  [[nodiscard]] bool is_done() const { return until_ && through_ && *through_ >= *until_; }

  int print() {
    NameBook names;
    if (options_.names && !kept_.empty()) {
      std::vector<NameKey> keys;
      for (const Kept& each : kept_) append_keys(each.view(), keys);
      leave_each_once(keys);
      auto fetched = fetch_names(client_, keys);
      if (!fetched) return complain(fetched.error());
      names = std::move(fetched).value();
    }
    std::vector<Kept> now;
    now.swap(kept_);
    for (const Kept& each : now) {
      const EventView event = each.view();
      if (event.record.kind == FactKind::ledger) ledgers_.put(event.as<Ledger>());
      news_ = news_ || !is_about_checkpoints(event);
      say(options_.client.json ? event_record_json(event, ledgers_)
                               : event_line(event, ledgers_, names));
    }
    if (!now.empty() && std::fflush(stdout) != 0) {
      return complain("the events could not be written to standard output");
    }
    printed_ = kept_.empty() ? through_ : printed_;
    return advance(false);
  }

  /// To move a checkpoint is an event, too: that alone is no reason to move it again.
  static bool is_about_checkpoints(const EventView& event) {
    if (!event.is_operation()) return event.record.kind == FactKind::checkpoint;
    return event.as<Operation>().kind == RequestKind::put_checkpoints;
  }

  /// Moves the checkpoint to what was printed; not more than once a second, but at the end.
  int advance(bool last) {
    constexpr std::uint64_t silent_max = 10'000;
    if (!options_.advance || !printed_ || printed_ == advanced_) return exit_code::good;
    const bool far = *printed_ - advanced_.value_or(0) >= silent_max;
    if (!last && !news_ && !far) return exit_code::good;
    const auto now = std::chrono::steady_clock::now();
    if (!last && now - advanced_at_ < std::chrono::seconds{1}) return exit_code::good;
    const std::uint64_t to = until_ ? std::min(*printed_, *until_) : *printed_;
    const EventCheckpoint checkpoint = make_checkpoint(options_.checkpoint, to);
    const auto answer = settled(client_.put_checkpoints({&checkpoint, 1}));
    if (!answer) return complain(answer.error());
    if (!answer.value().refusals.empty()) {
      const PutCheckpointStatus status{answer.value().refusals.front().status};
      if (status != PutCheckpointStatus::exists) {
        complain(fmt::format("the checkpoint '{}' could not be moved to {}: {}",
                             options_.checkpoint, to, to_string(status)));
        return exit_code::no;
      }
    }
    advanced_ = printed_;
    news_ = false;
    advanced_at_ = now;
    return exit_code::good;
  }

  Client& client_;
  const TailOptions& options_;
  std::optional<std::uint64_t> until_;
  LedgerBook ledgers_;
  std::vector<Kept> kept_;
  std::optional<std::uint64_t> through_;   // Of the last batch.
  std::optional<std::uint64_t> printed_;   // Everything up to here.
  bool news_ = false;                      // Of what was printed since the checkpoint moved.
  std::optional<std::uint64_t> advanced_;  // Where the checkpoint is.
  std::chrono::steady_clock::time_point advanced_at_{};
  std::optional<SubscriptionEnd> end_;
};

}  // namespace

int run_tail(const TailOptions& options) {
  Subscription wanted;
  if (auto set = set_start(wanted, options); !set) return complain(set.error().what);
  if (auto set = set_filter(wanted, options); !set) return complain(set.error().what);
  std::optional<std::uint64_t> until;
  if (!options.until_sequence.empty()) {
    const auto sequence = parse_unsigned(options.until_sequence, ~std::uint64_t{0});
    if (!sequence) return complain(fmt::format("--until-sequence: {}", sequence.error().what));
    until = sequence.value();
  }
  watch_signals();
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  return Tail{*client.value(), options, until}.run(wanted);
}

}  // namespace daybook
