#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/uint128.hpp"
#include "net/protocol/frame.hpp"

/// The fixed front of every message's FlatBuffer, byte for byte: root offset, vtable, table. What
/// varies in size (one vector, strings) follows it. Writing a message is copying the struct and
/// patching numbers: no builder, no allocation, and the size is known beforehand. The readers use
/// the generated verifier and accept any layout; the tests read every writer's output with it.
///
/// In each struct the table starts at a multiple of 8, its first word is the distance back to the
/// vtable (which always starts at 4), and offsets in the vtable count from the table's start.

namespace daybook::layout {

inline constexpr std::size_t vtable_offset = 4;

/// CreateAccounts, CreateTransfers, PutLedgers, PutNames; the vector follows. AcceptClock; the
/// string follows `user_id`.
struct Operation {
  std::uint32_t root = 16;
  std::uint16_t vtable[6] = {12, 48, 8, 24, 40, 4};
  std::int32_t vtable_distance = 12;
  std::uint32_t tail = 0;  ///< To the vector or string; counts from this field.
  Uint128 trace_id;
  Uint128 business_id;
  std::uint64_t user_id = 0;
};
static_assert(sizeof(Operation) == 64);

/// ChangeAccounts, and CreateTransfers with a reason; the vector and the string follow.
struct ReasonedOperation {
  std::uint32_t root = 24;
  std::uint16_t vtable[7] = {14, 56, 8, 24, 40, 4, 48};
  std::uint16_t unused[3] = {0, 0, 0};
  std::int32_t vtable_distance = 20;
  std::uint32_t tail = 0;
  Uint128 trace_id;
  Uint128 business_id;
  std::uint64_t user_id = 0;
  std::uint32_t reason = 0;
  std::uint32_t unused_end = 0;
};
static_assert(sizeof(ReasonedOperation) == 80);

/// CreateTransfers with names, and CreateAccounts where the vtable is changed as said; the vector
/// of events, the reason if there is one, and the vector of names follow.
struct NamedOperation {
  std::uint32_t root = 24;
  /// The reason's place is 0 (absent) until there is one; then it is `reason_place`. CreateAccounts
  /// has no reason, and its names in the reason's field.
  std::uint16_t vtable[8] = {16, 56, 8, 24, 40, 4, 0, 52};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 20;
  std::uint32_t tail = 0;
  Uint128 trace_id;
  Uint128 business_id;
  std::uint64_t user_id = 0;
  std::uint32_t reason = 0;
  std::uint32_t names = 0;

