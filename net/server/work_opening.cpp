#include "net/server/work_opening.hpp"

#include <cstring>
#include <optional>
#include <span>
#include <string>

#include "engine/model/participant_work.hpp"
#include "engine/model/sealed_text.hpp"
#include "net/protocol/layout.hpp"

namespace daybook {
namespace {

using Bytes = std::span<const std::byte>;

/// Up to where the values of the arguments begin, their number included.
std::optional<std::size_t> front_of(Bytes payload, std::uint8_t& count) {
  WorkValueWalk walk{payload};
  const bool good = walk.text(1) && walk.text(1) && walk.text(1) && walk.number();
  const auto values = good ? walk.count() : std::nullopt;
  if (!values) return std::nullopt;
  count = *values;
  return payload.size() - walk.left().size();
}

bool has_secret(Bytes payload) {
  std::uint8_t count = 0;
  const auto front = front_of(payload, count);
  if (!front) return false;
  WorkValueWalk walk{payload.subspan(*front)};
  for (; count > 0; --count) {
    const auto value = walk.next();
    if (!value) return false;
    if (value->type == WorkValueType::secret) return true;
  }
  return false;
}

/// The payload with its secrets open. Requires: has_secret().
std::vector<std::byte> opened(Bytes payload, const SecretKeeper& keeper) {
  std::uint8_t count = 0;
  const std::size_t front = *front_of(payload, count);
  std::vector<std::byte> bytes{payload.begin(),
                               payload.begin() + static_cast<std::ptrdiff_t>(front)};
  WorkValueWalk walk{payload.subspan(front)};
  for (; count > 0; --count) {
    auto value = walk.next();
    if (!value) return {payload.begin(), payload.end()};
    std::optional<std::string> text;
    if (value->type == WorkValueType::secret) text = keeper.open(value->text);
    if (text) value->text = *text;
    put_work_value(bytes, *value);
  }
  bytes.insert(bytes.end(), walk.left().begin(), walk.left().end());
  return bytes;
}

void append(std::vector<std::byte>& records, WorkCommand command, Bytes payload) {
  command.payload_bytes = static_cast<std::uint32_t>(payload.size());
  const Bytes front = std::as_bytes(std::span{&command, 1});
  records.insert(records.end(), front.begin(), front.end());
  records.insert(records.end(), payload.begin(), payload.end());
  records.resize(layout::padded(records.size()));
}

/// Calls `use(command, payload)` for each record; ends where there is none.
template <typename Use>
void for_each_record(Bytes records, Use use) {
  while (records.size() >= sizeof(WorkCommand)) {
    WorkCommand command;
    std::memcpy(&command, records.data(), sizeof(command));
    records = records.subspan(sizeof(command));
    if (layout::padded(command.payload_bytes) > records.size()) return;
    use(command, records.first(command.payload_bytes));
    records = records.subspan(layout::padded(command.payload_bytes));
  }
}

}  // namespace

void open_secrets(std::vector<std::byte>& records, const SecretKeeper& keeper) {
  bool any = false;
  for_each_record(records, [&](const WorkCommand&, Bytes payload) { any |= has_secret(payload); });
  if (!any) return;
  std::vector<std::byte> open;
  open.reserve(records.size());
  for_each_record(records, [&](const WorkCommand& command, Bytes payload) {
    if (has_secret(payload)) {
      append(open, command, opened(payload, keeper));
    } else {
      append(open, command, payload);
    }
  });
  records = std::move(open);
}

}  // namespace daybook
