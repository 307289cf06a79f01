#include "tests/support/engine_under_test.hpp"
#include "tests/support/ledger_under_test.hpp"
#include "tests/support/naive_ledger.hpp"

namespace daybook::test {

std::vector<LedgerMaker> ledgers_under_test() {
  return {
      {"Engine",
       [](LedgerSettings settings) { return std::make_unique<EngineUnderTest>(settings); }},
      {"NaiveModel",
       [](LedgerSettings settings) { return std::make_unique<NaiveLedger>(settings); }},
  };
}

}  // namespace daybook::test
