#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

#include "engine/base/limits.hpp"
#include "engine/model/operation.hpp"

/// The frame: 32 bytes of header and one FlatBuffer (daybook.fbs). In bytes, little-endian:
///
///   offset size
///        0    4  magic: 'D' 'B' 'F' and the protocol version, 1
///        4    4  body_bytes: 16 to 1,572,832, a multiple of 8; the header is not counted
///        8    2  type: 1 hello, 2 error, else the number of a RequestKind; a reply has the type
///                of its request
///       10    2  flags: bit 0 reply, bit 1 error; the others are 0
///       12    4  spare: 0
///       16    8  checksum: XXH3-64 (seed 0) of the header with this field zero and the body
///       24    8  request_number: the client's; replies repeat it
///       32    n  body
///
/// One worked example, the request state_digest with number 7, whose body is an empty table:
///
///   44 42 46 01  10 00 00 00  42 00  00 00  00 00 00 00   magic, 16, type 66, flags, spare
///   20 91 0e 6b a3 64 ec 6b   07 00 00 00 00 00 00 00     checksum, number
///   08 00 00 00  04 00  04 00  04 00 00 00  00 00 00 00   root at 8, vtable, table, padding

namespace daybook {

struct FrameHeader {
  std::uint32_t magic = 0;
  std::uint32_t body_bytes = 0;
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t spare = 0;
  std::uint64_t checksum = 0;
  std::uint64_t request_number = 0;
};
static_assert(sizeof(FrameHeader) == 32 && std::is_trivially_copyable_v<FrameHeader>);

inline constexpr std::uint8_t protocol_version = 1;
inline constexpr std::uint32_t frame_magic = 0x00464244U | std::uint32_t{protocol_version} << 24;
inline constexpr std::size_t frame_header_bytes = sizeof(FrameHeader);
inline constexpr std::size_t frame_checksum_offset = offsetof(FrameHeader, checksum);
inline constexpr std::size_t body_bytes_min = 16;  ///< An empty table, padded.
inline constexpr std::size_t body_bytes_max = limits::frame_bytes_max - frame_header_bytes;

/// Message types that are no RequestKind. Frozen.
namespace message_type {
inline constexpr std::uint16_t hello = 1;
inline constexpr std::uint16_t error = 2;
}  // namespace message_type

namespace frame_flag {
inline constexpr std::uint16_t reply = 1U << 0;
inline constexpr std::uint16_t error = 1U << 1;
inline constexpr std::uint16_t known = reply | error;
}  // namespace frame_flag

/// What is wrong with a header, in the order of checking.
enum class FrameFault : std::uint8_t {
  none,
  not_daybook,     ///< The magic number.
  other_version,   ///< The version byte of the magic number.
  body_too_small,  ///< Below body_bytes_min.
  body_too_large,  ///< Above body_bytes_max.
  body_misaligned,
  unknown_flags,
  spare_not_zero,
  wrong_checksum,
};

/// What is wrong, with the numbers of `header`, and what to do: for the error frame.
[[nodiscard]] std::string in_words(FrameFault fault, const FrameHeader& header);

/// The header at the start of `bytes`, unchecked. Requires: bytes.size() >= frame_header_bytes.
[[nodiscard]] FrameHeader read_header(std::span<const std::byte> bytes) noexcept;

/// Checks everything that the header says by itself: all faults but wrong_checksum. To be called
/// before anything is allocated for the body.
[[nodiscard]] FrameFault check_header(const FrameHeader& header) noexcept;

/// The checksum that `frame` should have. The checksum field is set to zero for the time of the
/// call, so that one pass over unbroken memory does. Requires: `frame` is a header and its body.
[[nodiscard]] std::uint64_t frame_checksum(std::span<std::byte> frame) noexcept;

/// The same for a frame that cannot be written to. Slower for small frames.
[[nodiscard]] std::uint64_t frame_checksum_of_const(std::span<const std::byte> frame) noexcept;

/// Writes the header of the frame whose body stands complete at frame[32], checksum included.
/// Requires: the body's size is one that check_header() accepts.
void seal_frame(std::span<std::byte> frame, std::uint16_t type, std::uint16_t flags,
                std::uint64_t request_number) noexcept;

/// The kind of request that a client means by `type`; nothing for hello, error, and types that no
/// client may send.
[[nodiscard]] constexpr std::optional<RequestKind> request_kind(std::uint16_t type) {
  const auto kind = static_cast<RequestKind>(type);
  switch (kind) {
    case RequestKind::create_accounts:
    case RequestKind::create_transfers:
    case RequestKind::put_ledgers:
    case RequestKind::change_accounts:
    case RequestKind::put_names:
    case RequestKind::append_events:
    case RequestKind::order_commands:
    case RequestKind::payment_commands:
    case RequestKind::bundle:
    case RequestKind::put_checkpoints:
    case RequestKind::tcc_commands:
    case RequestKind::saga_commands:
    case RequestKind::operate_sagas:
    case RequestKind::answer_steps:
    case RequestKind::reconciliation_commands:
    case RequestKind::review_corrections:
    case RequestKind::post_automatically:
    case RequestKind::start_corrections:
    case RequestKind::lookup_accounts:
    case RequestKind::lookup_transfers:
    case RequestKind::list_accounts:
    case RequestKind::list_ledgers:
    case RequestKind::list_transfers:
    case RequestKind::lookup_holds:
    case RequestKind::trial_balance:
    case RequestKind::lookup_names:
    case RequestKind::read_events:
    case RequestKind::query_operations:
    case RequestKind::lookup_accounts_at:
    case RequestKind::trial_balance_at:
    case RequestKind::lookup_orders:
    case RequestKind::lookup_payments:
    case RequestKind::subscribe:
    case RequestKind::lookup_checkpoints:
    case RequestKind::lookup_tccs:
    case RequestKind::list_tccs:
    case RequestKind::list_sagas:
    case RequestKind::take_work:
    case RequestKind::list_participants:
    case RequestKind::list_waiting_work:
    case RequestKind::seal_secrets:
    case RequestKind::forget_secrets:
    case RequestKind::acknowledge_events:
    case RequestKind::unsubscribe:
    case RequestKind::rebuild:
    case RequestKind::take_snapshot:
    case RequestKind::get_account_transfers:
    case RequestKind::get_account_balances:
    case RequestKind::query_accounts:
    case RequestKind::query_transfers:
    case RequestKind::advance_clock:
    case RequestKind::accept_clock:
    case RequestKind::state_digest:
      return kind;
    case RequestKind::open_session:
    case RequestKind::release_holds:
    case RequestKind::expire_tccs:
    case RequestKind::prune_tccs:
    case RequestKind::drive_sagas:
    case RequestKind::forget_sagas:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace daybook
