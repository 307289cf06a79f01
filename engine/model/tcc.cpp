#include "engine/model/tcc.hpp"

#include <algorithm>
#include <array>

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"

namespace daybook {
namespace {

template <typename T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span{&value, 1});
}

// A command with nothing but what its kind uses.
TccCommand only_used(const TccCommand& command) {
  TccCommand used;
  used.gid = command.gid;
  used.kind = command.kind;
  used.created_at = command.created_at;
  switch (command.kind) {
    case TccCommandKind::begin:
      used.business_id = command.business_id;
      used.trace_id = command.trace_id;
      used.business_type = command.business_type;
      used.user_id = command.user_id;
      used.timeout_ns = command.timeout_ns;
      break;
    case TccCommandKind::try_:
      used.branch = command.branch;
      used.what = command.what;
      if (command.what != TccBranchKind::hold) {
        used.business_type = command.business_type;
        break;
      }
      used.debit_account_id = command.debit_account_id;
      used.credit_account_id = command.credit_account_id;
      used.amount = command.amount;
      used.ledger = command.ledger;
      used.tag = command.tag;
      used.code = command.code;
      break;
    case TccCommandKind::confirm:
      used.amounts = command.amounts;
      break;
    case TccCommandKind::cancel:
      used.branch = command.branch;
      break;
  }
  return used;
}

// Few, and each compared with those before it: 256 of them are 32,640 comparisons at most.
bool are_distinct(std::span<const TccAmount> amounts) {
  for (std::size_t at = 0; at < amounts.size(); ++at) {
    const auto before = amounts.first(at);
    if (amounts[at].branch == 0 || amounts[at].reserved != 0) return false;
    if (std::any_of(before.begin(), before.end(),
                    [&](const TccAmount& each) { return each.branch == amounts[at].branch; })) {
      return false;
    }
  }
  return true;
}

template <typename Enum, std::size_t count>
std::string_view name_at(const std::array<std::string_view, count>& names, Enum value) noexcept {
  const auto at = static_cast<std::size_t>(value);
  return at < count && !names[at].empty() ? names[at] : "unknown";
}

constexpr std::array<std::string_view, 5> command_names{"", "begin", "try", "confirm", "cancel"};
constexpr std::array<std::string_view, 3> branch_kind_names{"hold", "saga", "transaction"};
constexpr std::array<std::string_view, 17> fact_names{"",
                                                      "begun",
                                                      "tried",
                                                      "refused",
                                                      "decided_confirm",
                                                      "decided_cancel",
                                                      "branch_confirmed",
                                                      "branch_cancelled",
                                                      "branch_empty",
                                                      "cancelled_unseen",
                                                      "pruned",
                                                      "branch_stuck",
                                                      "branch_resumed",
                                                      "branch_withdrawn",
                                                      "branch_closed",
                                                      "branch_prepared",
                                                      "prepared"};
constexpr std::array<std::string_view, 3> reason_names{"none", "client", "expired"};
constexpr std::array<std::string_view, 9> state_names{"",          "trying",        "confirming",
                                                      "confirmed", "cancelling",    "cancelled",
                                                      "stuck",     "closed_manual", "prepared"};
constexpr std::array<std::string_view, 10> branch_names{
    "",      "tried",   "refused", "confirmed", "cancelled",
    "empty", "expired", "stuck",   "withdrawn", "closed"};

}  // namespace

std::string_view to_string(TccCommandKind kind) noexcept { return name_at(command_names, kind); }
std::string_view to_string(TccBranchKind kind) noexcept { return name_at(branch_kind_names, kind); }
std::string_view to_string(TccFactKind kind) noexcept { return name_at(fact_names, kind); }
std::string_view to_string(TccReason reason) noexcept { return name_at(reason_names, reason); }
std::string_view to_string(TccState state) noexcept { return name_at(state_names, state); }
std::string_view to_string(TccBranchState state) noexcept { return name_at(branch_names, state); }

std::uint64_t content_of(const TccCommand& command) noexcept {
  if (command.what != TccBranchKind::hold) {
    struct Subject {
      Uint128 subject;
      std::uint64_t what;
      std::uint64_t reserved;
    };
    return xxh3_64(
        bytes_of(Subject{command.subject(), static_cast<std::uint64_t>(command.what), 0}));
  }
  struct Content {
    AccountId debit;
    AccountId credit;
    Amount amount;
    LedgerId ledger;
    Tag tag;
    std::uint64_t code;
  };
  static_assert(sizeof(Content) == 64);
  return xxh3_64(
      bytes_of(Content{command.debit_account_id, command.credit_account_id, command.amount,
                       command.ledger, command.tag, command.code.value()}));
}

TransferId transfer_id_of(const Uint128& gid, std::uint64_t branch, TccOperation operation,
                          std::uint32_t round) noexcept {
  struct Source {
    Uint128 gid;
    std::uint64_t branch;
    TccOperation operation;
    std::uint32_t round;
  };
  static_assert(sizeof(Source) == 32);
  return TransferId{xxh3_128(bytes_of(Source{gid, branch, operation, round}))};
}

// RFC 9562: the first 48 bits are milliseconds, then four bits of version, and the variant 0b10
// begins the low half.
std::uint64_t creation_time_of(const Uint128& gid, std::uint64_t said) noexcept {
  if (said != 0) return said;
  const bool is_version_7 = (gid.hi >> 12 & 0xf) == 7 && gid.lo >> 62 == 2;
  constexpr std::uint64_t ns_a_millisecond = 1'000'000;
  return is_version_7 ? std::min((gid.hi >> 16) * ns_a_millisecond, limits::timestamp_max) : 0;
}

TccStatus fault_of(const TccCommand& command, std::span<const TccAmount> amounts) {
  using enum TccStatus;
  const auto kind = static_cast<std::uint16_t>(command.kind);
  if (kind < 1 || kind > 4 || command.what > TccBranchKind::transaction) return unknown_command;
  const TccCommand used = only_used(command);
  if (!std::ranges::equal(bytes_of(used), bytes_of(command))) return reserved_field;
  if (command.gid.is_zero()) return gid_must_not_be_zero;
  if (command.gid.is_max()) return gid_must_not_be_int_max;
  if (command.kind == TccCommandKind::try_ && command.branch == 0) return branch_must_not_be_zero;
  const bool has_subject =
      command.kind == TccCommandKind::try_ && command.what != TccBranchKind::hold;
  if (has_subject && (command.subject().is_zero() || command.subject().is_max())) {
    return subject_missing;
  }
  if (amounts.size() > limits::tcc_branches_max || !are_distinct(amounts)) {
    return amounts_malformed;
  }
  if (command.timeout_ns > limits::tcc_timeout_max_ns) return timeout_out_of_range;
  return done;
}

}  // namespace daybook