  static constexpr std::uint16_t reason_place = 48;
  static constexpr std::uint16_t names_place = 52;
};
static_assert(sizeof(NamedOperation) == 80);

/// AppendEvents; the vectors of events, of payload bytes and of names follow.
struct AppendEvents {
  std::uint32_t root = 24;
  std::uint16_t vtable[8] = {16, 56, 8, 24, 40, 4, 48, 52};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 20;
  std::uint32_t events = 0;
  Uint128 trace_id;
  Uint128 business_id;
  std::uint64_t user_id = 0;
  std::uint32_t payloads = 0;
  std::uint32_t names = 0;
};
static_assert(sizeof(AppendEvents) == 80);

/// AppendEvents with a reason, as of OperateSagas; the vectors of events, of payload bytes and of
/// names follow, then the reason.
struct OperateSagas {
  std::uint32_t root = 24;
  std::uint16_t vtable[9] = {18, 64, 8, 24, 40, 4, 48, 52, 56};
  std::uint16_t unused = 0;
  std::int32_t vtable_distance = 20;
  std::uint32_t events = 0;
  Uint128 trace_id;
  Uint128 business_id;
  std::uint64_t user_id = 0;
  std::uint32_t payloads = 0;
  std::uint32_t names = 0;
  std::uint32_t reason = 0;
  std::uint32_t unused_end = 0;
};
static_assert(sizeof(OperateSagas) == 88);

/// AnswerSteps; the vectors of answers and of payload bytes follow.
struct AnswerSteps {
  std::uint32_t root = 24;
  std::uint16_t vtable[8] = {16, 72, 8, 24, 40, 4, 48, 56};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 20;
  std::uint32_t answers = 0;
  Uint128 trace_id;
  Uint128 business_id;
  std::uint64_t user_id = 0;
  std::uint32_t payloads = 0;
  std::uint32_t unused_behind = 0;
  Uint128 participant;
};
static_assert(sizeof(AnswerSteps) == 96);

/// TakeWork; the vector follows.
struct TakeWork {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {8, 24, 8, 4};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t credits = 0;
  Uint128 participant;
};
static_assert(sizeof(TakeWork) == 40);

/// SealSecrets; the vector follows.
struct SealSecrets {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {6, 8, 4, 0};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t texts = 0;
};
static_assert(sizeof(SealSecrets) == 24);

/// ForgetSecrets; the vector and the string follow.
struct ForgetSecrets {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {8, 16, 4, 8};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t keys = 0;
  std::uint32_t reason = 0;
  std::uint32_t unused_end = 0;
};
static_assert(sizeof(ForgetSecrets) == 32);

/// Bundle; the vectors of transfers, of events, of payload bytes and of names follow.
struct Bundle {
  std::uint32_t root = 24;
  std::uint16_t vtable[9] = {18, 64, 8, 24, 40, 4, 48, 52, 56};
  std::uint16_t unused = 0;
  std::int32_t vtable_distance = 20;
  std::uint32_t transfers = 0;
  Uint128 trace_id;
  Uint128 business_id;
  std::uint64_t user_id = 0;
  std::uint32_t events = 0;
  std::uint32_t payloads = 0;
  std::uint32_t names = 0;
  std::uint32_t unused_end = 0;
};
static_assert(sizeof(Bundle) == 88);

struct AdvanceClock {
  std::uint32_t root = 16;
  std::uint16_t vtable[6] = {12, 56, 8, 24, 40, 48};
  std::int32_t vtable_distance = 12;
  std::uint32_t unused = 0;
  Uint128 trace_id;
  Uint128 business_id;
  std::uint64_t user_id = 0;
  std::uint64_t nanoseconds = 0;
};
static_assert(sizeof(AdvanceClock) == 72);

/// LookupAccounts, LookupTransfers, LookupHolds, LookupNames.
struct Lookup {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {8, 16, 4, 8};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t tail = 0;
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(Lookup) == 32);

/// GetAccountTransfers, GetAccountBalances, QueryAccounts, QueryTransfers. The filter stands in the
/// table.
struct Query {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {8, 112, 8, 104};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t unused_behind = 0;
  std::array<std::byte, 96> filter{};
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(Query) == 128);

/// The filter stands in the table.
struct ReadEvents {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {8, 128, 8, 120};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t unused_behind = 0;
  std::array<std::byte, 112> filter{};
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(ReadEvents) == 144);

/// The filter stands in the table.
struct ListSagas {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {8, 64, 8, 56};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t unused_behind = 0;
  std::array<std::byte, 48> filter{};
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(ListSagas) == 80);

/// The subscription stands in the table.
struct Subscribe {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {8, 400, 8, 392};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t unused_behind = 0;
  std::array<std::byte, 384> subscription{};
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(Subscribe) == 416);

/// TccCommands; the vectors of commands and of amounts follow.
struct TccCommands {
  std::uint32_t root = 24;
  std::uint16_t vtable[7] = {14, 56, 8, 24, 40, 4, 48};
  std::uint16_t unused[3] = {0, 0, 0};
  std::int32_t vtable_distance = 20;
  std::uint32_t commands = 0;
  Uint128 trace_id;
  Uint128 business_id;
  std::uint64_t user_id = 0;
  std::uint32_t amounts = 0;
  std::uint32_t unused_end = 0;
};
static_assert(sizeof(TccCommands) == 80);

struct ListTccs {
  std::uint32_t root = 16;
  std::uint16_t vtable[6] = {12, 32, 4, 8, 16, 24};
  std::int32_t vtable_distance = 12;
  std::uint32_t limit = 0;
  std::uint64_t after = 0;
  std::uint64_t states = 0;
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(ListTccs) == 48);

/// AcknowledgeEvents, and Unsubscribe, which has no sequence.
struct AcknowledgeEvents {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {8, 24, 8, 16};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t unused_behind = 0;
  std::uint64_t subscription = 0;
  std::uint64_t sequence = 0;
};
static_assert(sizeof(AcknowledgeEvents) == 40);

struct LookupCheckpoints {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {6, 16, 8, 0};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t unused_behind = 0;
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(LookupCheckpoints) == 32);

/// The filter stands in the table.
struct Rebuild {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {8, 224, 8, 216};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t unused_behind = 0;
  std::array<std::byte, 208> filter{};
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(Rebuild) == 240);

/// QueryOperations. The filter stands in the table.
struct QueryOperations {
  std::uint32_t root = 16;
  std::uint16_t vtable[4] = {8, 144, 8, 136};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t unused_behind = 0;
  std::array<std::byte, 128> filter{};
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(QueryOperations) == 160);

/// LookupAccountsAt, and LookupHolds as of a moment, whose fields come in another order; the vector
/// follows.
struct LookupAt {
  std::uint32_t root = 16;
  std::uint16_t vtable[6] = {12, 32, 4, 8, 16, 24};
  std::int32_t vtable_distance = 12;
  std::uint32_t tail = 0;
  std::uint64_t at_sequence = 0;
  std::uint64_t at_time = 0;
  std::uint64_t min_sequence = 0;

