#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/name.hpp"
#include "net/client/answers.hpp"
#include "tools/daybook/text/batch_cutter.hpp"

/// Importing a file: batches in order, several of them under way, and an account of every line.

namespace daybook {

/// Where batches go: an engine, or a test.
template <typename Event>
class BatchSink {
 public:
  virtual ~BatchSink() = default;

  /// Sends a batch and the names that go with it; `answered` is called once, inside wait_until().
  virtual void submit(std::span<const Event> events, std::span<const Name> names,
                      BatchCallback answered) = 0;

  /// Returns when `done` is true. Requires: a batch is under way.
  virtual Result<void> wait_until(const std::function<bool()>& done) = 0;

  /// Those of the ids that exist, in any order.
  virtual Result<std::vector<Event>> lookup(std::span<const Uint128> ids) = 0;
};

/// Refused lines of one status.
struct RefusedLines {
  static constexpr std::size_t listed_max = 5;

  std::uint16_t status = 0;
  std::uint64_t count = 0;
  std::vector<std::uint64_t> first_lines;  ///< At most listed_max.
};

/// What came of an import.
struct ImportSummary {
  std::uint64_t created = 0;
  std::uint64_t existed = 0;  ///< Was there before, the same: good.
  std::uint64_t refused = 0;
  std::map<std::string, RefusedLines> refusals;  ///< By the name of the status.
  /// Every line up to this one was answered: created, existed or refused.
  std::uint64_t answered_to_line = 0;
  /// Why the file was not read or posted to its end. Lines after answered_to_line may or may not
  /// have been posted where `in_doubt`; else they were not.
  std::optional<Failure> stopped;
  bool in_doubt = false;

  [[nodiscard]] std::uint64_t events() const { return created + existed + refused; }
};

template <typename Event>
struct ImportPlan {
  std::size_t batch_events = limits::batch_events_max;
  std::size_t in_flight = 4;
  /// Called with each refused event, in the order of the lines. May be empty.
  std::function<void(const NumberedEvent<Event>& event, std::string_view status)> refused;
  /// Called after each batch with the summary so far. May be empty.
  std::function<void(const ImportSummary& summary)> progress;
};

/// Sends everything that `source` gives. An event that exists already, the same, is good, so an
/// import may be run again; a chain of which every event exists is good too, which takes a lookup,
/// because the engine breaks a chain at its first event that exists. A batch that is answered
/// `busy` is sent again, once everything before it is answered.
///
/// Errors. The summary's `stopped`: a bad line (nothing of its batch is sent), no answer, or a
///         request that was refused as a whole.
/// Limits. plan.in_flight batches in memory.
template <typename Event>
[[nodiscard]] ImportSummary import_events(typename BatchCutter<Event>::Source source,
                                          BatchSink<Event>& sink, const ImportPlan<Event>& plan);

/// Is `stored` what `asked` asks for, as the engine compares a repeated create?
[[nodiscard]] bool same_request(const Account& asked, const Account& stored);
[[nodiscard]] bool same_request(const Transfer& asked, const Transfer& stored);

}  // namespace daybook
