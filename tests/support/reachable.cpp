#include "tests/support/reachable.hpp"

namespace daybook::test {

template <>
std::set<CreateAccountStatus> statuses_not_supported_yet() {
  return {CreateAccountStatus::not_supported_yet};
}

template <>
std::set<CreateTransferStatus> statuses_not_supported_yet() {
  return {CreateTransferStatus::not_supported_yet};
}

}  // namespace daybook::test
