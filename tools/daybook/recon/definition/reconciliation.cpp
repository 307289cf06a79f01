#include "tools/daybook/recon/definition/reconciliation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tools/daybook/recon/definition/definition_reader.hpp"

namespace daybook::recon {
namespace {

const DecimalLimit* limit_in(const std::vector<CodeLimit>& limits, Code code,
                             std::uint64_t currency) {
  for (const CodeLimit& limit : limits) {
    if (limit.code == code && limit.currency == currency) return &limit.most;
  }
  return nullptr;
}

}  // namespace

bool Reconciliation::is_fee_code(daybook::Code code) const {
  return std::find(fee_codes.begin(), fee_codes.end(), code) != fee_codes.end();
}

const PostingSaga* Reconciliation::saga_for(Code code) const {
  for (const PostingSaga& each : sagas) {
    if (each.code == code) return &each;
  }
  return nullptr;
}

const DecimalLimit* Reconciliation::limit_of(Code code, std::uint64_t currency_word) const {
  return limit_in(approval, code, currency_word);
}

const DecimalLimit* Reconciliation::automatic_limit_of(Code code,
                                                       std::uint64_t currency_word) const {
  return limit_in(automatic, code, currency_word);
}

Result<std::vector<Tolerance>> Reconciliation::tolerances_in(
    const CurrencyScales& all_scales) const {
  std::vector<Tolerance> all;
  for (const NamedTolerance& each : tolerances) {
    const unsigned scale = scale_in(all_scales, each.currency);
    const auto amount = each.each.exact_at(scale);
    const auto cap = each.cap ? each.cap->exact_at(scale) : std::optional<u128>{0};
    if (!amount || !cap) {
      return Failure{FailureKind::invalid, fmt::format("/tolerances/{}: {} has only {} decimals",
                                                       currency_text(each.currency),
                                                       currency_text(each.currency), scale)};
    }
    Tolerance tolerance{.currency = each.currency, .amount = static_cast<i128>(*amount)};
    if (each.cap) tolerance.cap = static_cast<i128>(*cap);
    all.push_back(tolerance);
  }
  return all;
}

Result<Reconciliation, std::vector<JsonFault>> read_reconciliation(std::string_view json) {
  JsonWalk walk;
  Reconciliation read;
  if (json.size() > limits::definition_bytes_max) {
    walk.fault("", fmt::format("it has more than {} bytes", limits::definition_bytes_max));
    return walk.faults();
  }
  const auto document = walk.parse(json, true);
  if (!document) return walk.faults();
  DefinitionReader{walk, read}.take(*document);
  read.canonical = document->dump();
  if (read.canonical.size() > limits::definition_canonical_bytes_max) {
    walk.fault("", fmt::format("without spaces and comments it has {} bytes; at most {} are stored",
                               read.canonical.size(), limits::definition_canonical_bytes_max));
  }
  if (!walk.faults().empty()) return walk.faults();
  return read;
}

}  // namespace daybook::recon
