#pragma once

#include "tests/simulation/surroundings.hpp"

namespace daybook::test {

/// Makes up checkpoints of consumers: few names, so that they move, go back and are removed.
class CheckpointWriter {
 public:
  /// `around` outlives the writer.
  explicit CheckpointWriter(Surroundings& around) : around_{around}, random_{around.random} {}

  void fill(WriteRequest& request);

 private:
  EventCheckpoint some_checkpoint();
  void spoil(EventCheckpoint& checkpoint);

  Surroundings& around_;
  Random& random_;
};

}  // namespace daybook::test
