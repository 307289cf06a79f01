#include "tests/engine/query/query_world.hpp"

#include <algorithm>
#include <cstring>

#include "engine/codec/entry_facts.hpp"

namespace daybook::test {
namespace {

constexpr std::uint32_t ledgers = 2;

// 0 = any; what a filter says, read anew.
template <typename Filter, typename Record>
bool fields_match(const Filter& filter, const Record& record) {
  const auto fits = [](const auto& wanted, const auto& has) {
    return wanted.value() == decltype(wanted.value()){} || wanted.value() == has.value();
  };
  const std::uint64_t time = record.timestamp.value();
  return fits(filter.business_id, record.business_id) && fits(filter.user_id, record.user_id) &&
         fits(filter.tag, record.tag) && fits(filter.code, record.code) &&
         fits(filter.ledger, record.ledger) && time >= filter.timestamp_min.value() &&
         (filter.timestamp_max.value() == 0 || time <= filter.timestamp_max.value());
}

bool matches(const QueryFilter& filter, const Transfer& transfer) {
  if (!fields_match(filter, transfer)) return false;
  if (!filter.trace_id.value().is_zero() && filter.trace_id != transfer.trace_id) return false;
  if (filter.account_id.value().is_zero()) return true;
  return ((filter.flags & query_flag::debits) != 0 &&
          transfer.debit_account_id == filter.account_id) ||
         ((filter.flags & query_flag::credits) != 0 &&
          transfer.credit_account_id == filter.account_id);
}

template <typename Item>
std::vector<Item> in_order(const QueryFilter& filter, std::vector<Item> items) {
  if ((filter.flags & query_flag::newest_first) != 0) std::reverse(items.begin(), items.end());
  return items;
}

bool is_behind(const QueryFilter& filter, std::uint64_t cursor) {
  if (filter.cursor == 0) return true;
  return (filter.flags & query_flag::newest_first) != 0 ? cursor < filter.cursor
                                                        : cursor > filter.cursor;
}

}  // namespace

Result<std::optional<EntryView>> StepSource::next() {
  if (next_ >= end || next_ >= journal_.count()) return std::optional<EntryView>{};
  return std::optional{journal_.at(next_++)};
}

WithFacts reader_of(const MemoryJournal& journal) {
  return [&journal, is_inside = false](
             Sequence sequence,
             const std::function<void(const EntryFacts&)>& use) mutable -> Result<void> {
    ENSURE(!is_inside, "one entry at a time, as a journal's reader has it");
    const EntryView* const entry = journal.find(sequence);
    if (entry == nullptr) return Failure{FailureKind::not_found, "no entry holds the sequence"};
    const auto facts = read_facts(*entry);
    if (!facts.ok()) return facts.error();
    is_inside = true;
    use(facts.value());
    is_inside = false;
    return {};
  };
}

Page ask(const Follower& follower, const MemoryJournal& journal, Sequence as_of, RequestKind kind,
         const QueryFilter& filter) {
  const WithFacts with_facts = reader_of(journal);
  RequestSlot slot;
  slot.kind = kind;
  slot.events = reinterpret_cast<const std::byte*>(&filter);
  slot.event_count = 1;
  const auto answered = FilteredQuery{follower, with_facts, as_of, slot}.run();
  Page page;
  page.status = answered.ok() ? slot.status : RequestStatus::stopping;
  page.detail = answered.ok() ? std::string{slot.detail} : answered.error().what;
  page.as_of = slot.first_sequence;
  page.more = slot.more;
  page.cursor = slot.cursor;
  page.count = slot.item_count;
  page.items = std::move(slot.query_items);
  return page;
}

// ---- PlainFacts. ----

void PlainFacts::read(const MemoryJournal& journal) {
  for (; entries_ < journal.count(); ++entries_) {
    const auto facts = read_facts(journal.at(entries_));
    ENSURE(facts.ok(), "what the engine wrote can be read");
    RunWalker walker{facts.value()};
    for (PlacedRun placed; walker.next(placed);) {
      const Run& run = placed.run;
      Sequence sequence = placed.first_sequence;
      for (std::uint32_t at = run.first; at < run.first + run.count; ++at) {
        if (run.kind == FactKind::account) {
          accounts_.push_back(facts.value().accounts[at]);
          account_sequences_.push_back(sequence);
        }
        if (run.kind == FactKind::transfer) apply(facts.value().transfers[at], sequence);
        if (run.kind == FactKind::hold_released) apply(facts.value().holds_released[at], sequence);
        sequence = next(sequence);
      }
    }
    last_ = facts.value().header.last();
  }
}

void PlainFacts::change(AccountId account, bool debits, u128 more_posted, u128 more_pending,
                        u128 less_pending, const AccountBalance& names, bool by_transfer) {
  AccountBalance after = balance_at(account, Sequence{~std::uint64_t{0}});
  Amount& posted = debits ? after.debits_posted : after.credits_posted;
  Amount& pending = debits ? after.debits_pending : after.credits_pending;
  posted = Amount{Uint128{posted.value().wide() + more_posted}};
  pending = Amount{Uint128{pending.value().wide() + more_pending - less_pending}};
  after.transfer_id = names.transfer_id;
  after.timestamp = names.timestamp;
  after.sequence = names.sequence;
  changes_[account].push_back({after, by_transfer});
}

void PlainFacts::apply(const Transfer& transfer, Sequence sequence) {
  transfers_.push_back({transfer, sequence});
  AccountBalance names;
  names.transfer_id = transfer.id;
  names.timestamp = transfer.timestamp;
  names.sequence = sequence;
  const u128 amount = transfer.amount.value().wide();
  u128 posted = amount;
  u128 more_pending = 0;
  u128 less_pending = 0;
  if ((transfer.flags & transfer_flag::pending) != 0) {
    posted = 0;
    more_pending = held_[transfer.id] = amount;
  } else if ((transfer.flags & transfer_flag::post_pending_transfer) != 0) {
    u128& held = held_.at(transfer.pending_id);
    const bool keeps = (transfer.flags & transfer_flag::keep_remainder) != 0;
    less_pending = keeps ? amount : held;
    held -= less_pending;
  } else if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) {
    posted = 0;
    less_pending = std::exchange(held_.at(transfer.pending_id), 0);
  }
  change(transfer.debit_account_id, true, posted, more_pending, less_pending, names, true);
  change(transfer.credit_account_id, false, posted, more_pending, less_pending, names, true);
}

