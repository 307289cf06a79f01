#include "engine/saga/participant_table.hpp"

#include <utility>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"
#include "engine/digest/state_digest.hpp"
#include "engine/model/ids.hpp"

namespace daybook {
namespace {

// Kind of canonical bytes in the digest. Part of the journal format.
constexpr std::uint64_t participant_kind = 0x70617274;  // "part"

std::string_view text_of(std::span<const std::byte> payload) {
  return {reinterpret_cast<const char*>(payload.data()), payload.size()};
}

}  // namespace

ParticipantNumber ParticipantTable::find(const Uint128& id) const {
  for (std::size_t at = 0; at < rows_.size(); ++at) {
    if (rows_[at]->id == id) return static_cast<ParticipantNumber>(at + 1);
  }
  return 0;
}

std::uint64_t ParticipantTable::digest_of(ParticipantNumber number) const {
  const Row& row = at(number);
  struct {
    std::uint64_t number;
    std::uint64_t registered_at;
    std::uint64_t is_paused;
  } const front{number, row.registered_at.value(), row.is_paused ? 1U : 0U};
  const std::uint64_t front_hash = xxh3_64(std::as_bytes(std::span{&front, 1}));
  const std::string& text = row.registration.canonical;
  return StateDigest::of_bytes(participant_kind ^ front_hash,
                               std::as_bytes(std::span{text.data(), text.size()}));
}

std::uint64_t ParticipantTable::digest_of_rows() const {
  std::uint64_t sum = 0;
  for (std::size_t at = 1; at <= rows_.size(); ++at) {
    sum += digest_of(static_cast<ParticipantNumber>(at));
  }
  return sum;
}

const char* ParticipantTable::fault_of(SagaNews news, const DomainEvent& event,
                                       std::span<const std::byte> payload) const {
  const ParticipantNumber number = find(event.aggregate_id);
  if (news != SagaNews::participant_put) {
    if (number == 0) return "a participant is paused or resumed that there is not";
    const bool pauses = news == SagaNews::participant_paused;
    if (at(number).is_paused == pauses) return "a participant is paused or resumed twice";
    return payload.empty() && event.content_type == ContentType::bytes
               ? nullptr
               : "a participant is paused or resumed with a payload";
  }
  const auto read = read_participant(text_of(payload));
  const bool fits = read.ok() && event.content_type == ContentType::json &&
                    id_of(read.value().name) == event.aggregate_id &&
                    read.value().canonical.size() == payload.size();
  return fits ? nullptr : "a participant's registration could not have been stored";
}

void ParticipantTable::apply(SagaNews news, const DomainEvent& event,
                             std::span<const std::byte> payload) {
  ParticipantNumber number = find(event.aggregate_id);
  if (number != 0) digest_ -= digest_of(number);
  if (news == SagaNews::participant_put) {
    auto read = read_participant(text_of(payload));
    ENSURE(read.ok(), "what is applied was decided or checked");
    if (number == 0) {
      ENSURE(fits(), "callers check the room for participants");
      rows_.push_back(std::make_unique<Row>());
      number = static_cast<ParticipantNumber>(rows_.size());
    }
    Row& row = *rows_[number - 1U];
    row.registration = std::move(read).value();
    row.id = event.aggregate_id;
    row.registered_at = event.timestamp;
  } else {
    ENSURE(number != 0, "what is applied was decided or checked");
    rows_[number - 1U]->is_paused = news == SagaNews::participant_paused;
  }
  digest_ += digest_of(number);
}

ParticipantTable::Saved ParticipantTable::saved(ParticipantNumber number) const {
  const Row& row = at(number);
  Saved saved;
  saved.registered_at = row.registered_at;
  saved.text_bytes = static_cast<std::uint32_t>(row.registration.canonical.size());
  saved.is_paused = row.is_paused ? 1 : 0;
  return saved;
}

const char* ParticipantTable::restore(const Saved& saved, std::string_view text) {
  auto read = read_participant(text);
  if (!read.ok() || read.value().canonical != text || saved.is_paused > 1) {
    return "has a participant that none can be";
  }
  const Uint128 id = id_of(read.value().name);
  if (find(id) != 0) return "has a participant twice";
  if (!fits()) return "has more participants than there may be";
  auto row = std::make_unique<Row>();
  row->registration = std::move(read).value();
  row->id = id;
  row->registered_at = saved.registered_at;
  row->is_paused = saved.is_paused != 0;
  rows_.push_back(std::move(row));
  digest_ += digest_of(static_cast<ParticipantNumber>(rows_.size()));
  return nullptr;
}

}  // namespace daybook
