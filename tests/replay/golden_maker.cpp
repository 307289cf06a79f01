#include "tests/replay/golden_maker.hpp"

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/model/legs_hash.hpp"
#include "engine/saga/saga_payload.hpp"
#include "storage/journal/journal_reader.hpp"
#include "tests/replay/disk_journal.hpp"
#include "tools/daybook/offline/offline.hpp"
#include "tools/daybook/offline/offline_dump.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

/// Writes a journal with everything in it. What another kind of fact needs is one more function
/// here, called by all().
class GoldenLedger {
 public:
  explicit GoldenLedger(const std::filesystem::path& directory)
      : journal_{directory,
                 {.sequencer = {.auto_ledgers = true, .manual_clock = true},
                  .windows = {},
                  .journal_id = {0x676f6c64656e, 1}}} {}

  const State& all() {
    ledgers_and_accounts();
    transfers_and_holds();
    account_changes();
    names();
    domain_events();
    orders_and_payments();
    checkpoints();
    transactions();
    sagas();
    remote_steps();
    bundles();
    reconciliations();
    expiry();
    clocks();
    refused_requests();
    journal_.rotate();
    more_after_rotation();
    journal_.finish();
    return journal_.state();
  }

 private:
  template <typename Event>
  static RequestSlot request(RequestKind kind, const std::vector<Event>& events) {
    RequestSlot slot;
    slot.kind = kind;
    slot.trace_id = TraceId{Uint128{0x7ace, 7}};
    slot.business_id = BusinessId{Uint128{0xb5, 0}};
    slot.user_id = UserId{42};
    slot.events = reinterpret_cast<const std::byte*>(events.data());
    slot.event_count = static_cast<std::uint32_t>(events.size());
    return slot;
  }
  template <typename Event>
  void execute(RequestKind kind, const std::vector<Event>& events, std::string_view reason = {},
               std::span<const Name> names = {}) {
    RequestSlot slot = request(kind, events);
    slot.reason = {reason.data(), reason.size()};
    slot.names = names;
    journal_.execute(slot);
  }
  void advance(std::uint64_t ns) {
    RequestSlot slot;
    slot.kind = RequestKind::advance_clock;
    slot.argument = ns;
    journal_.execute(slot);
  }
  static Transfer following(std::uint64_t id, std::uint64_t about, std::uint64_t amount,
                            unsigned flags) {
    Transfer made;
    made.id = TransferId{Uint128{id, 0}};
    made.pending_id = TransferId{Uint128{about, 0}};
    made.amount = Amount{Uint128{amount, 0}};
    made.flags = static_cast<std::uint16_t>(flags);
    return made;
  }
  static Transfer pending(std::uint64_t id, std::uint64_t amount, std::uint32_t timeout) {
    Transfer made = make_transfer(id, 1, 2, amount);
    made.flags = transfer_flag::pending;
    made.timeout = timeout;
    return made;
  }