  static constexpr std::uint16_t holds_vtable[6] = {12, 32, 4, 24, 8, 16};
};
static_assert(sizeof(LookupAt) == 48);

struct TrialBalanceAt {
  std::uint32_t root = 24;
  std::uint16_t vtable[7] = {14, 40, 8, 4, 16, 24, 32};
  std::uint16_t unused[3] = {0, 0, 0};
  std::int32_t vtable_distance = 20;
  std::uint32_t limit = 0;
  std::uint64_t after = 0;
  std::uint64_t at_sequence = 0;
  std::uint64_t at_time = 0;
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(TrialBalanceAt) == 64);

struct ListAccounts {
  std::uint32_t root = 16;
  std::uint16_t vtable[5] = {10, 32, 8, 4, 24};
  std::uint16_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t limit = 0;
  Uint128 after;
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(ListAccounts) == 48);

struct ListLedgers {
  std::uint32_t root = 16;
  std::uint16_t vtable[5] = {10, 24, 16, 4, 8};
  std::uint16_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t limit = 0;
  std::uint64_t min_sequence = 0;
  std::uint32_t after = 0;
  std::uint32_t unused_end = 0;
};
static_assert(sizeof(ListLedgers) == 40);

struct ListTransfers {
  std::uint32_t root = 16;
  std::uint16_t vtable[5] = {10, 24, 8, 4, 16};
  std::uint16_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t limit = 0;
  std::uint64_t after = 0;
  std::uint64_t min_sequence = 0;
};
static_assert(sizeof(ListTransfers) == 40);

/// StateDigest, ListParticipants: nothing but themselves.
struct StateDigest {
  std::uint32_t root = 8;
  std::uint16_t vtable[2] = {4, 4};
  std::int32_t vtable_distance = 4;
  std::uint32_t unused = 0;
};
static_assert(sizeof(StateDigest) == 16);

/// ListWaitingWork.
struct After {
  std::uint32_t root = 12;
  std::uint16_t vtable[3] = {6, 12, 4};
  std::uint16_t unused = 0;
  std::int32_t vtable_distance = 8;
  std::uint64_t after = 0;
};
static_assert(sizeof(After) == 24);

struct Hello {
  std::uint32_t root = 16;
  std::uint16_t vtable[5] = {10, 32, 8, 24, 4};
  std::uint16_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t token = 0;
  Uint128 client_id;
  std::uint32_t protocol_version = 0;
  std::uint32_t unused_end = 0;
};
static_assert(sizeof(Hello) == 48);

struct HelloReply {
  std::uint32_t root = 32;
  std::uint16_t vtable[12] = {24, 56, 4, 8, 16, 24, 32, 36, 40, 44, 52, 48};
  std::uint32_t unused = 0;
  std::int32_t vtable_distance = 28;
  std::uint32_t protocol_version = 0;
  std::uint64_t highest_number = 0;
  std::uint64_t durable_sequence = 0;
  std::uint64_t in_flight_bytes_max = 0;
  std::uint32_t batch_events_max = 0;
  std::uint32_t in_flight_requests_max = 0;
  std::uint32_t frame_bytes_max = 0;
  std::uint32_t principal = 0;
  std::uint32_t engine_version = 0;
  std::uint8_t role = 0;
  std::uint8_t unused_end[3] = {0, 0, 0};
};
static_assert(sizeof(HelloReply) == 88);

struct Error {
  std::uint32_t root = 16;
  std::uint16_t vtable[5] = {10, 16, 8, 10, 4};
  std::uint16_t unused = 0;
  std::int32_t vtable_distance = 12;
  std::uint32_t words = 0;
  std::uint16_t code = 0;
  std::uint8_t closes = 0;
  std::uint8_t unused_end[5] = {0, 0, 0, 0, 0};
};
static_assert(sizeof(Error) == 32);

/// The vector of refusals follows, then the words.
struct BatchReply {
  std::uint32_t root = 24;
  /// The words' place is 0 (absent) until there are any; then it is `words_place`.
  std::uint16_t vtable[7] = {14, 32, 24, 0, 8, 16, 4};
  std::uint16_t unused[3] = {0, 0, 0};
  std::int32_t vtable_distance = 20;
  std::uint32_t tail = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t first_timestamp = 0;
  std::uint16_t status = 0;
  std::uint16_t unused_end = 0;
  std::uint32_t words = 0;

