#include <algorithm>

#include "tests/support/naive_ledger.hpp"

namespace daybook::test {
namespace {

constexpr std::uint16_t linked_event_failed = 1;
constexpr auto event_exists = static_cast<std::uint16_t>(AppendEventStatus::exists);

}  // namespace

/// One decision a transfer, then one a domain event: all are done, or none is.
std::vector<NaiveLedger::Decision> NaiveLedger::run_bundle(const WriteRequest& request,
                                                           std::uint64_t batch_time,
                                                           const BurnId& burn) {
  const std::size_t count = request.transfers.size();
  std::vector<Decision> decisions;
  for (std::size_t i = 0; i < request.event_count(); ++i) {
    decisions.push_back(
        {linked_event_failed, Timestamp{slot_of(request, batch_time, i).timestamp}});
  }
  if (const auto known = known_bundle(request, batch_time)) return *known;
  const Before before = before_chain(request);
  for (std::size_t i = 0; i < count; ++i) {
    const Decision decision = create(request.transfers[i], slot_of(request, batch_time, i));
    if (decision.status == 0) continue;
    put_back(before);
    burn(request.transfers[i], decision.status);
    decisions[i] = decision;
    return decisions;
  }
  const std::vector<Decision> appended = append(request, batch_time);
  const bool failed = std::any_of(appended.begin(), appended.end(),
                                  [](const Decision& each) { return each.status != 0; });
  if (failed) put_back(before);
  for (std::size_t k = 0; k < appended.size(); ++k) {
    // Of events that all exist beside transfers that do not, the first one says so.
    const bool says = appended[k].status != event_exists || k == 0;
    if (says) decisions[count + k] = appended[k];
  }
  if (failed) return decisions;
  for (std::size_t i = 0; i < count; ++i) decisions[i].status = 0;
  return decisions;
}

/// Where all of it was done before: that each exists.
std::optional<std::vector<NaiveLedger::Decision>> NaiveLedger::known_bundle(
    const WriteRequest& request, std::uint64_t batch_time) const {
  if (request.events.empty()) return std::nullopt;
  std::vector<Decision> decisions;
  for (std::size_t i = 0; i < request.transfers.size(); ++i) {
    const Transfer& transfer = request.transfers[i];
    const Verdict verdict = judge(transfer, slot_of(request, batch_time, i));
    if (verdict.status != CreateTransferStatus::exists) return std::nullopt;
    decisions.push_back({static_cast<std::uint16_t>(verdict.status),
                         transfers_.at(transfer.id).transfer.timestamp});
  }
  for (const AskedEvent& asked : request.events) {
    const auto known = events_.find(asked.event.id);
    if (judge_alone(asked, request.kind) != AppendEventStatus::created || known == events_.end() ||
        compare(asked, known->second.asked) != AppendEventStatus::exists) {
      return std::nullopt;
    }
    const auto times =
        std::count_if(request.events.begin(), request.events.end(),
                      [&](const AskedEvent& other) { return other.event.id == asked.event.id; });
    if (times > 1) return std::nullopt;
    decisions.push_back({event_exists, known->second.asked.event.timestamp});
  }
  return decisions;
}

}  // namespace daybook::test