void PlainFacts::apply(const HoldReleased& release, Sequence sequence) {
  ++releases_;
  AccountBalance names;
  names.sequence = sequence;
  const u128 held = std::exchange(held_.at(release.id), 0);
  change(release.debit_account_id, true, 0, 0, held, names, false);
  change(release.credit_account_id, false, 0, 0, held, names, false);
}

AccountBalance PlainFacts::balance_at(AccountId account, Sequence as_of) const {
  const auto found = changes_.find(account);
  if (found == changes_.end()) return {};
  const auto after = std::upper_bound(
      found->second.begin(), found->second.end(), as_of,
      [](Sequence wanted, const Change& change) { return wanted < change.after.sequence; });
  return after == found->second.begin() ? AccountBalance{} : std::prev(after)->after;
}

std::vector<PlainFacts::Moved> PlainFacts::transfers(const QueryFilter& filter,
                                                     Sequence as_of) const {
  std::vector<Moved> found;
  for (const Moved& moved : transfers_) {
    if (moved.sequence > as_of) break;
    if (!is_behind(filter, moved.sequence.value())) continue;
    if (matches(filter, moved.transfer)) found.push_back(moved);
  }
  return in_order(filter, std::move(found));
}

std::vector<AccountBalance> PlainFacts::balances(const QueryFilter& filter, Sequence as_of) const {
  std::vector<AccountBalance> found;
  for (const Moved& moved : transfers(filter, as_of)) {
    found.push_back(balance_at(filter.account_id, moved.sequence));
  }
  return found;
}

std::vector<Account> PlainFacts::accounts(const QueryFilter& filter, Sequence as_of) const {
  std::vector<Account> found;
  for (std::size_t place = 0; place < accounts_.size(); ++place) {
    if (account_sequences_[place] > as_of) break;
    Account account = accounts_[place];
    if (!is_behind(filter, place + 1) || !fields_match(filter, account)) continue;
    const AccountBalance balance = balance_at(account.id, as_of);
    account.debits_pending = balance.debits_pending;
    account.debits_posted = balance.debits_posted;
    account.credits_pending = balance.credits_pending;
    account.credits_posted = balance.credits_posted;
    found.push_back(account);
  }
  return in_order(filter, std::move(found));
}

// ---- QueryWorld. ----

QueryWorld::QueryWorld(std::uint64_t seed, PairIndex::Sizes sizes)
    : random_{seed},
      engine_{std::make_unique<EngineUnderTest>(LedgerSettings{.auto_ledgers = true})},
      source_{std::make_unique<StepSource>(engine_->journal())} {
  progress_.journaler_done.store(true);  // run() returns when there is no more to follow.
  StateSettings settings;
  settings.accounts_max = 100'000;
  settings.transfer_ids_max = 1'000'000;
  settings.holds_max = 100'000;
  settings.hash_seed = seed;
  follower_ = std::make_unique<Follower>(
      settings,
      Follower::Links{
          .source = source_.get(),
          .progress = progress_,
          .sleeper = sleeper_,
          .on_followed = [] {},
          .on_fatal = [this](const Failure& failure) { follower_failure_ = failure.what; }},
      sizes);
  engine_->set_requests_per_entry(1'000'000);  // grow() closes entries.
}

