#pragma once

#include <vector>

#include "tests/simulation/command_writer.hpp"
#include "tests/simulation/surroundings.hpp"

namespace daybook::test {

/// Makes up domain events: of few streams, mostly good, with repeats and differences.
class EventWriter {
 public:
  /// `around` outlives the writer.
  explicit EventWriter(Surroundings& around)
      : around_{around}, random_{around.random}, commands_{around} {}

  void fill(WriteRequest& request);
  /// Makes a request of transfers a bundle.
  void add_events(WriteRequest& request);
  /// At the beginning of an episode.
  void forget();

 private:
  AskedEvent some_event();
  /// What was asked for before, whole or in part.
  void ask_again(WriteRequest& request);
  void change(AskedEvent& asked);
  void spoil(AskedEvent& asked);

  Surroundings& around_;
  Random& random_;
  CommandWriter commands_;
  std::uint64_t last_event_ = 0;
  std::vector<std::vector<AskedEvent>> asked_;
  std::vector<WriteRequest> bundles_;
  std::vector<WriteRequest> commanded_;
};

}  // namespace daybook::test