  void ledgers_and_accounts() {
    advance(1'600'000'000 * second);
    Ledger euro;
    euro.id = LedgerId{978};
    euro.scale = 2;
    euro.set_name("EUR");
    Ledger nothing = euro;
    nothing.id = LedgerId{};  // Refused.
    execute(RequestKind::put_ledgers, std::vector{euro, nothing});
    std::vector<Account> accounts;
    for (std::uint64_t id = 1; id <= 6; ++id) accounts.push_back(make_account(id));
    accounts[4].flags = account_flag::debits_must_not_exceed_credits;
    accounts[5].ledger = LedgerId{978};
    Account linked = make_account(7);
    linked.flags = account_flag::linked;
    Account wrong = make_account(8);
    wrong.code = Code{};  // Refused, and the one linked with it.
    accounts.push_back(linked);
    accounts.push_back(wrong);
    const std::vector<Name> names{make_name(NameKind::account, {1, 0}, "till")};
    execute(RequestKind::create_accounts, accounts, {}, names);
    journal_.commit();
  }

  void transfers_and_holds() {
    using namespace transfer_flag;
    Transfer poor = make_transfer(4, 5, 1, 10);  // Burnt: account 5 has nothing.
    Transfer twice = make_transfer(3, 1, 2, 1'000);
    execute(RequestKind::create_transfers,
            std::vector{pending(1, 100, 0), pending(2, 70, 0), make_transfer(3, 1, 2, 1'000), poor,
                        twice, pending(5, 40, 3'600)});
    execute(RequestKind::create_transfers,
            std::vector{following(11, 1, 30, post_pending_transfer | keep_remainder),
                        following(12, 1, 20, post_pending_transfer | keep_remainder),
                        following(13, 1, 10, post_pending_transfer),
                        following(14, 2, 0, void_pending_transfer), following(15, 3, 400, reversal),
                        following(16, 3, 100, reversal)},
            "goods came back");
    Transfer closing = pending(6, 1, 0);
    closing.credit_account_id = AccountId{Uint128{4, 0}};
    closing.flags = pending_flag | closing_credit;
    Transfer balancing = make_transfer(7, 2, 1, 1'000'000);
    balancing.flags = balancing_debit;
    execute(RequestKind::create_transfers, std::vector{closing, balancing});
    journal_.commit();
  }

  void account_changes() {
    AccountChange change;
    change.account_id = AccountId{Uint128{3, 0}};
    change.kind = AccountChangeKind::set_limits;
    change.minimum = {static_cast<std::uint64_t>(-500), ~std::uint64_t{0}};
    change.maximum = {500, 0};
    AccountChange freeze;
    freeze.account_id = AccountId{Uint128{3, 0}};
    freeze.kind = AccountChangeKind::freeze;
    freeze.sides = account_side::both;
    AccountChange close;
    close.account_id = AccountId{Uint128{6, 0}};
    close.kind = AccountChangeKind::close;
    AccountChange nobody = close;
    nobody.account_id = AccountId{Uint128{99, 0}};  // Refused.
    execute(RequestKind::change_accounts, std::vector{change, freeze, close, nobody}, "an audit");
    journal_.commit();
  }

  void names() {
    execute(RequestKind::put_names,
            std::vector{make_name(NameKind::user, {42, 0}, "Ada"),
                        make_name(NameKind::account, {1, 0}, "other")});  // Refused.
    journal_.commit();
  }

  static DomainEvent event(std::uint64_t id, std::uint64_t aggregate, std::uint32_t payload) {
    DomainEvent made;
    made.id = Uint128{id, 9};
    made.aggregate_type = made.event_type = Uint128{1, 0};
    made.aggregate_id = Uint128{aggregate, 0};
    made.payload_bytes = payload;
    return made;
  }

  void domain_events() {
    const std::string payloads = "opened{}";
    const std::vector<DomainEvent> events{event(1, 1, 6), event(2, 1, 2), event(3, 2, 0)};
    RequestSlot slot = request(RequestKind::append_events, events);
    slot.payloads = std::as_bytes(std::span{payloads});
    journal_.execute(slot);
    std::vector<DomainEvent> late{event(4, 1, 0)};
    late[0].flags = event_flag::expects_version;
    late[0].version = 7;  // Refused.
    execute(RequestKind::append_events, late);
    journal_.commit();
  }

  void command(Command command, std::uint64_t id, std::uint64_t aggregate,
               const CommandDetails& details, std::string_view text) {
    DomainEvent made;
    made.id = Uint128{id, 10};
    made.aggregate_id = Uint128{aggregate, 0};
    put_command(command, details, text, made, command_payloads_);
    commands_.push_back(made);
  }
  void execute_commands(RequestKind kind) {
    RequestSlot slot = request(kind, commands_);
    slot.payloads = command_payloads_;
    journal_.execute(slot);
    commands_.clear();
    command_payloads_.clear();
  }

  void orders_and_payments() {
    CommandDetails order;
    order.amount = Amount{Uint128{1'250, 0}};
    order.quantity = 3;
    order.ledger = LedgerId{978};
    command(Command::order_create, 1, 71, order, "tea");
    command(Command::order_create, 2, 72, order, "coffee");
    command(Command::order_cancel, 3, 72, {}, "sold out");
    execute_commands(RequestKind::order_commands);
    CommandDetails payment = order;
    payment.quantity = 0;
    payment.subject_id = Uint128{71, 0};
    command(Command::payment_initiate, 4, 91, payment, "card");
    command(Command::payment_authorise, 5, 91, {}, "pi_77");
    execute_commands(RequestKind::payment_commands);
    command(Command::order_cancel, 6, 72, {}, "again");  // Refused.
    execute_commands(RequestKind::order_commands);
    journal_.commit();
  }

  void checkpoints() {
    execute(RequestKind::put_checkpoints,
            std::vector{make_checkpoint("mailer", 5), make_checkpoint("far ahead", 1 << 30)});
    journal_.commit();
  }

  void transactions() {
    TccCommand begin;
    begin.gid = Uint128{71, 0};
    begin.kind = TccCommandKind::begin;
    begin.created_at = 1'600'000'000 * second;
    begin.business_id = BusinessId{Uint128{0xb6, 0}};
    TccCommand attempt;
    attempt.gid = begin.gid;
    attempt.kind = TccCommandKind::try_;
    attempt.branch = 1;
    attempt.debit_account_id = AccountId{Uint128{1, 0}};
    attempt.credit_account_id = AccountId{Uint128{2, 0}};
    attempt.amount = Amount{Uint128{9, 0}};
    attempt.ledger = LedgerId{1};
    attempt.code = Code{3};
    TccCommand refused = attempt;
    refused.branch = 2;
    refused.credit_account_id = AccountId{Uint128{999, 0}};
    TccCommand confirm;
    confirm.gid = begin.gid;
    confirm.kind = TccCommandKind::confirm;
    confirm.amounts = 1;
    TccCommand cancel;
    cancel.gid = Uint128{72, 0};
    cancel.kind = TccCommandKind::cancel;
    cancel.branch = 4;
    cancel.created_at = begin.created_at;
    TccCommand left = begin;  // For its deadline to pass.
    left.gid = Uint128{73, 0};
    TccCommand held = attempt;
    held.gid = left.gid;
    const std::vector<TccCommand> commands{begin,  attempt, refused, confirm,
                                           cancel, left,    held,    begin};
    const std::vector<TccAmount> amounts{
        {.branch = 1, .reserved = 0, .amount = Amount{Uint128{6, 0}}}};
    RequestSlot slot = request(RequestKind::tcc_commands, commands);
    slot.payloads = std::as_bytes(std::span{amounts});
    journal_.execute(slot);
    journal_.commit();
  }

  void sagas() {
    const SagaDefinition definition =
        read_definition(R"({"name": "golden", "version": 1, "deadline_ms": 60000,
            "input": {"from": "account", "to": "account", "note": "text"},
            "completed_event": "GoldenDone", "steps": [
            {"id": "hold", "kind": "ledger.hold",
             "args": {"from": "$.from", "to": "$.to", "amount": 9, "ledger": 1}},
            {"id": "ok", "kind": "signal.wait", "signal": "ok", "timeout_ms": 30000},
            {"id": "take", "kind": "ledger.capture", "hold": "hold"}]})")
            .value();
    DomainEvent stored = event(1, 1, static_cast<std::uint32_t>(definition.canonical.size()));
    stored.id = definition.hash;
    stored.aggregate_type = saga_definition_type();
    stored.aggregate_id = id_of(definition.name);
    stored.event_type = event_type_of(SagaNews::defined);
    stored.content_type = ContentType::json;
    command_payloads_.resize(definition.canonical.size());
    std::memcpy(command_payloads_.data(), definition.canonical.data(), command_payloads_.size());
    commands_.push_back(stored);
    execute_commands(RequestKind::saga_commands);
    SagaValue from;
    from.type = ValueType::account;
    from.id = Uint128{1, 0};
    SagaValue to = from;
    to.id = Uint128{2, 0};
    SagaValue note;
    note.type = ValueType::text;
    note.text = "for gold";
    const auto started = started_payload(definition.hash, std::vector{from, note, to});
    for (const std::uint64_t saga : {81U, 82U, 83U}) saga_news(saga, SagaNews::started, started);
    saga_news(81, SagaNews::signalled, signalled_payload("ok", {}));  // Completed.
    saga_news(82, SagaNews::cancel_requested, {});                    // Compensated.
    saga_news(84, SagaNews::cancel_requested, {});                    // Refused.
    execute_commands(RequestKind::saga_commands);
    journal_.commit();
  }
  void saga_news(std::uint64_t saga, SagaNews news, const std::vector<std::byte>& payload) {
    DomainEvent made =
        event(commands_.size() + 1, saga, static_cast<std::uint32_t>(payload.size()));
    made.id = Uint128{commands_.size() + 1, 11};
    made.aggregate_type = saga_type();
    made.event_type = event_type_of(news);
    commands_.push_back(made);
    command_payloads_.insert(command_payloads_.end(), payload.begin(), payload.end());
  }

  // A participant, and a saga with a remote step: sent, given more time, answered; and one that is
  // sent and waits.
  void remote_steps() {
    const SagaDefinition definition =
        read_definition(R"({"name": "remote", "version": 1, "deadline_ms": 600000, "input": {},
            "steps": [{"id": "call", "kind": "remote.call", "type": "bank.v1", "class": "readonly",
                       "timeout_ms": 5000, "output": {"grade": "text"}}]})")
            .value();
    const std::string bank = R"({"name":"bank","types":[{"type":"bank.v1"}]})";
    add_text(SagaNews::participant_put, participant_type(), id_of("bank"), Uint128{1, 12}, bank);
    RequestSlot slot = request(RequestKind::operate_sagas, commands_);
    slot.payloads = command_payloads_;
    const std::string_view reason = "to be golden";
    slot.reason = {reason.data(), reason.size()};
    journal_.execute(slot);
    commands_.clear();
    command_payloads_.clear();
    add_text(SagaNews::defined, saga_definition_type(), id_of("remote"), definition.hash,
             definition.canonical);
    execute_commands(RequestKind::saga_commands);
    question_.kind = RequestKind::take_work;
    question_.argument_id = id_of("bank");
    question_.events = reinterpret_cast<const std::byte*>(&credit_);
    question_.event_count = 1;
    question_.query_items.reserve(limits::work_reply_bytes_max);
    journal_.execute(question_);
    const auto started = started_payload(definition.hash, {});
    for (const std::uint64_t saga : {85U, 86U}) saga_news(saga, SagaNews::started, started);
    for (DomainEvent& each : commands_) each.id.hi = 13;
    execute_commands(RequestKind::saga_commands);
    journal_.commit();
    WorkValue grade;
    grade.name = "grade";
    grade.type = WorkValueType::text;
    grade.text = "gold";
    answer(WorkOutcome::heartbeat, answer_payload("", "", {}));
    answer(WorkOutcome::succeeded, answer_payload("ref-1", "", std::vector{grade}));
    answer(WorkOutcome::failed, answer_payload("", "too late", {}));  // Refused.
    journal_.commit();
  }
  void answer(WorkOutcome outcome, const std::vector<std::byte>& payload) {
    ENSURE(question_.item_count == 2, "both sagas have sent their step");
    WorkCommand command;
    std::memcpy(&command, question_.query_items.data(), sizeof(command));
    std::vector<StepAnswer> answers(1);
    answers[0].saga = command.saga;
    answers[0].key = command.key;
    answers[0].attempt = command.attempt;
    answers[0].step = command.step;
    answers[0].outcome = outcome;
    answers[0].payload_bytes = static_cast<std::uint32_t>(payload.size());
    RequestSlot slot = request(RequestKind::answer_steps, answers);
    slot.payloads = payload;
    slot.argument_id = id_of("bank");
    journal_.execute(slot);
  }
  void add_text(SagaNews news, const Uint128& type, const Uint128& aggregate, const Uint128& id,
                const std::string& text) {
    DomainEvent made = event(1, 1, static_cast<std::uint32_t>(text.size()));
    made.id = id;
    made.aggregate_type = type;
    made.aggregate_id = aggregate;
    made.event_type = event_type_of(news);
    made.content_type = ContentType::json;
    commands_.push_back(made);
    const auto bytes = std::as_bytes(std::span{text});
    command_payloads_.insert(command_payloads_.end(), bytes.begin(), bytes.end());
  }

  void bundles() {
    const std::vector<Transfer> transfers{make_transfer(21, 1, 2, 5)};
    const std::vector<DomainEvent> events{event(5, 2, 0)};
    RequestSlot slot = request(RequestKind::bundle, transfers);
    slot.bundled = events;
    slot.event_count = 2;
    journal_.execute(slot);
    journal_.commit();
  }

  /// A day is reconciled; of two corrections one is posted, and one is refused for its size.
  void reconciliations() {
    command(Command::reconciliation_define, 31, 95, {}, R"({"name":"golden"})");
    command(Command::approval_limit_set, 32, 95,
            {.amount = Amount{Uint128{50}}, .quantity = 12, .ledger = LedgerId{1}}, "");
    RequestSlot defined = request(RequestKind::review_corrections, std::vector<Transfer>{});
    defined.bundled = commands_;
    defined.event_count = 2;
    review(defined);
    command(Command::run_create, 33, 96, {.subject_id = Uint128{95, 0}, .quantity = 20260131},
            "{}");
    std::uint64_t id = 34;
    for (const Command phase :
         {Command::run_import, Command::run_validate, Command::run_cut, Command::run_sort,
          Command::run_match, Command::run_prove, Command::run_review}) {
      CommandDetails details;
      if (phase == Command::run_cut) details.quantity = 12;
      if (phase == Command::run_prove) details.quantity = 2;
      command(phase, id++, 96, details, phase == Command::run_prove ? "{}" : "");
    }
    const std::vector<Transfer> small{make_transfer(22, 1, 2, 7)};
    const std::vector<Transfer> large{make_transfer(23, 1, 2, 70)};
    propose(51, 97, small);
    propose(52, 98, large);
    execute_commands(RequestKind::reconciliation_commands);
    approve(53, 97, small);
    approve(54, 98, large);
    command(Command::correction_reject, 55, 98, {}, "too much");
    RequestSlot slot = request(RequestKind::review_corrections, commands_);
    slot.events = nullptr;
    slot.bundled = commands_;
    review(slot);
    journal_.commit();
  }
  void propose(std::uint64_t id, std::uint64_t difference, const std::vector<Transfer>& legs) {
    command(Command::correction_propose, id, difference,
            {.subject_id = legs_hash(legs),
             .amount = legs[0].amount,
             .quantity = 12,
             .ledger = LedgerId{1}},
            "{}");
    commands_.back().business_id = BusinessId{Uint128{96, 0}};
  }
  void approve(std::uint64_t id, std::uint64_t difference, const std::vector<Transfer>& legs) {
    command(Command::correction_approve, id, difference, {.subject_id = legs_hash(legs)}, "");
    RequestSlot slot = request(RequestKind::review_corrections, legs);
    slot.bundled = commands_;
    slot.event_count = 2;
    review(slot);
  }
  /// By another principal than whoever proposed.
  void review(RequestSlot& slot) {
    slot.principal = PrincipalId{id_of("checker")};
    slot.payloads = command_payloads_;
    journal_.execute(slot);
    commands_.clear();
    command_payloads_.clear();
  }

  void expiry() {
    advance(7'200 * second);
    journal_.release_due();  // Transfer 5's hold.
    journal_.expire_tccs();  // Transaction 73.
    journal_.drive_sagas();  // The deadline of saga 83.
    journal_.commit();
  }

  void clocks() {
    journal_.hold_clock();
    RequestSlot slot;
    slot.kind = RequestKind::accept_clock;
    slot.argument = 1'600'010'000 * second;
    const std::string_view reason = "checked by hand";
    slot.reason = {reason.data(), reason.size()};
    journal_.execute(slot);
    journal_.commit();
  }

  void refused_requests() {
    RequestSlot slot;
    slot.kind = RequestKind::create_transfers;
    slot.refuse_with = RequestStatus::not_authorised;
    journal_.execute(slot);
    journal_.commit();
  }

  void more_after_rotation() {
    execute(RequestKind::create_transfers, std::vector{make_transfer(31, 1, 2, 7)});
    journal_.commit();
  }

  static constexpr unsigned pending_flag = transfer_flag::pending;

  DiskJournal journal_;
  std::vector<DomainEvent> commands_;
  RequestSlot question_;  // The sequencer keeps it.
  WorkCredit credit_{.type = id_of("bank.v1"), .count = 9, .reserved = 0};
  std::vector<std::byte> command_payloads_;
};

void write_expected(const std::filesystem::path& directory, const std::string& name,
                    const State& state) {
  std::ofstream expected{directory / (name + ".expected")};
  expected << fmt::format("{} {:016x}\n", state.last_sequence().value(), state.digest());
  std::ofstream dump{directory / (name + ".jsonl")};
  const std::string journal = (directory / name).string();
  const auto reader = JournalReader::open(journal, reading_of(journal)).value();
  for (;;) {
    const auto entry = reader->next().value();
    if (!entry) break;
    dump << portable_line(*entry) << '\n';
  }
  ENSURE(expected.good() && dump.good(), "the disk takes the golden files");
}

/// Of a directory that nobody writes any more.
void drop_helpers(const std::filesystem::path& data) {
  std::filesystem::remove(data / "LOCK");
  std::vector<std::filesystem::path> useless;
  for (const auto& each : std::filesystem::directory_iterator{data / "journal"}) {
    if (each.path().extension() != ".mdb") useless.push_back(each.path());
  }
  for (const auto& each : useless) std::filesystem::remove(each);
}

}  // namespace

void make_golden_journals(const std::filesystem::path& directory) {
  ENSURE(!std::filesystem::exists(directory), "golden journals go into a new directory");
  std::filesystem::create_directories(directory);
  {
    GoldenLedger ledger{directory / "ledger"};
    write_expected(directory, "ledger", ledger.all());
  }
  {
    DiskJournal evictions{directory / "evictions",
                          {.windows = golden_few_clients, .journal_id = {0x676f6c64656e, 2}}};
    const std::vector<Account> accounts{make_account(1), make_account(2)};
    evictions.create_accounts(accounts);
    for (std::uint64_t client = 2; client <= 6; ++client) {
      const std::vector<Transfer> transfers{make_transfer(client, 1, 2, client)};
      RequestSlot slot;
      slot.kind = RequestKind::create_transfers;
      slot.events = reinterpret_cast<const std::byte*>(transfers.data());
      slot.event_count = 1;
      evictions.execute(slot, ClientId{Uint128{client, 0}});
    }
    evictions.finish();
    write_expected(directory, "evictions", evictions.state());
  }
  drop_helpers(directory / "ledger");
  drop_helpers(directory / "evictions");
}

}  // namespace daybook::test
