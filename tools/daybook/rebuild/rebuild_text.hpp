#pragma once

#include <cstdint>
#include <string>

#include "engine/model/rebuild.hpp"
#include "engine/rebuild/rebuild.hpp"

/// What a rebuild found, as people and scripts read it.

namespace daybook {

/// One field that differs, wherever it was found.
struct ShownDifference {
  AggregateKind kind{};
  Uint128 id;
  Uint128 type;
  std::string field;
  std::string expected;
  std::string found;
  std::uint64_t first_sequence = 0;
  std::uint64_t as_of = 0;
  std::string place;  ///< Whose value it is: "the snapshot at sequence 12".
};

[[nodiscard]] ShownDifference shown(const RebuildDifference& difference);
[[nodiscard]] ShownDifference shown(const Mismatch& mismatch, Sequence as_of, std::string place);

/// A line of text, without a newline.
[[nodiscard]] std::string difference_text(const ShownDifference& difference);
[[nodiscard]] std::string difference_json(const ShownDifference& difference);

/// What to compare, as it stands on a command line.
struct RebuildTexts {
  std::string account;
  std::string hold;
  std::vector<std::string> stream;  ///< Type and id.
  std::string ledger;
  std::vector<std::string> name;  ///< Kind and id.
  std::string order;
  std::string payment;
  std::string reconciliation;  ///< Its name.
  std::string run;
  std::string difference;
  std::string from;
  std::string until;
};

[[nodiscard]] Result<RebuildSelection> selection_from(const RebuildTexts& texts);

}  // namespace daybook
