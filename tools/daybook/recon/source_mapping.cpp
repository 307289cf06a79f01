#include "tools/daybook/recon/source_mapping.hpp"

#include <algorithm>

namespace daybook::recon {
namespace {

using StatusWord = std::pair<std::string_view, RecordStatus>;
constexpr StatusWord status_words[]{
    {"ok", RecordStatus::ok},
    {"posted", RecordStatus::ok},
    {"settled", RecordStatus::ok},
    {"success", RecordStatus::ok},
    {"succeeded", RecordStatus::ok},
    {"successful", RecordStatus::ok},
    {"complete", RecordStatus::ok},
    {"completed", RecordStatus::ok},
    {"captured", RecordStatus::ok},
    {"paid", RecordStatus::ok},
    {"booked", RecordStatus::ok},
    {"available", RecordStatus::ok},
    {"filled", RecordStatus::ok},
    {"open", RecordStatus::open},
    {"pending", RecordStatus::open},
    {"processing", RecordStatus::open},
    {"authorised", RecordStatus::open},
    {"authorized", RecordStatus::open},
    {"held", RecordStatus::open},
    {"failed", RecordStatus::failed},
    {"failure", RecordStatus::failed},
    {"declined", RecordStatus::failed},
    {"rejected", RecordStatus::failed},
    {"refused", RecordStatus::failed},
    {"voided", RecordStatus::failed},
    {"expired", RecordStatus::failed},
    {"cancelled", RecordStatus::failed},
    {"canceled", RecordStatus::failed},
    {"reversed", RecordStatus::reversed},
    {"refunded", RecordStatus::refunded},
    {"chargeback", RecordStatus::charged_back},
    {"charged_back", RecordStatus::charged_back},
};

using TypeWord = std::pair<std::string_view, RecordType>;
constexpr TypeWord type_words[]{
    {"charge", RecordType::charge},
    {"payment", RecordType::charge},
    {"sale", RecordType::charge},
    {"capture", RecordType::charge},
    {"refund", RecordType::refund},
    {"reversal", RecordType::reversal},
    {"chargeback", RecordType::chargeback},
    {"dispute", RecordType::chargeback},
    {"fee", RecordType::fee},
    {"payout", RecordType::payout},
    {"transfer", RecordType::transfer},
    {"adjustment", RecordType::adjustment},
    {"other", RecordType::other},
};

}  // namespace

std::string_view to_string(Field field) {
  constexpr std::array<std::string_view, field_count> names{"reference",
                                                            "amount",
                                                            "debit",
                                                            "credit",
                                                            "sign",
                                                            "currency",
                                                            "status",
                                                            "time",
                                                            "time_of_day",
                                                            "fee",
                                                            "type",
                                                            "party",
                                                            "settlement_amount",
                                                            "settlement_currency"};
  return names[static_cast<std::size_t>(field)];
}

SourceMapping SourceMapping::standard() {
  SourceMapping mapping;
  for (std::size_t i = 0; i < field_count; ++i) {
    mapping.columns[i] = to_string(static_cast<Field>(i));
  }
  for (const auto& [word, status] : status_words) {
    mapping.statuses.push_back({.word = std::string{word}, .value = status});
  }
  for (const auto& [word, type] : type_words) {
    mapping.types.push_back({.word = std::string{word}, .value = type});
  }
  mapping.minus_words = {"debit", "d", "dr", "out", "-"};
  mapping.no_references = {"NOTPROVIDED"};
  return mapping;
}

SourceMapping SourceMapping::of_format(StatementFormat format) {
  SourceMapping mapping = standard();
  mapping.name = to_string(format);
  mapping.format = format;
  return mapping;
}

}  // namespace daybook::recon
