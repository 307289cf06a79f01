#pragma once

#include "tests/simulation/surroundings.hpp"

namespace daybook::test {

/// Makes up names: an id's text follows from the id, mostly, so that few conflict.
class NameWriter {
 public:
  /// `around` outlives the writer.
  explicit NameWriter(Surroundings& around) : around_{around}, random_{around.random} {}

  void fill_names(WriteRequest& request);
  /// To a request of accounts or transfers, mostly.
  void add_names(WriteRequest& request);

 private:
  Name some_name(std::uint64_t odd_ones);
  void spoil(Name& name);

  Surroundings& around_;
  Random& random_;
};

}  // namespace daybook::test
