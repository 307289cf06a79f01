#pragma once

#include <cstdint>
#include <vector>

#include "tests/simulation/account_writer.hpp"
#include "tests/simulation/checkpoint_writer.hpp"
#include "tests/simulation/event_writer.hpp"
#include "tests/simulation/ledger_steps.hpp"
#include "tests/simulation/name_writer.hpp"
#include "tests/simulation/surroundings.hpp"
#include "tests/simulation/transfer_writer.hpp"

namespace daybook::test {

/// Makes up episodes in which everything happens: few ids and small limits, so that events meet;
/// most events good, so that they get somewhere; each fault often enough to be seen.
class EpisodeWriter {
 public:
  explicit EpisodeWriter(std::uint64_t seed);

  [[nodiscard]] Episode write(std::size_t request_count);

 private:
  void choose_settings();
  void add_beginning();
  void add_request();
  void add_incident();
  void meet_a_deadline();
  void make_room_for_imports();
  void add(Step step);
  void set_clock(std::uint64_t now_ns);
  void advance_clock(std::uint64_t by_ns);

  WriteRequest new_request();
  WriteRequest old_request();
  WriteRequest numbered_request();
  void fill_clock(WriteRequest& request);
  std::uint64_t some_time();
  [[nodiscard]] std::uint64_t some_deadline();

  Surroundings around_;
  Random& random_ = around_.random;
  AccountWriter accounts_{around_};
  TransferWriter transfers_{around_};
  NameWriter names_{around_};
  EventWriter events_{around_};
  CheckpointWriter checkpoints_{around_};
  Episode episode_;
  bool ends_with_time_ = false;  ///< The clock reaches 2^63-1.
  bool late_ = false;            ///< The last part of the episode has begun.
  std::uint64_t now_ = 0;
  std::vector<std::uint64_t> last_number_;  // By client.
  std::vector<WriteRequest> requests_;
};

}  // namespace daybook::test
