#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.hpp"
#include "tools/daybook/bench/histogram.hpp"

namespace daybook {

struct BenchSagaOptions;

/// What a load of sagas came to.
struct SagaLoadFigures {
  double rate = 0;  ///< Sagas ended a second.
  double seconds = 0;
  Histogram
      request_ns;  ///< Of a request that starts sagas; of remote ones, of a saga until its end.
  double beside_rate = 0;  ///< Transfers a second that were sent beside the sagas.
  Histogram beside_ns;     ///< Of their requests.
  std::optional<std::string> wrong;
};

/// Sagas of two remote steps, done by a participant that does nothing and says so at once, on one
/// more connection. A saga has ended when the answer to its last step is answered: what it says is
/// on disk then. One that fails does so at its second step, and the first is undone. With
/// options.pace so many are started a second, else as many as options.under_way allows; with
/// options.beside, so many connections send requests of 256 transfers meanwhile, one after the
/// other. Every answer is checked and, at the end, that no saga goes on.
[[nodiscard]] Result<SagaLoadFigures> run_remote_sagas(const BenchSagaOptions& options,
                                                       std::uint16_t port);

}  // namespace daybook