QueryWorld::~QueryWorld() = default;

std::string QueryWorld::failure() const {
  return engine_->first_failure().value_or(follower_failure_);
}

void QueryWorld::close() {
  engine_->close_entry();
  plain_.read(engine_->journal());
}

void QueryWorld::follow(std::size_t entries) {
  source_->end = std::min(source_->end + entries, engine_->journal().count());
  follower_->run();
}

void QueryWorld::follow_all() { follow(engine_->journal().count()); }

Page QueryWorld::ask(RequestKind kind, const QueryFilter& filter) const {
  return test::ask(*follower_, engine_->journal(), followed(), kind, filter);
}

void QueryWorld::grow(std::size_t requests) {
  for (std::size_t request = 0; request < requests; ++request) {
    now_ns_ += random_.chance(20) ? random_.below(3'000'000'000) : random_.below(1'000);
    engine_->set_clock(now_ns_);
    if (next_account_ <= 4 || random_.chance(4)) {
      create_accounts();
    } else if (random_.chance(4)) {
      change_accounts();
    } else if (random_.chance(4)) {
      import_transfers();
    } else {
      create_transfers();
    }
    if (random_.chance(10)) {
      static_cast<void>(engine_->release_due(static_cast<std::uint32_t>(random_.between(1, 20))));
    }
    if (random_.chance(30)) close();
  }
}

void QueryWorld::create_accounts() {
  std::vector<Account> accounts;
  const std::uint64_t count = random_.between(2, 6);
  for (std::uint64_t each = 0; each < count; ++each) {
    Account account =
        make_account(next_account_, static_cast<std::uint32_t>(1 + next_account_ % ledgers));
    ++next_account_;
    account.business_id = BusinessId{Uint128{random_.below(4), 0}};
    account.user_id = UserId{random_.below(4)};
    account.tag = Tag{static_cast<std::uint32_t>(random_.below(3))};
    account.code = Code{static_cast<std::uint16_t>(random_.between(1, 3))};
    if (random_.chance(30)) account.flags = account_flag::history;
    accounts.push_back(account);
  }
  engine_->create_accounts(accounts);
}

// A few accounts have most of the transfers.
std::uint64_t QueryWorld::random_account(std::uint32_t ledger) {
  const std::uint64_t bound =
      random_.chance(70) ? std::min<std::uint64_t>(next_account_, 8) : next_account_;
  std::uint64_t account = random_.between(1, bound);
  while (1 + account % ledgers != ledger) ++account;
  return account;
}

