#include "net/client/in_flight.hpp"

#include <algorithm>
#include <bit>

#include "engine/base/assert.hpp"

namespace daybook {

InFlight::InFlight(std::uint32_t requests_max)
    : places_(std::bit_ceil(std::size_t{requests_max} * 2)), requests_max_{requests_max} {}

void InFlight::raise_last_number(std::uint64_t number) {
  last_number_ = std::max(last_number_, number);
}

std::uint64_t InFlight::next_number() {
  ENSURE(count_ < requests_max_, "a request waits until there is a place in flight");
  do {
    ++last_number_;
  } while (place(last_number_).number != 0);
  return last_number_;
}

SentRequest& InFlight::add(SentRequest request) {
  ENSURE(request.number == last_number_, "a request bears the number it was given");
  ++count_;
  bytes_ += request.buffer.size;
  SentRequest& kept = place(request.number);
  kept = std::move(request);
  return kept;
}

SentRequest* InFlight::find(std::uint64_t number) {
  SentRequest& found = place(number);
  return number != 0 && found.number == number ? &found : nullptr;
}

SentRequest InFlight::take(std::uint64_t number) {
  SentRequest& found = place(number);
  ENSURE(number != 0 && found.number == number, "only what is in flight is taken out");
  --count_;
  bytes_ -= found.buffer.size;
  SentRequest taken = std::move(found);
  found.number = 0;
  return taken;
}

std::vector<SentRequest> InFlight::take_all() {
  std::vector<SentRequest> all;
  all.reserve(count_);
  for (SentRequest& request : places_) {
    if (request.number != 0) all.push_back(take(request.number));
  }
  std::sort(all.begin(), all.end(),
            [](const SentRequest& a, const SentRequest& b) { return a.number < b.number; });
  return all;
}

}  // namespace daybook
