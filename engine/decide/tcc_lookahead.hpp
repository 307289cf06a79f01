#pragma once

#include <cstddef>
#include <span>

#include "engine/model/tcc.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Walks the commands of a request and asks for the memory of the transfers that each will make,
/// well ahead of it: of a try the lines of its id and its accounts, of a confirm or cancel those of
/// the holds that it settles. The transactions themselves are looked at before, when the request's
/// timestamps are counted.
///
/// Usage.  For each command in order, reach(). The state may change in between.
class TccLookahead {
 public:
  TccLookahead(const State& state, std::span<const TccCommand> commands)
      : state_{state}, commands_{commands} {
    ask_for_indexes(0);
  }

  /// Requires: called for 0, 1, 2 …
  void reach(std::size_t at) {
    if (at % group != 0) return;
    ask_for_indexes(at + group);
    ask_for_places(at);
  }

 private:
  /// Few enough for what two groups ask for to stay in the cache.
  static constexpr std::size_t group = 16;
  /// Of one transaction; the holds of wider ones are settled as they come.
  static constexpr std::size_t branches_ahead = 8;

  void ask_for_indexes(std::size_t begin);
  void ask_for_places(std::size_t begin);
  template <typename Use>
  void for_each_hold(const TccCommand& command, Use use) const;

  const State& state_;
  std::span<const TccCommand> commands_;
};

}  // namespace daybook