Transfer QueryWorld::random_transfer() {
  const auto ledger = static_cast<std::uint32_t>(random_.between(1, ledgers));
  const std::uint64_t debit = random_account(ledger);
  std::uint64_t credit = random_account(ledger);
  if (credit == debit) credit += ledgers;
  const std::uint64_t id = next_transfer_++;
  Transfer transfer = make_transfer(id, debit, credit, random_.between(1, 1'000), ledger);
  ledger_of_[id] = ledger;
  transfer.business_id = BusinessId{Uint128{random_.below(5), random_.chance(10) ? 1U : 0U}};
  transfer.trace_id = TraceId{Uint128{random_.below(50), 0}};
  transfer.user_id = UserId{random_.below(4)};
  transfer.tag = Tag{static_cast<std::uint32_t>(random_.below(4))};
  transfer.code = Code{static_cast<std::uint16_t>(random_.between(1, 3))};
  const std::uint64_t kind = random_.below(100);
  if (kind < 25) {
    transfer.flags = transfer_flag::pending;
    if (random_.chance(50)) transfer.timeout = static_cast<std::uint32_t>(random_.between(1, 60));
    pendings_.push_back(id);
  } else if (kind < 55 && !pendings_.empty()) {
    // Mostly of the latest; many are resolved already, and refused.
    const std::uint64_t back = random_.below(
        std::min<std::uint64_t>(pendings_.size(), random_.chance(80) ? 12 : pendings_.size()));
    transfer.pending_id = transfer_id(pendings_[pendings_.size() - 1 - back]);
    transfer.debit_account_id = transfer.credit_account_id = AccountId{};
    transfer.ledger = LedgerId{};
    transfer.code = Code{};
    transfer.timeout = 0;
    if (kind < 35) {
      transfer.flags = transfer_flag::void_pending_transfer;
      transfer.amount = Amount{};
    } else {
      transfer.flags = transfer_flag::post_pending_transfer;
      if (random_.chance(40)) transfer.flags |= transfer_flag::keep_remainder;
      transfer.amount = random_.chance(30) ? Amount{Uint128{~std::uint64_t{0}, ~std::uint64_t{0}}}
                                           : amount_of(random_.between(1, 400));
    }
  } else if (kind < 62 && next_transfer_ > 2) {
    transfer.flags = transfer_flag::reversal;
    transfer.pending_id = transfer_id(random_.between(1, next_transfer_ - 2));
    transfer.debit_account_id = transfer.credit_account_id = AccountId{};
    transfer.ledger = LedgerId{};
    transfer.code = Code{};
    transfer.amount = random_.chance(50) ? Amount{} : amount_of(random_.between(1, 300));
  }
  return transfer;
}

void QueryWorld::create_transfers() {
  std::vector<Transfer> transfers;
  const std::uint64_t count = random_.between(1, random_.chance(10) ? 120 : 12);
  for (std::uint64_t each = 0; each < count; ++each) {
    transfers.push_back(random_transfer());
    if (each + 1 < count && random_.chance(10)) transfers.back().flags |= transfer_flag::linked;
  }
  engine_->create_transfers(transfers);
}

void QueryWorld::import_transfers() {
  now_ns_ += 10'000;
  engine_->set_clock(now_ns_);
  std::uint64_t time = engine_->state().transfer_times.last().value();
  time = std::max(time, engine_->state().accounts.last_timestamp().value());
  std::vector<Transfer> transfers;
  for (std::uint64_t each = random_.between(1, 5); each > 0; --each) {
    const auto ledger = static_cast<std::uint32_t>(random_.between(1, ledgers));
    const std::uint64_t debit = random_account(ledger);
    Transfer transfer = make_transfer(next_transfer_++, debit, debit + ledgers,
                                      random_.between(1, 100), ledger, transfer_flag::imported);
    time += random_.between(1, 500);
    transfer.timestamp = Timestamp{time};
    transfers.push_back(transfer);
  }
  engine_->create_transfers(transfers);
}

void QueryWorld::change_accounts() {
  WriteRequest request;
  request.kind = RequestKind::change_accounts;
  request.client = ClientId{Uint128{77, 0}};
  request.number = ++number_;
  request.role = Role::operator_;
  request.reason = "a test";
  AccountChange change;
  change.account_id = account_id(random_.between(1, next_account_));
  change.kind = random_.chance(30) ? AccountChangeKind::freeze : AccountChangeKind::unfreeze;
  change.sides = account_side::debits;
  request.account_changes.push_back(change);
  engine_->submit(request);
}

QueryFilter QueryWorld::random_filter(RequestKind kind, Random& random) const {
  QueryFilter filter;
  const bool of_account =
      kind == RequestKind::get_account_transfers || kind == RequestKind::get_account_balances;
  if (of_account) {
    filter.account_id = account_id(random.between(
        1, random.chance(60) ? 8 : std::max<std::uint64_t>(plain_.all_accounts().size(), 1)));
    filter.flags = static_cast<std::uint16_t>(random.between(1, 3));
  }
  if (random.chance(50)) filter.flags |= query_flag::newest_first;
  const auto sometimes = [&](std::uint64_t below) {
    return random.chance(20) ? random.below(below) : 0;
  };
  filter.business_id = BusinessId{Uint128{sometimes(6), 0}};
  filter.user_id = UserId{sometimes(5)};
  filter.tag = Tag{static_cast<std::uint32_t>(sometimes(5))};
  filter.code = Code{static_cast<std::uint16_t>(sometimes(5))};
  if (!of_account) filter.ledger = LedgerId{static_cast<std::uint32_t>(sometimes(4))};
  if (kind != RequestKind::query_accounts) filter.trace_id = TraceId{Uint128{sometimes(55), 0}};
  const auto some_time = [&]() -> std::uint64_t {
    std::uint64_t time = now_ns_;
    const auto& transfers = plain_.all_transfers();
    const auto& accounts = plain_.all_accounts();
    if (kind == RequestKind::query_accounts && !accounts.empty()) {
      time = accounts[random.below(accounts.size())].timestamp.value();
    } else if (kind != RequestKind::query_accounts && !transfers.empty()) {
      time = transfers[random.below(transfers.size())].transfer.timestamp.value();
    }
    return time + random.below(3) - 1;
  };
  if (random.chance(25)) filter.timestamp_min = Timestamp{some_time()};
  if (random.chance(25)) filter.timestamp_max = Timestamp{some_time()};
  if (filter.timestamp_max.value() != 0 && filter.timestamp_max < filter.timestamp_min) {
    std::swap(filter.timestamp_min, filter.timestamp_max);
  }
  filter.limit = static_cast<std::uint32_t>(random.chance(10) ? random.between(1, 8'192)
                                                              : random.between(1, 40));
  if (random.chance(20)) filter.cursor = random.below(plain_.last().value() + 3);
  return filter;
}

}  // namespace daybook::test