  static constexpr std::uint16_t words_place = 28;
};
static_assert(sizeof(BatchReply) == 56);

/// AccountsReply, TransfersReply and the other replies with items; the vector follows, then the
/// words.
struct ItemsReply {
  std::uint32_t root = 24;
  std::uint16_t vtable[8] = {16, 32, 24, 0, 8, 26, 16, 4};
  std::uint16_t unused[2] = {0, 0};
  std::int32_t vtable_distance = 20;
  std::uint32_t tail = 0;
  std::uint64_t sequence = 0;
  std::uint64_t cursor = 0;
  std::uint16_t status = 0;
  std::uint8_t more = 0;
  std::uint8_t unused_end = 0;
  std::uint32_t words = 0;

  static constexpr std::uint16_t words_place = 28;
};
static_assert(sizeof(ItemsReply) == 56);

/// The vectors of events and of payload bytes follow. It never has words: see ItemsReply.
struct EventsReply {
  std::uint32_t root = 24;
  std::uint16_t vtable[9] = {18, 40, 24, 0, 8, 26, 16, 4, 28};
  std::uint16_t unused = 0;
  std::int32_t vtable_distance = 20;
  std::uint32_t events = 0;
  std::uint64_t sequence = 0;
  std::uint64_t cursor = 0;
  std::uint16_t status = 0;
  std::uint8_t more = 0;
  std::uint8_t unused_behind = 0;
  std::uint32_t payloads = 0;
  std::uint64_t unused_end = 0;
};
static_assert(sizeof(EventsReply) == 64);

/// The vector of differences follows. It never has words: see ItemsReply, whose fields are its
/// first.
struct RebuildReply {
  std::uint32_t root = 32;
  std::uint16_t vtable[11] = {22, 56, 48, 0, 8, 50, 16, 4, 24, 32, 40};
  std::uint16_t unused[3] = {0, 0, 0};
  std::int32_t vtable_distance = 28;
  std::uint32_t differences = 0;
  std::uint64_t sequence = 0;
  std::uint64_t cursor = 0;
  std::uint64_t compared = 0;
  std::uint64_t mismatching = 0;
  std::uint64_t done = 0;
  std::uint16_t status = 0;
  std::uint8_t more = 0;
  std::uint8_t unused_end[5] = {0, 0, 0, 0, 0};
};
static_assert(sizeof(RebuildReply) == 88);

struct DigestReply {
  std::uint32_t root = 20;
  std::uint16_t vtable[8] = {16, 68, 64, 0, 4, 12, 20, 28};
  std::int32_t vtable_distance = 16;
  std::uint64_t sequence = 0;
  std::uint64_t state_digest = 0;
  std::uint64_t head_segment = 0;
  std::array<std::byte, 32> head{};
  std::uint32_t words = 0;
  std::uint16_t status = 0;
  std::uint16_t unused_end = 0;

  static constexpr std::uint16_t words_place = 60;
};
static_assert(sizeof(DigestReply) == 88);

/// Where the items of the vector after `Fixed` stand in the body: behind 4 zeros, so that they are
/// 8-byte aligned, and the 4 bytes of their number.
template <typename Fixed>
inline constexpr std::size_t items_offset = sizeof(Fixed) + 8;

/// `bytes` and what rounds them up to a multiple of 8.
[[nodiscard]] constexpr std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

/// The room a string takes: its length, its bytes, a zero, rounded up.
[[nodiscard]] constexpr std::size_t string_bytes(std::size_t characters) {
  return padded(4 + characters + 1);
}

}  // namespace daybook::layout
