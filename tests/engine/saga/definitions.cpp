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

// Each in its own words: a test's definition should be readable where it stands.
const std::string_view chain_json = R"({
  "name": "chain", "version": 1, "deadline_ms": 1000000,
  "steps": [
   {"id": "a", "kind": "remote.call", "type": "t.a", "undo": "t.a", "timeout_ms": 10,
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 3}},
   {"id": "b", "kind": "remote.call", "type": "t.b", "timeout_ms": 10,
    "undo": {"type": "t.b", "retry": {"max": 3}},
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 3}},
   {"id": "c", "kind": "remote.call", "type": "t.c", "undo": "t.c", "timeout_ms": 10,
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 3}}]})";

const std::string_view diamond_json = R"({
  "name": "diamond", "version": 1, "deadline_ms": 1000000,
  "steps": [
   {"id": "left", "kind": "remote.call", "type": "t.l", "undo": "t.l", "timeout_ms": 10,
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 3}},
   {"id": "right", "kind": "remote.call", "type": "t.r", "undo": "t.r", "timeout_ms": 10,
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 3}, "after": []},
   {"id": "join", "kind": "remote.call", "type": "t.j", "undo": "t.j", "timeout_ms": 10,
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 3},
    "after": ["left", "right"]}]})";

const std::string_view pivot_json = R"({
  "name": "pivot", "version": 1, "deadline_ms": 1000000,
  "steps": [
   {"id": "a", "kind": "remote.call", "type": "t.a", "undo": "t.a", "timeout_ms": 10},
   {"id": "b", "kind": "remote.call", "type": "t.b", "class": "readonly", "timeout_ms": 10},
   {"id": "pay", "kind": "remote.call", "type": "t.p", "class": "pivot", "timeout_ms": 10,
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 3}},
   {"id": "told", "kind": "remote.call", "type": "t.t", "class": "retriable", "timeout_ms": 10,
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 2}},
   {"id": "booked", "kind": "remote.call", "type": "t.k", "class": "retriable", "timeout_ms": 10,
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 2}, "after": ["pay"]}]})";

const std::string_view endless_json = R"({
  "name": "endless", "version": 1, "deadline_ms": 1000000,
  "steps": [
   {"id": "a", "kind": "remote.call", "type": "t.a", "undo": "t.a", "timeout_ms": 10},
   {"id": "pay", "kind": "remote.call", "type": "t.p", "undo": "t.p", "class": "pivot",
    "timeout_ms": 10, "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 0,
                                "on_exhausted": "stuck"}},
   {"id": "told", "kind": "remote.call", "type": "t.t", "class": "retriable", "timeout_ms": 10,
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 2}}]})";

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
