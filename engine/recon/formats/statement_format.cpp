#include "engine/recon/formats/statement_format.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "engine/recon/formats/camt_parser.hpp"
#include "engine/recon/formats/field_text.hpp"
#include "engine/recon/formats/mt940_parser.hpp"

namespace daybook::recon {
namespace {

constexpr std::string_view names[]{"mt940", "mt942", "camt.052", "camt.053", "camt.054"};

/// A line of `text` begins with `start`.
bool has_line(std::string_view text, std::string_view start) {
  if (text.starts_with(start)) return true;
  for (std::size_t at = text.find(start); at != std::string_view::npos;
       at = text.find(start, at + 1)) {
    if (at > 0 && text[at - 1] == '\n') return true;
  }
  return false;
}

/// XML, in UTF-16 too, in which one of the messages is named.
bool is_camt(std::string_view start) {
  std::string text{start};
  text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
  const std::size_t tag = text.find('<');
  constexpr std::size_t blanks_max = 64;
  if (tag == std::string::npos || tag > blanks_max) return false;
  return text.find("BkToCstmrStmt") != std::string::npos ||
         text.find("BkToCstmrAcctRpt") != std::string::npos ||
         text.find("BkToCstmrDbtCdtNtfctn") != std::string::npos;
}

}  // namespace

std::string_view to_string(StatementFormat format) {
  switch (format) {
    case StatementFormat::mt940:
      return "mt940";
    case StatementFormat::camt:
      return "camt";
  }
  return "unknown";
}

std::optional<StatementFormat> format_of(std::string_view name) {
  const std::string word = folded(name);
  if (word == "mt940" || word == "mt942") return StatementFormat::mt940;
  if (word == "camt" || word == "camt.052" || word == "camt.053" || word == "camt.054") {
    return StatementFormat::camt;
  }
  return std::nullopt;
}

std::span<const std::string_view> format_names() { return names; }

std::optional<StatementFormat> guess_format(std::string_view start) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (start.starts_with(byte_order_mark)) start.remove_prefix(byte_order_mark.size());
  constexpr std::size_t head_bytes = 4'096;
  const std::string_view head = start.substr(0, head_bytes);
  if (has_line(head, ":20:") && has_line(start, ":25")) return StatementFormat::mt940;
  if (is_camt(start)) return StatementFormat::camt;
  return std::nullopt;
}

std::unique_ptr<StatementParser> make_parser(StatementFormat format, ParserSettings settings) {
  switch (format) {
    case StatementFormat::mt940:
      return std::make_unique<Mt940Parser>(std::move(settings));
    case StatementFormat::camt:
      return std::make_unique<CamtParser>(std::move(settings));
  }
  return nullptr;
}

}  // namespace daybook::recon
