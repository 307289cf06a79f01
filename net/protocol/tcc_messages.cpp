#include "net/protocol/tcc_messages.hpp"

#include <fmt/format.h>

#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"

namespace daybook {
namespace {

// As in messages.cpp.
static_assert(sizeof(wire::TccCommand) == sizeof(TccCommand));
static_assert(alignof(wire::TccCommand) == alignof(TccCommand));
static_assert(sizeof(wire::TccAmount) == sizeof(TccAmount));
static_assert(sizeof(wire::Tcc) == sizeof(TccView) && alignof(wire::Tcc) == alignof(TccView));
static_assert(sizeof(wire::TccBranch) == sizeof(TccBranch));
static_assert(alignof(wire::TccBranch) == alignof(TccBranch));

BodyFault wrong_count(std::string_view what, std::uint32_t count, std::uint32_t most) {
  return {.status = count == 0 ? RequestStatus::malformed : RequestStatus::too_large,
          .not_readable = false,
          .words = fmt::format("the request has {} {}, it must have 1 to {}", count, what, most)};
}

template <typename Item, typename Vector>
std::span<const Item> items_of(const Vector* vector) {
  if (vector == nullptr) return {};
  return {reinterpret_cast<const Item*>(vector->Data()), vector->size()};
}

}  // namespace

std::size_t write_tcc_commands(std::span<std::byte> room, std::uint64_t number,
                               const OperationOrigin& origin, std::span<const TccCommand> commands,
                               std::span<const TccAmount> amounts) {
  BodyWriter<layout::TccCommands> writer{room};
  writer.fixed.trace_id = origin.trace_id.value();
  writer.fixed.business_id = origin.business_id.value();
  writer.fixed.user_id = origin.user_id.value();
  writer.vector(writer.fixed.commands, static_cast<std::uint32_t>(commands.size()),
                sizeof(TccCommand), commands.data());
  writer.vector(writer.fixed.amounts, static_cast<std::uint32_t>(amounts.size()), sizeof(TccAmount),
                amounts.data());
  return writer.finish(static_cast<std::uint16_t>(RequestKind::tcc_commands), 0, number);
}

Result<RequestBody, BodyFault> read_tcc_commands(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::TccCommands>(bytes);
  if (table == nullptr) return unreadable("TccCommands");
  if (!is_aligned(table->commands()) || !is_aligned(table->amounts())) {
    return misaligned("TccCommands");
  }
  const std::uint32_t count = count_of(table->commands());
  if (count == 0 || count > limits::tcc_commands_max) {
    return wrong_count("commands", count, limits::tcc_commands_max);
  }
  RequestBody body{.origin = {TraceId{number_of(table->trace_id())},
                              BusinessId{number_of(table->business_id())},
                              UserId{table->user_id()}}};
  body.events = reinterpret_cast<const std::byte*>(table->commands()->Data());
  body.event_count = count;
  body.payloads = std::as_bytes(items_of<TccAmount>(table->amounts()));
  return body;
}

Result<RequestBody, BodyFault> read_lookup_tccs(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::LookupTccs>(bytes);
  if (table == nullptr) return unreadable("LookupTccs");
  if (!is_aligned(table->ids())) return misaligned("LookupTccs");
  const std::uint32_t count = count_of(table->ids());
  if (count == 0 || count > limits::tccs_lookup_max) {
    return wrong_count("ids", count, limits::tccs_lookup_max);
  }
  RequestBody body;
  body.events = reinterpret_cast<const std::byte*>(table->ids()->Data());
  body.event_count = count;
  body.min_sequence = table->min_sequence();
  return body;
}

std::size_t write_list_tccs(std::span<std::byte> room, std::uint64_t number,
                            const TccListFilter& filter, std::uint64_t min_sequence) {
  BodyWriter<layout::ListTccs> writer{room};
  writer.fixed.limit = filter.limit;
  writer.fixed.after = filter.after;
  writer.fixed.states = filter.states;
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(static_cast<std::uint16_t>(RequestKind::list_tccs), 0, number);
}

Result<RequestBody, BodyFault> read_list_tccs(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::ListTccs>(bytes);
  if (table == nullptr) return unreadable("ListTccs");
  if (table->limit() == 0 || table->limit() > limits::tccs_page_max) {
    return wrong_count("transactions asked for", table->limit(), limits::tccs_page_max);
  }
  RequestBody body;
  body.limit = table->limit();
  body.argument = table->after();
  body.argument_id = Uint128{table->states(), 0};
  body.min_sequence = table->min_sequence();
  return body;
}

std::size_t write_tccs_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                             const TccsReplyMessage& reply) {
  ENSURE(reply.words.empty(), "words are for refusals");
  BodyWriter<layout::EventsReply> writer{room};  // Two vectors in the same places.
  writer.fixed.status = static_cast<std::uint16_t>(reply.status);
  writer.fixed.sequence = reply.sequence.value();
  writer.fixed.more = reply.more ? 1 : 0;
  writer.fixed.cursor = reply.cursor;
  writer.vector(writer.fixed.events, static_cast<std::uint32_t>(reply.tccs.size()), sizeof(TccView),
                reply.tccs.data());
  writer.vector(writer.fixed.payloads, static_cast<std::uint32_t>(reply.branches.size()),
                sizeof(TccBranch), reply.branches.data());
  return writer.finish(static_cast<std::uint16_t>(kind), frame_flag::reply, number);
}

Result<TccsReplyMessage, BodyFault> read_tccs_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::TccsReply>(body);
  if (table == nullptr) return unreadable("TccsReply");
  if (!is_aligned(table->tccs()) || !is_aligned(table->branches())) return misaligned("TccsReply");
  const TccsReplyMessage reply{.status = static_cast<RequestStatus>(table->status()),
                               .words = text_of(table->words()),
                               .sequence = Sequence{table->sequence()},
                               .more = table->more(),
                               .cursor = table->cursor(),
                               .tccs = items_of<TccView>(table->tccs()),
                               .branches = items_of<TccBranch>(table->branches())};
  std::uint64_t branches = 0;
  for (const TccView& each : reply.tccs) branches += each.branch_count;
  if (!reply.branches.empty() && branches != reply.branches.size()) return unreadable("TccsReply");
  return reply;
}

}  // namespace daybook
