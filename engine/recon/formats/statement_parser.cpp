#include "engine/recon/formats/statement_parser.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/base/utf8.hpp"
#include "engine/recon/formats/field_text.hpp"

namespace daybook::recon {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// U+0080 to U+009F, as UTF-8 has them, as spaces.
std::string without_late_controls(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_control_here = text[i] == '\xc2' && i + 1 < text.size() &&
                                 static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
                                 static_cast<unsigned char>(text[i + 1]) < 0xa0;
    result += is_control_here ? ' ' : text[i];
    if (is_control_here) ++i;
  }
  return result;
}

std::string from_latin1(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      result += c;
    } else if (byte >= 0xa0) {
      result += static_cast<char>(0xc0U | (byte >> 6U));
      result += static_cast<char>(0x80U | (byte & 0x3fU));
    } else {
      result += ' ';  // Control characters.
    }
  }
  return result;
}

}  // namespace

std::string readable(std::string_view text) {
  std::string result{text};
  std::replace_if(result.begin(), result.end(), is_control, ' ');
  if (!is_printable_utf8(result)) {
    // It may be UTF-8 all the same, with control characters beyond ASCII.
    const std::string clean = without_late_controls(result);
    result = is_printable_utf8(clean) ? clean : from_latin1(result);
  }
  return std::string{trimmed(result)};
}

std::string readable_name(std::string_view text, std::size_t size_bytes) {
  // Nobody reads what is behind the cut, so it is not looked at.
  std::string name = readable(text.substr(0, 2 * size_bytes));
  if (name.size() <= size_bytes) return name;
  std::size_t end = size_bytes;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80U) --end;
  name.resize(end);
  return name;
}

void StatementParser::fault(const FilePlace& place, InvalidReason reason) {
  output_.faults.push_back({.offset = place.offset,
                            .line = place.line,
                            .size_bytes = place.size_bytes,
                            .reason = reason});
}

bool StatementParser::emit(StatementEntry entry) {
  entry.reference = readable(entry.reference);
  if (entry.reference.size() > limits::reference_bytes_max) {
    fault(entry.place, InvalidReason::reference);
    return false;
  }
  entry.party = readable_name(entry.party, limits::party_bytes_max);
  if (settings_.is_negated) entry.amount = -entry.amount;
  if (entry.time_ns != no_time) entry.time_ns -= settings_.time_offset_ns;
  output_.entries.push_back(std::move(entry));
  return true;
}

void StatementParser::list(StatementSummary summary) {
  ++output_.statement_count;
  if (output_.statements.size() < limits::statements_listed_max) {
    output_.statements.push_back(std::move(summary));
  }
}

void BalanceChain::open(const std::string& account, std::uint64_t currency, i128 opening,
                        std::optional<std::int64_t> day, unsigned scale, ControlTotals& totals) {
  const auto found = closings_.find(fmt::format("{} {}", account, currency_text(currency)));
  if (found == closings_.end()) return;
  const Closing& before = found->second;
  // Some banks put the newest statement first.
  if (!day || !before.day || *day < *before.day) return;
  totals.add(
      {.what = fmt::format("the opening balance of {}, against the closing one before it", account),
       .stated = opening,
       .found = before.amount,
       .scale = scale});
}

void BalanceChain::close(const std::string& account, std::uint64_t currency, i128 closing,
                         std::optional<std::int64_t> day) {
  std::string key = fmt::format("{} {}", account, currency_text(currency));
  const auto found = closings_.find(key);
  if (found == closings_.end() && closings_.size() >= limits::accounts_remembered_max) return;
  closings_[std::move(key)] = {.amount = closing, .day = day};
}

}  // namespace daybook::recon
