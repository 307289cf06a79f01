#include "tools/daybook/text/batch_cutter.hpp"

#include <iterator>

#include <fmt/format.h>

#include "engine/base/assert.hpp"

namespace daybook {

static_assert(account_flag::linked == transfer_flag::linked, "one test for both kinds of event");

namespace {

bool is_imported(const Account& account) { return (account.flags & account_flag::imported) != 0; }
bool is_imported(const Transfer& transfer) {
  return (transfer.flags & transfer_flag::imported) != 0;
}

}  // namespace

template <typename Event>
BatchCutter<Event>::BatchCutter(Source source, std::size_t events_max)
    : source_{std::move(source)}, events_max_{events_max} {
  ENSURE(events_max > 0, "a batch holds at least one event");
}

template <typename Event>
Result<std::vector<NumberedEvent<Event>>> BatchCutter<Event>::next() {
  while (!at_end_ && has_room()) {
    Result<std::optional<Numbered>> read = source_();
    if (!read) return read.error();
    at_end_ = !read.value().has_value();
    if (at_end_) break;
    names_held_ += read.value()->names.size();
    held_.push_back(*std::move(read).value());
  }
  std::size_t size = alike_in_front();
  // At the end of the file an open chain is sent as it is: the engine has a status for that.
  if (!at_end_ && size == held_.size()) {
    while (size > 0 && (held_[size - 1].event.flags & account_flag::linked) != 0) --size;
    if (size == 0) {
      return Failure{FailureKind::invalid,
                     fmt::format("line {}: a chain of linked events begins here that is longer "
                                 "than a batch of {}; a chain is done as a whole or not at all, "
                                 "so make it shorter",
                                 held_.front().line, held_.size())};
    }
  }
  const auto cut = held_.begin() + static_cast<std::ptrdiff_t>(size);
  std::vector<Numbered> batch{std::make_move_iterator(held_.begin()), std::make_move_iterator(cut)};
  for (const Numbered& event : batch) names_held_ -= event.names.size();
  held_.erase(held_.begin(), cut);
  return batch;
}

template <typename Event>
bool BatchCutter<Event>::has_room() const {
  return held_.size() < events_max_ &&
         names_held_ + Numbered::names_max <= limits::request_names_max;
}

template <typename Event>
std::size_t BatchCutter<Event>::alike_in_front() const {
  std::size_t size = 0;
  while (size < held_.size() &&
         is_imported(held_[size].event) == is_imported(held_.front().event)) {
    ++size;
  }
  // A chain of both kinds stays whole, so that the engine refuses it whole.
  while (size > 0 && size < held_.size() &&
         (held_[size - 1].event.flags & account_flag::linked) != 0) {
    ++size;
  }
  return size;
}

template class BatchCutter<Account>;
template class BatchCutter<Transfer>;

}  // namespace daybook
