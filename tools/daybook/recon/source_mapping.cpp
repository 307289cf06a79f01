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

struct Scale {
  std::string_view currency;
  unsigned decimals;
};
/// ISO 4217 where it is not 2, and what exchanges trade.
constexpr Scale scales[]{
    {"BIF", 0},  {"CLP", 0},  {"DJF", 0},  {"GNF", 0}, {"ISK", 0}, {"JPY", 0},
    {"KMF", 0},  {"KRW", 0},  {"PYG", 0},  {"RWF", 0}, {"UGX", 0}, {"VND", 0},
    {"VUV", 0},  {"XAF", 0},  {"XOF", 0},  {"XPF", 0}, {"BHD", 3}, {"IQD", 3},
    {"JOD", 3},  {"KWD", 3},  {"LYD", 3},  {"OMR", 3}, {"TND", 3}, {"CLF", 4},
    {"UYW", 4},  {"USDT", 6}, {"USDC", 6}, {"BTC", 8}, {"BCH", 8}, {"LTC", 8},
    {"DOGE", 8}, {"ETH", 18}, {"BNB", 18}, {"SOL", 9}, {"XRP", 6}, {"TRX", 6},
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

unsigned usual_scale(std::uint64_t currency) {
  const std::string text = currency_text(currency);
  for (const Scale& scale : scales) {
    if (scale.currency == text) return scale.decimals;
  }
  return 2;
}

}  // namespace daybook::recon
