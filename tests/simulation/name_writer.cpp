#include "tests/simulation/name_writer.hpp"

#include <string>

namespace daybook::test {

void NameWriter::fill_names(WriteRequest& request) {
  request.kind = RequestKind::put_names;
  for (std::size_t left = around_.batch_size(); left > 0; --left) {
    request.names.push_back(some_name(15));
  }
}

// One odd name refuses the whole request, so there are few.
void NameWriter::add_names(WriteRequest& request) {
  if (request.kind == RequestKind::put_names) return;
  for (std::size_t left = random_.between(1, 6); left > 0; --left) {
    request.names.push_back(some_name(4));
  }
}

Name NameWriter::some_name(std::uint64_t odd_ones) {
  constexpr std::uint64_t ids = 300;
  const std::uint64_t small = random_.between(1, ids);
  const auto kind = static_cast<NameKind>(random_.between(1, 7));
  Name name = make_name(kind, around_.wide_id(small), "name " + std::to_string(small));
  if (random_.chance(2)) name = make_name(kind, around_.wide_id(small), "caf\xc3\xa9");
  if (random_.chance(odd_ones)) {
    if (random_.chance(50)) {
      spoil(name);
    } else {
      name.set_text("another name " + std::to_string(small));
    }
  }
  return name;
}

void NameWriter::spoil(Name& name) {
  switch (random_.below(7)) {
    case 0:
      name.reserved = 1;
      break;
    case 1:
      name.kind = static_cast<NameKind>(random_.chance(50) ? 0 : random_.between(8, 12));
      break;
    case 2:
      name.id = {};
      break;
    case 3:
      name.text_bytes = 0;
      break;
    case 4:
      name.text_bytes = static_cast<std::uint16_t>(random_.between(65, 0xffff));
      break;
    case 5:
      name.text_data[1] = random_.chance(50) ? '\xff' : '\t';
      break;
    default:
      name.text_data[random_.between(40, 63)] = 'x';
      break;
  }
}

}  // namespace daybook::test
