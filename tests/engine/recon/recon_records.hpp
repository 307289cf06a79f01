#pragma once

#include <string_view>
#include <vector>

#include "engine/recon/group_rules.hpp"

namespace daybook::recon::test {

/// 10.00 EUR, ok, a charge, on 2 January 2026.
inline Record record(Side side, std::string_view reference = "r1", i128 amount = 1'000,
                     std::uint64_t offset = 0) {
  Record made;
  made.key = key_of_reference(reference);
  made.set_amount(amount);
  made.time_ns = 1'767'312'000'000'000'000;
  made.currency = currency_of_text("EUR");
  made.set_place(side, RecordType::charge, RecordStatus::ok, offset);
  return made;
}

/// Keeps everything.
class Outcomes final : public OutcomeSink {
 public:
  void matched(const Record& a, const Record& b) override { pairs.emplace_back(a, b); }
  void settled(const Record& a) override { undone.push_back(a); }
  Result<void> difference(const Difference& difference) override {
    differences.push_back(difference);
    return {};
  }
  Result<void> leftover(const Record& record) override {
    leftovers.push_back(record);
    return {};
  }

  std::vector<std::pair<Record, Record>> pairs;
  std::vector<Record> undone;
  std::vector<Difference> differences;
  std::vector<Record> leftovers;
};

}  // namespace daybook::recon::test
