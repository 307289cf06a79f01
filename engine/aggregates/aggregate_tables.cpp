#include "engine/aggregates/aggregate_tables.hpp"

#include "engine/digest/state_digest.hpp"

namespace daybook {
namespace {

// Kinds of canonical bytes in the digest. Part of the journal format.
constexpr std::uint64_t order_kind = 0x6f726472;           // "ordr"
constexpr std::uint64_t payment_kind = 0x706d6e74;         // "pmnt"
constexpr std::uint64_t claim_kind = 0x636c616d;           // "clam"
constexpr std::uint64_t reconciliation_kind = 0x7265636e;  // "recn"
constexpr std::uint64_t limit_kind = 0x616c696d;           // "alim"
constexpr std::uint64_t period_kind = 0x70657264;          // "perd"
constexpr std::uint64_t run_kind = 0x7272756e;             // "rrun"
constexpr std::uint64_t difference_kind = 0x64696666;      // "diff"

std::uint64_t kind_of(const Order&) { return order_kind; }
std::uint64_t kind_of(const Payment&) { return payment_kind; }
std::uint64_t kind_of(const Claim&) { return claim_kind; }
std::uint64_t kind_of(const ReconciliationRow&) { return reconciliation_kind; }
std::uint64_t kind_of(const ApprovalLimit&) { return limit_kind; }
std::uint64_t kind_of(const Period&) { return period_kind; }
std::uint64_t kind_of(const ReconciliationRun&) { return run_kind; }
std::uint64_t kind_of(const DifferenceRow&) { return difference_kind; }

template <typename Row>
std::uint64_t digest_of(const Row& row) {
  return StateDigest::of_bytes(kind_of(row), std::as_bytes(std::span{&row, 1}));
}

template <typename Row>
std::uint64_t sum_of(const RowTable<Row>& table) {
  std::uint64_t sum = 0;
  for (const Row& row : table.all()) sum += digest_of(row);
  return sum;
}

}  // namespace

template <typename Row>
void AggregateTables::put_in(RowTable<Row>& table, const Row& row) {
  const bool is_new = table.find(row.key()) == nullptr;
  Row& place = table.place_of(row);
  if (!is_new) digest_ -= digest_of(place);
  place = row;
  digest_ += digest_of(place);
}

void AggregateTables::put(const Order& order) { put_in(orders_, order); }
void AggregateTables::put(const Payment& payment) { put_in(payments_, payment); }
void AggregateTables::put(const Claim& claim) {
  put_in(claim.kind == ClaimKind::refund ? refunds_ : disputes_, claim);
}
void AggregateTables::put(const ReconciliationRow& reconciliation) {
  put_in(reconciliations_, reconciliation);
}
void AggregateTables::put(const ApprovalLimit& limit) { put_in(limits_, limit); }
void AggregateTables::put(const Period& period) { put_in(periods_, period); }
void AggregateTables::put(const ReconciliationRun& run) { put_in(runs_, run); }
void AggregateTables::put(const DifferenceRow& difference) { put_in(differences_, difference); }

void AggregateTables::prepare(std::uint64_t count) {
  orders_.prepare(std::min(count, orders_.room()));
  payments_.prepare(std::min(count, payments_.room()));
  refunds_.prepare(std::min(count, refunds_.room()));
  disputes_.prepare(std::min(count, disputes_.room()));
  reconciliations_.prepare(std::min(count, reconciliations_.room()));
  limits_.prepare(std::min(count, limits_.room()));
  periods_.prepare(std::min(count, periods_.room()));
  runs_.prepare(std::min(count, runs_.room()));
  differences_.prepare(std::min(count, differences_.room()));
}

std::uint64_t AggregateTables::digest_of_rows() const {
  return sum_of(orders_) + sum_of(payments_) + sum_of(refunds_) + sum_of(disputes_) +
         sum_of(reconciliations_) + sum_of(limits_) + sum_of(periods_) + sum_of(runs_) +
         sum_of(differences_);
}

}  // namespace daybook
