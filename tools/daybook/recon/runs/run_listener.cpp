#include "tools/daybook/recon/runs/run_listener.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/durations.hpp"
#include "tools/daybook/recon/definition/correction.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {

std::unique_ptr<SideSource> RunListener::wrap(std::unique_ptr<SideSource> opened, Side side) {
  if (side == Side::a || carried_.statement.empty()) return opened;
  return std::make_unique<CarriedSource>(std::move(opened), carried_.statement);
}

void RunListener::begin(std::array<SideSource*, 2> sides, const std::array<std::int64_t, 2>&) {
  sides_ = sides;
}

// What waits for longer than the definition says, or is dated so far ahead, is somebody's business.
bool RunListener::is_expired(const Record& record) const {
  const std::int64_t most = static_cast<std::int64_t>(definition_.expire_days) * day_ns;
  return record.has_time() &&
         (record.time_ns < begins_ns_ - most || record.time_ns > begins_ns_ + most + day_ns);
}

Result<void> RunListener::carry_on(const Difference& difference, Code code) {
  if (code == Code::a_pending) {
    if (difference.a.has_effect()) {
      carry_.ledger.push_back({difference.a.offset(), difference.a.key});
    }
  } else {
    CarriedRecord item{.record = difference.b, .reference = {}, .party = {}};
    Result<std::string> reference = reference_text(*sides_[1], difference.b);
    if (!reference) return reference.error();
    item.reference = std::move(reference).value();
    if (difference.b.party != 0) {
      Result<std::string> party = sides_[1]->text_at(difference.b.offset(), Field::party);
      if (!party) return party.error();
      item.party = std::move(party).value();
    }
    carry_.statement.push_back(std::move(item));
  }
  if (std::max(carry_.ledger.size(), carry_.statement.size()) <= limits::carried_items_max) {
    return {};
  }
  return Failure{
      FailureKind::no_space,
      fmt::format("more than {} records would be carried on: is this the right statement?",
                  limits::carried_items_max)};
}

std::string RunListener::keep(const Uint128& id) {
  const DifferenceRow* const row = book_.rows().find_difference(id);
  const bool is_closed = row != nullptr && (row->state == DifferenceState::accepted ||
                                            row->state == DifferenceState::force_closed);
  if (!is_closed) ++open_;
  return format_id(id);
}

Result<std::string> RunListener::difference(const Difference& difference) {
  const Code code = primary_of(difference.codes);
  if (!is_difference(code)) return std::string{};
  // A hold that is open is there again tomorrow, by itself.
  if (!difference.has_b && difference.a.status() == RecordStatus::open) return std::string{};
  const bool is_pending = code == Code::a_pending || code == Code::b_pending;
  if (is_pending && !is_expired(difference.has_a ? difference.a : difference.b)) {
    if (auto carried = carry_on(difference, code); !carried) return carried.error();
    return std::string{};
  }
  const Uint128 first = difference_id(definition_.name, difference);
  const std::uint32_t copy = copies_[first]++;
  const Uint128 id = copy == 0 ? first : difference_id(definition_.name, difference, copy);
  if (is_posting(definition_.action_for(code))) {
    if (found_.size() == limits::proposals_max) {
      return Failure{FailureKind::no_space,
                     fmt::format("more than {} corrections would be proposed: is this the right "
                                 "statement?",
                                 limits::proposals_max)};
    }
    const bool has_a = difference.has_a;
    Result<std::string> reference =
        reference_text(*sides_[has_a ? 0 : 1], has_a ? difference.a : difference.b);
    if (!reference) return reference.error();
    found_.push_back({id, difference, std::move(reference).value()});
  }
  return keep(id);
}

Result<std::string> RunListener::invalid_line(Side side, const InvalidLine& line) {
  const Result<std::string> raw =
      sides_[static_cast<std::size_t>(side)]->raw_line(line.offset, line.size_bytes);
  if (!raw) return raw.error();
  const std::string what =
      fmt::format("{}|invalid line of {}|{}", definition_.name, to_string(side), raw.value());
  const std::uint32_t copy = copies_[id_of(what)]++;
  return keep(copy == 0 ? id_of(what) : id_of(fmt::format("{}|{}", what, copy)));
}

CarryOut RunListener::take_carry() {
  std::sort(carry_.ledger.begin(), carry_.ledger.end());
  return std::move(carry_);
}

}  // namespace daybook::recon
