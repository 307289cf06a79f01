#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/simulation/surroundings.hpp"

namespace daybook::test {

/// Makes up requests of transfers of all kinds.
class TransferWriter {
 public:
  /// `around` outlives the writer.
  explicit TransferWriter(Surroundings& around) : around_{around}, random_{around.random} {}

  void fill(WriteRequest& request, bool imports);

  /// Posts or voids holds that fall due at `deadline`: a few of them at most.
  void fill_with_resolutions(WriteRequest& request, std::uint64_t deadline);

 private:
  void choose_authority(WriteRequest& request);
  void import(std::vector<Transfer>& transfers);
  Transfer some_event(const WriteRequest& request);

  Transfer plain_transfer();
  Transfer pending_transfer();
  Amount some_amount(const Transfer& transfer);
  Amount edge_amount(const NaiveAccount& debit, const NaiveAccount& credit);

  Transfer resolution(const WriteRequest& request);
  Transfer resolution_of(const Transfer& pending, Amount held);
  Transfer reversal(const WriteRequest& request);
  Transfer some_hold(const WriteRequest& request);
  [[nodiscard]] std::optional<TransferId> find_open_hold(TransferId id, const Uint128& owner);
  Transfer some_target(const WriteRequest& request);
  void name_fields(Transfer& transfer, const Transfer& named);

  Transfer repeated_transfer();
  Amount repeated_amount(const Transfer& original);
  void change_something(Transfer& transfer);
  void spoil(Transfer& transfer);
  void spoil_flags_or_ids(Transfer& transfer);

  Surroundings& around_;
  Random& random_;
  std::vector<Transfer> asked_;
};

}  // namespace daybook::test
