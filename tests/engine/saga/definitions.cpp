#include "tests/engine/saga/definitions.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

#include "engine/base/assert.hpp"

namespace daybook::test {

const std::string_view payout_json = R"({
  "name": "payout", "version": 3, "deadline_ms": 86400000,
  "input": {"user": "account", "amount": "money", "iban": "secret"},
  "steps": [
   {"id": "reserve", "kind": "ledger.hold",
    "args": {"from": "$.user", "to": "@bank_clearing", "amount": "$.amount"}},
   {"id": "screen", "kind": "remote.call", "type": "risk.screen.v1", "class": "readonly",
    "timeout_ms": 2000},
   {"id": "pay", "kind": "remote.call", "type": "bank.payout.v1", "class": "pivot",
    "timeout_ms": 15000,
    "retry": {"initial_ms": 1000, "factor": 2, "cap_ms": 60000, "max": 0, "on_exhausted": "stuck"},
    "after": ["reserve", "screen"]},
   {"id": "settle", "kind": "ledger.capture", "hold": "reserve", "class": "retriable",
    "after": ["pay"]}]})";

SagaDefinition definition_of(std::string_view json) {
  auto read = read_definition(json);
  if (!read.ok()) {
    for (const SagaFault& fault : read.error()) {
      std::fprintf(stderr, "%s\n", to_text(fault).c_str());
    }
  }
  ENSURE(read.ok(), "the definition of a test has no faults");
  return std::move(read).value();
}

std::string shipped_definition(std::string_view name) {
  const std::string path = std::string{DAYBOOK_SAGAS} + "/" + std::string{name} + ".json";
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  ENSURE(file.good() || file.eof(), "the shipped definitions can be read");
  return text.str();
}

}  // namespace daybook::test
