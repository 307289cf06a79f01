#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/ledger/fact_reader.hpp"
#include "engine/model/name.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Decides on the names that come with a request of something else: all of them are good, or the
/// request is refused.
///
/// Threads.  One.
/// Cost.     No allocation after construction.
/// Limits.   limits::request_names_max names.
class RequestNames {
 public:
  RequestNames();

  struct Verdict {
    RequestStatus status = RequestStatus::ok;
    std::string_view words;  ///< Static; empty where the status says it all.
  };

  /// What the request is to be refused with, if anything: too_large, malformed, name_conflict (with
  /// what is kept, or among themselves), too_many_names.
  [[nodiscard]] Verdict decide(const State& state, FactReader& facts, std::span<const Name> names);

  /// Of those decided last: the indexes of the names that are news, in order.
  [[nodiscard]] std::span<const std::uint32_t> fresh() const { return fresh_; }

 private:
  [[nodiscard]] const Name* find_or_add(std::uint64_t tag, std::span<const Name> names,
                                        std::uint32_t index);

  /// A hash table of the request's own names by id; a slot of an older round is free.
  struct Slot {
    std::uint32_t round = 0;
    std::uint32_t index = 0;
  };

  std::vector<Slot> slots_;
  std::uint32_t round_ = 0;
  std::vector<std::uint32_t> fresh_;
};

}  // namespace daybook
