#include "engine/query/candidates.hpp"

#include <utility>

namespace daybook {
namespace {

SetOrder order_of(const QueryFilter& filter) {
  return (filter.flags & query_flag::newest_first) != 0 ? SetOrder::descending
                                                        : SetOrder::ascending;
}

}  // namespace

void Candidates::add_source(const IndexView& view, std::uint64_t key, std::uint64_t first,
                            std::uint64_t last) {
  IndexedValues values{view, key, first, last, order_};
  estimate_ += values.estimate();
  sources_.push_back({std::move(values), std::nullopt});
}

// Keeps the rarer of the two.
void Candidates::offer(std::optional<Candidates>& best) && {
  if (!best || estimate_ < best->estimate_) best.emplace(std::move(*this));
}

std::optional<Candidates> Candidates::of_transfers(const FactIndex& index,
                                                   const QueryFilter& filter, std::uint64_t first,
                                                   std::uint64_t last) {
  std::optional<Candidates> best;
  if (!filter.account_id.value().is_zero()) {
    const IndexView history = index.history();
    Candidates sides{order_of(filter)};
    const auto add_side = [&](std::uint16_t flag, IndexField field) {
      if ((filter.flags & flag) == 0) return;
      sides.add_source(history, index_key(field, filter.account_id.value()), first, last);
    };
    add_side(query_flag::debits, IndexField::debit_account);
    add_side(query_flag::credits, IndexField::credit_account);
    std::move(sides).offer(best);
  }
  const IndexView fields = index.transfers();
  const auto offer_field = [&](IndexField field, const Uint128& number) {
    if (number.is_zero()) return;
    Candidates one{order_of(filter)};
    one.add_source(fields, index_key(field, number), first, last);
    std::move(one).offer(best);
  };
  offer_field(IndexField::business_id, filter.business_id.value());
  offer_field(IndexField::trace_id, filter.trace_id.value());
  offer_field(IndexField::user_id, Uint128{filter.user_id.value(), 0});
  offer_field(IndexField::tag, Uint128{filter.tag.value(), 0});
  offer_field(IndexField::ledger, Uint128{filter.ledger.value(), 0});
  offer_field(IndexField::code, Uint128{filter.code.value(), 0});
  return best;
}

std::optional<Candidates> Candidates::of_accounts(const FactIndex& index, const QueryFilter& filter,
                                                  std::uint64_t first, std::uint64_t last) {
  std::optional<Candidates> best;
  const IndexView fields = index.accounts();
  const auto offer_field = [&](IndexField field, const Uint128& number) {
    if (number.is_zero()) return;
    Candidates one{order_of(filter)};
    one.add_source(fields, index_key(field, number), first, last);
    std::move(one).offer(best);
  };
  offer_field(IndexField::business_id, filter.business_id.value());
  offer_field(IndexField::user_id, Uint128{filter.user_id.value(), 0});
  offer_field(IndexField::tag, Uint128{filter.tag.value(), 0});
  offer_field(IndexField::ledger, Uint128{filter.ledger.value(), 0});
  offer_field(IndexField::code, Uint128{filter.code.value(), 0});
  return best;
}

Result<void> Candidates::refill(Source& source) {
  auto value = source.values.next();
  if (!value) return value.error();
  source.head = value.value();
  return {};
}

Result<std::optional<std::uint64_t>> Candidates::next() {
  if (!std::exchange(opened_, true)) {
    for (Source& source : sources_) {
      if (auto filled = refill(source); !filled) return filled.error();
    }
  }
  Source* chosen = nullptr;
  for (Source& source : sources_) {
    if (!source.head) continue;
    const bool sooner =
        chosen == nullptr || (order_ == SetOrder::ascending ? *source.head < *chosen->head
                                                            : *source.head > *chosen->head);
    if (sooner) chosen = &source;
  }
  if (chosen == nullptr) return std::optional<std::uint64_t>{};
  const std::optional<std::uint64_t> value = chosen->head;
  if (auto filled = refill(*chosen); !filled) return filled.error();
  return value;
}

}  // namespace daybook
