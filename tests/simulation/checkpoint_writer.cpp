#include "tests/simulation/checkpoint_writer.hpp"

#include <string>

namespace daybook::test {

void CheckpointWriter::fill(WriteRequest& request) {
  request.kind = RequestKind::put_checkpoints;
  for (std::size_t left = random_.between(1, 5); left > 0; --left) {
    request.checkpoints.push_back(some_checkpoint());
  }
}

EventCheckpoint CheckpointWriter::some_checkpoint() {
  const std::string name = "consumer " + std::to_string(random_.below(12));
  const std::uint64_t last = around_.guide->last_sequence().value();
  std::uint64_t sequence = random_.chance(70)
                               ? last - random_.below(std::min<std::uint64_t>(last, 40) + 1)
                               : random_.below(last + 1);
  if (random_.chance(3)) sequence = last + random_.between(5, 1'000);
  const auto known = around_.guide->checkpoints().find(name);
  if (known != around_.guide->checkpoints().end() && random_.chance(8)) {
    sequence = known->second.sequence;
  }
  EventCheckpoint made = make_checkpoint(name, sequence);
  if (random_.chance(25)) made.flags = checkpoint_flag::may_go_back;
  if (random_.chance(12)) made = make_checkpoint(name, 0, checkpoint_flag::removes);
  if (random_.chance(10)) spoil(made);
  return made;
}

void CheckpointWriter::spoil(EventCheckpoint& checkpoint) {
  switch (random_.below(8)) {
    case 0:
      checkpoint.timestamp = Timestamp{1};
      break;
    case 1:
      checkpoint.flags = static_cast<std::uint16_t>(random_.between(3, 9));
      break;
    case 2:
      checkpoint.reserved = 1;
      break;
    case 3:
      checkpoint.name_bytes = 0;
      break;
    case 4:
      checkpoint.name_bytes = static_cast<std::uint16_t>(random_.between(65, 0xffff));
      break;
    case 5:
      checkpoint.name_text[1] = random_.chance(50) ? '\xff' : '\t';
      break;
    case 6:
      checkpoint.name_text[random_.between(40, 63)] = 'x';
      break;
    default:
      checkpoint = make_checkpoint("consumer 1", 7, checkpoint_flag::removes);
      break;
  }
}

}  // namespace daybook::test
