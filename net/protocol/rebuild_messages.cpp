#include "net/protocol/rebuild_messages.hpp"

#include <cstring>

#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"

namespace daybook {
namespace {

constexpr std::uint16_t rebuild_type = static_cast<std::uint16_t>(RequestKind::rebuild);
constexpr std::uint16_t snapshot_type = static_cast<std::uint16_t>(RequestKind::take_snapshot);

static_assert(sizeof(wire::RebuildFilter) == sizeof(RebuildFilter));
static_assert(alignof(wire::RebuildFilter) == alignof(RebuildFilter));
static_assert(sizeof(wire::RebuildDifference) == sizeof(RebuildDifference));
static_assert(alignof(wire::RebuildDifference) == alignof(RebuildDifference));

}  // namespace

std::size_t write_rebuild(std::span<std::byte> room, std::uint64_t number,
                          const RebuildFilter& filter, std::uint64_t min_sequence) {
  BodyWriter<layout::Rebuild> writer{room};
  std::memcpy(writer.fixed.filter.data(), &filter, sizeof(filter));
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(rebuild_type, 0, number);
}

Result<RequestBody, BodyFault> read_rebuild(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::Rebuild>(bytes);
  if (table == nullptr) return unreadable("Rebuild");
  const auto* filter = reinterpret_cast<const std::byte*>(table->filter());
  if (reinterpret_cast<std::uintptr_t>(filter) % alignof(RebuildFilter) != 0) {
    return misaligned("Rebuild");
  }
  return RequestBody{.events = filter, .min_sequence = table->min_sequence()};
}

std::size_t write_rebuild_reply(std::span<std::byte> room, std::uint64_t number,
                                const RebuildReplyMessage& reply) {
  ENSURE(reply.words.empty(), "words are for refusals");
  BodyWriter<layout::RebuildReply> writer{room};
  writer.fixed.status = static_cast<std::uint16_t>(reply.status);
  writer.fixed.sequence = reply.sequence.value();
  writer.fixed.cursor = reply.cursor;
  writer.fixed.more = reply.more ? 1 : 0;
  writer.fixed.compared = reply.compared;
  writer.fixed.mismatching = reply.mismatching;
  writer.fixed.done = reply.done;
  writer.vector(writer.fixed.differences, static_cast<std::uint32_t>(reply.differences.size()),
                sizeof(RebuildDifference), reply.differences.data());
  return writer.finish(rebuild_type, frame_flag::reply, number);
}

Result<RebuildReplyMessage, BodyFault> read_rebuild_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::RebuildReply>(body);
  if (table == nullptr) return unreadable("RebuildReply");
  if (!is_aligned(table->differences())) return misaligned("RebuildReply");
  RebuildReplyMessage reply{.status = static_cast<RequestStatus>(table->status()),
                            .words = text_of(table->words()),
                            .sequence = Sequence{table->sequence()},
                            .more = table->more(),
                            .cursor = table->cursor(),
                            .compared = table->compared(),
                            .mismatching = table->mismatching(),
                            .done = table->done(),
                            .differences = {}};
  if (table->differences() != nullptr) {
    reply.differences = {reinterpret_cast<const RebuildDifference*>(table->differences()->Data()),
                         table->differences()->size()};
  }
  return reply;
}

std::size_t write_take_snapshot(std::span<std::byte> room, std::uint64_t number) {
  BodyWriter<layout::StateDigest> writer{room};
  return writer.finish(snapshot_type, 0, number);
}

Result<RequestBody, BodyFault> read_take_snapshot(std::span<const std::byte> bytes) {
  if (verified<wire::TakeSnapshot>(bytes) == nullptr) return unreadable("TakeSnapshot");
  return RequestBody{};
}

}  // namespace daybook
