#include "engine/model/account_change.hpp"

namespace daybook {

std::string_view to_string(AccountChangeKind kind) noexcept {
  switch (kind) {
    case AccountChangeKind::set_limits:
      return "set_limits";
    case AccountChangeKind::clear_limits:
      return "clear_limits";
    case AccountChangeKind::freeze:
      return "freeze";
    case AccountChangeKind::unfreeze:
      return "unfreeze";
    case AccountChangeKind::close:
      return "close";
    case AccountChangeKind::reopen:
      return "reopen";
  }
  return "unknown_change";
}

std::string to_decimal(const Int128& number) {
  const u128 bits = Uint128{number.lo, number.hi}.wide();
  return number.negative() ? "-" + daybook::to_decimal(~bits + 1) : daybook::to_decimal(bits);
}

}  // namespace daybook
