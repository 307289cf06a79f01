#include "engine/model/legs_hash.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"

namespace daybook {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes of the legs are hashed");

/// Without padding, so that its bytes are what it says.
struct HashedLeg {
  Uint128 id;
  Uint128 debit;
  Uint128 credit;
  Uint128 amount;
  Uint128 pending;
  std::uint32_t ledger = 0;
  std::uint16_t code = 0;
  std::uint16_t flags = 0;
};
static_assert(sizeof(HashedLeg) == 88 && std::has_unique_object_representations_v<HashedLeg>);

}  // namespace

Uint128 legs_hash(std::span<const Transfer> legs) {
  ENSURE(legs.size() <= limits::correction_legs_max, "the caller counts them");
  std::array<HashedLeg, limits::correction_legs_max> hashed;
  std::size_t count = 0;
  for (const Transfer& leg : legs) {
    hashed[count++] = {.id = leg.id.value(),
                       .debit = leg.debit_account_id.value(),
                       .credit = leg.credit_account_id.value(),
                       .amount = leg.amount.value(),
                       .pending = leg.pending_id.value(),
                       .ledger = leg.ledger.value(),
                       .code = leg.code.value(),
                       .flags = leg.flags};
  }
  return xxh3_128(std::as_bytes(std::span{hashed}.first(count)));
}

Uint128 saga_start_hash(const Uint128& saga, std::span<const std::byte> payload) {
  const std::array<Uint128, 2> parts{saga, xxh3_128(payload)};
  return xxh3_128(std::as_bytes(std::span{parts}));
}

}  // namespace daybook
