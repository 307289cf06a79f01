#include "engine/query/candidates.hpp"

#include <algorithm>
#include <utility>

namespace daybook {
namespace {

struct FieldValue {
  IndexField field;
  Uint128 number;
};

}  // namespace

Candidates::Candidates(const QueryFilter& filter, Stretch range)
    : Candidates{(filter.flags & query_flag::newest_first) != 0 ? IndexOrder::descending
                                                                : IndexOrder::ascending,
                 range} {}

void Candidates::add_source(const IndexView& view, std::uint64_t key, std::uint64_t facts_a_value) {
  facts_a_value_ = facts_a_value;
  IndexedValues values{view, key, range_.first / facts_a_value, range_.last / facts_a_value,
                       order_};
  count_ += values.count() * facts_a_value;
  std::optional<std::uint64_t> head = values.next();
  sources_.push_back({std::move(values), head});
}

// Keeps what leaves less to look at.
void Candidates::offer(std::optional<Candidates>& best) && {
  if (!best || count_ < best->count_) best.emplace(std::move(*this));
}

Candidates Candidates::of_transfers(const FactIndex& index, const QueryFilter& filter,
                                    std::uint64_t first, std::uint64_t last) {
  const Stretch range{first, last};
  std::optional<Candidates> best;
  if (!filter.account_id.value().is_zero()) {
    const IndexView history = index.history();
    Candidates sides{filter, range};
    const auto add_side = [&](std::uint16_t flag, IndexField field) {
      if ((filter.flags & flag) == 0) return;
      sides.add_source(history, index_key(field, filter.account_id.value()), 1);
    };
    add_side(query_flag::debits, IndexField::debit_account);
    add_side(query_flag::credits, IndexField::credit_account);
    std::move(sides).offer(best);
  }
  const IndexView fields = index.transfers();
  for (const FieldValue& value :
       {FieldValue{IndexField::business_id, filter.business_id.value()},
        FieldValue{IndexField::trace_id, filter.trace_id.value()},
        FieldValue{IndexField::user_id, Uint128{filter.user_id.value(), 0}},
        FieldValue{IndexField::tag, Uint128{filter.tag.value(), 0}},
        FieldValue{IndexField::ledger, Uint128{filter.ledger.value(), 0}},
        FieldValue{IndexField::code, Uint128{filter.code.value(), 0}}}) {
    if (value.number.is_zero()) continue;
    Candidates one{filter, range};
    one.add_source(fields, index_key(value.field, value.number), FactIndex::stretch_facts);
    std::move(one).offer(best);
  }
  return best ? std::move(*best) : Candidates{filter, range};
}

Candidates Candidates::of_accounts(const FactIndex& index, const QueryFilter& filter,
                                   std::uint64_t first, std::uint64_t last) {
  const Stretch range{first, last};
  std::optional<Candidates> best;
  const IndexView fields = index.accounts();
  for (const FieldValue& value :
       {FieldValue{IndexField::business_id, filter.business_id.value()},
        FieldValue{IndexField::user_id, Uint128{filter.user_id.value(), 0}},
        FieldValue{IndexField::tag, Uint128{filter.tag.value(), 0}},
        FieldValue{IndexField::ledger, Uint128{filter.ledger.value(), 0}},
        FieldValue{IndexField::code, Uint128{filter.code.value(), 0}}}) {
    if (value.number.is_zero()) continue;
    Candidates one{filter, range};
    one.add_source(fields, index_key(value.field, value.number), 1);
    std::move(one).offer(best);
  }
  return best ? std::move(*best) : Candidates{filter, range};
}

Candidates Candidates::of_balances(const FactIndex& index, AccountId account, std::uint64_t first,
                                   std::uint64_t last) {
  const IndexView history = index.history();
  Candidates all{QueryFilter{}, Stretch{first, last}};
  for (const IndexField field :
       {IndexField::debit_account, IndexField::credit_account, IndexField::released_account}) {
    all.add_source(history, index_key(field, account.value()), 1);
  }
  return all;
}

Candidates Candidates::of_operations(const FactIndex& facts, const OperationIndex& operations,
                                     const OperationFilter& filter, std::uint64_t first,
                                     std::uint64_t last) {
  const bool newest_first = (filter.flags & operation_flag::newest_first) != 0;
  const IndexOrder order = newest_first ? IndexOrder::descending : IndexOrder::ascending;
  const Stretch range{first, last};
  const IndexView of_records = operations.operations();
  const IndexView of_transfers = facts.transfers();
  std::optional<Candidates> best;
  const auto consider = [&](IndexField field, const Uint128& number, bool in_records,
                            bool in_transfers) {
    Candidates one{order, range};
    const std::uint64_t key = index_key(field, number);
    if (in_records) one.add_source(of_records, key, FactIndex::stretch_facts);
    if (in_transfers) one.add_source(of_transfers, key, FactIndex::stretch_facts);
    std::move(one).offer(best);
  };
  for (const FieldValue& value :
       {FieldValue{IndexField::business_id, filter.business_id.value()},
        FieldValue{IndexField::trace_id, filter.trace_id.value()},
        FieldValue{IndexField::user_id, Uint128{filter.user_id.value(), 0}}}) {
    if (!value.number.is_zero()) consider(value.field, value.number, true, true);
  }
  if (filter.follows != TransferId{}) {
    consider(IndexField::followed, filter.follows.value(), false, true);
  }
  for (const FieldValue& value :
       {FieldValue{IndexField::client, filter.client.value()},
        FieldValue{IndexField::request_kind,
                   Uint128{static_cast<std::uint64_t>(filter.kind), 0}}}) {
    if (!value.number.is_zero()) consider(value.field, value.number, true, false);
  }
  if (filter.status != RequestStatus::ok) {
    consider(IndexField::request_status, Uint128{static_cast<std::uint64_t>(filter.status), 0},
             true, false);
  }
  if ((filter.flags & operation_flag::has_refusals) != 0) {
    consider(IndexField::refusals, Uint128{1, 0}, true, false);
  }
  return best ? std::move(*best) : Candidates{order, range};
}

Candidates Candidates::of_followers(const FactIndex& index, TransferId followed,
                                    std::uint64_t first, std::uint64_t last) {
  Candidates all{IndexOrder::ascending, Stretch{first, last}};
  all.add_source(index.transfers(), index_key(IndexField::followed, followed.value()),
                 FactIndex::stretch_facts);
  return all;
}

std::optional<Stretch> Candidates::next() {
  if (range_.first > range_.last) return std::nullopt;
  if (sources_.empty()) {
    if (std::exchange(everything_is_taken_, true)) return std::nullopt;
    return range_;
  }
  Source* chosen = nullptr;
  for (Source& source : sources_) {
    if (!source.head) continue;
    const bool sooner =
        chosen == nullptr || (order_ == IndexOrder::ascending ? *source.head < *chosen->head
                                                              : *source.head > *chosen->head);
    if (sooner) chosen = &source;
  }
  if (chosen == nullptr) return std::nullopt;
  const std::uint64_t value = *chosen->head;
  // Two keys may share a tag, so one value may come from both sides.
  for (Source& source : sources_) {
    while (source.head == value) source.head = source.values.next();
  }
  return Stretch{std::max(range_.first, value * facts_a_value_),
                 std::min(range_.last, value * facts_a_value_ + facts_a_value_ - 1)};
}

}  // namespace daybook
