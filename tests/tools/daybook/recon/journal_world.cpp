#include "tests/tools/daybook/recon/journal_world.hpp"

#include <utility>

#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon::test {
namespace {

AccountId account(std::uint64_t id) { return AccountId{Uint128{id, 0}}; }

}  // namespace

JournalWorld::JournalWorld() : journal_{scratch_.path()} {
  std::vector<Account> accounts;
  for (const std::uint64_t id : {clearing, customers, suspense, fees, rounding, fx}) {
    Account made;
    made.id = account(id);
    made.ledger = LedgerId{978};
    made.code = daybook::Code{1};
    accounts.push_back(made);
  }
  journal_.create_accounts(accounts);
  journal_.finish();
}

TransferId JournalWorld::pay(i128 amount, const Uint128& business, std::uint16_t flags) {
  Transfer made;
  made.id = TransferId{Uint128{++next_id_, 0}};
  made.debit_account_id = account(amount > 0 ? clearing : customers);
  made.credit_account_id = account(amount > 0 ? customers : clearing);
  made.amount = Amount{Uint128{static_cast<u128>(amount > 0 ? amount : -amount)}};
  made.business_id = BusinessId{business};
  made.ledger = LedgerId{978};
  made.code = daybook::Code{1};
  made.flags = flags;
  create({made});
  return made.id;
}

TransferId JournalWorld::fee(i128 amount, const Uint128& business) {
  Transfer made;
  made.id = TransferId{Uint128{++next_id_, 0}};
  made.debit_account_id = account(amount > 0 ? fees : clearing);
  made.credit_account_id = account(amount > 0 ? clearing : fees);
  made.amount = Amount{Uint128{static_cast<u128>(amount > 0 ? amount : -amount)}};
  made.business_id = BusinessId{business};
  made.ledger = LedgerId{978};
  made.code = daybook::Code{fee_code};
  create({made});
  return made.id;
}

TransferId JournalWorld::follow(TransferId about, std::uint16_t flags, u128 amount) {
  Transfer made;
  made.id = TransferId{Uint128{++next_id_, 0}};
  made.pending_id = about;
  made.amount = Amount{Uint128{amount}};
  made.flags = flags;
  create({made});
  return made.id;
}

void JournalWorld::create(const std::vector<Transfer>& transfers) {
  journal_.create_transfers(transfers);
  is_finished_ = false;
}

void JournalWorld::finish() {
  if (!std::exchange(is_finished_, true)) journal_.finish();
}

JournalSelection JournalWorld::selection() const {
  JournalSelection selection;
  selection.place = JournalPlace{scratch_.path().string()};
  selection.account = account(clearing);
  selection.fee_codes = {daybook::Code{fee_code}};
  return selection;
}

std::map<std::uint64_t, Transfer> JournalWorld::transfers() {
  std::map<std::uint64_t, Transfer> all;
  finish();
  auto facts = JournalFacts::open(selection());
  EXPECT_TRUE(facts.ok());
  const auto use = [&](const EntryFacts& entry, const PlacedRun& placed) {
    if (placed.run.kind != FactKind::transfer) return;
    for (std::uint32_t i = 0; i < placed.run.count; ++i) {
      all[placed.first_sequence.value() + i] = entry.transfers[placed.run.first + i];
    }
  };
  while (true) {
    const Result<bool> more = facts.value().next(use);
    EXPECT_TRUE(more.ok()) << more.error().what;
    if (!more || !more.value()) return all;
  }
}

std::uint64_t JournalWorld::sequence_of(TransferId id) {
  for (const auto& [sequence, transfer] : transfers()) {
    if (transfer.id == id) return sequence;
  }
  ADD_FAILURE() << "no transfer " << format_id(id.value());
  return 0;
}

std::unique_ptr<JournalWorld::OpenJournal> JournalWorld::open(const JournalSelection& selection) {
  finish();
  auto opened = std::make_unique<OpenJournal>();
  auto scan = scan_journal(selection, 0);
  EXPECT_TRUE(scan.ok()) << scan.error().what;
  opened->scan = std::move(scan).value();
  opened->mapping = SourceMapping::standard();
  opened->mapping.scales = {{opened->scan.currency, opened->scan.scale}};
  auto source = JournalSource::open(opened->scan, opened->mapping, Side::a, scratch_.path());
  EXPECT_TRUE(source.ok()) << source.error().what;
  opened->source = std::move(source).value();
  return opened;
}

Outcome JournalWorld::compare(const JournalSelection& selection, const std::vector<Record>& b,
                              const ComparisonSettings& settings) {
  const auto a = open(selection);
  Given given{b};
  return compared(*a->source, given, settings);
}

Record JournalWorld::of_b(const Uint128& business, i128 amount, i128 fee, RecordStatus status,
                          RecordType type) {
  Record record;
  record.key = key_of_reference(format_id(business));
  record.set_amount(amount);
  record.set_fee(fee);
  record.time_ns = 1'000'000'000;
  record.currency = currency();
  record.set_place(Side::b, type, status, 17);
  return record;
}

}  // namespace daybook::recon::test
