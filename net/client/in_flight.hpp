#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/client/request.hpp"

namespace daybook {

/// The requests on the wire, found by number in one step.
///
/// A ring of twice as many places as requests: a number's place is its low bits. Where that place
/// is still taken by a request that waits long for its answer, the number is left out, which the
/// protocol allows.
///
/// Threads.  One at a time.
/// Limits.   As many requests as given at construction.
class InFlight {
 public:
  explicit InFlight(std::uint32_t requests_max);

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t last_number() const { return last_number_; }

  /// From here on numbers are above `number`.
  void raise_last_number(std::uint64_t number);

  /// A number for the next request; the one added next must bear it. Requires: count() is below
  /// the maximum.
  [[nodiscard]] std::uint64_t next_number();

  /// Requires: `request.number` came from the last next_number().
  SentRequest& add(SentRequest request);

  /// Null when no request with this number is on the wire. Valid until the next add().
  [[nodiscard]] SentRequest* find(std::uint64_t number);

  /// Takes it out. Requires: find(number) is not null.
  [[nodiscard]] SentRequest take(std::uint64_t number);

  /// Takes all of them out, by growing number.
  [[nodiscard]] std::vector<SentRequest> take_all();

  /// Calls `visit(SentRequest&)` for each, in no order.
  template <typename Visit>
  void for_each(Visit visit) {
    for (SentRequest& request : places_) {
      if (request.number != 0) visit(request);
    }
  }

 private:
  [[nodiscard]] SentRequest& place(std::uint64_t number) {
    return places_[number & (places_.size() - 1)];
  }

  std::vector<SentRequest> places_;  ///< Number 0: free.
  std::size_t requests_max_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t last_number_ = 0;
};

}  // namespace daybook
