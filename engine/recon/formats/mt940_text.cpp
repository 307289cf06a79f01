#include "engine/recon/formats/mt940_text.hpp"

#include <algorithm>
#include <array>

#include "engine/base/ascii.hpp"
#include "engine/base/durations.hpp"
#include "engine/recon/formats/field_text.hpp"

namespace daybook::recon {
namespace {

/// A subfield of the German form has at most so many characters: one that is full goes on in the
/// next.
constexpr std::size_t subfield_bytes = 27;
constexpr std::size_t tag_bytes = 5;  ///< "EREF+".

/// "SVWZ+" and the like at the start of a subfield.
bool begins_with_tag(std::string_view text) {
  return text.size() >= tag_bytes && text[4] == '+' &&
         std::all_of(text.begin(), text.begin() + 4, is_upper);
}

EntryInformation of_subfields(std::string_view text) {
  EntryInformation information;
  bool goes_on = false;
  while (true) {
    const std::size_t begin = text.find('?');
    if (begin == std::string_view::npos || text.size() < begin + 3) return information;
    const std::string_view number = text.substr(begin + 1, 2);
    text.remove_prefix(begin + 3);
    const std::string_view value = text.substr(0, text.find('?'));
    const bool is_purpose = number[0] == '2' || number[0] == '6';
    if (is_purpose && goes_on && !begins_with_tag(value)) {
      information.reference += value;
      goes_on = value.size() >= subfield_bytes;
    } else if (is_purpose && value.starts_with("EREF+")) {
      information.reference = value.substr(tag_bytes);
      goes_on = value.size() >= subfield_bytes || value.size() == tag_bytes;
    } else {
      goes_on = false;
    }
    if (number == "32" || number == "33") information.party += value;
  }
}

/// Where "/CODE/" of two to four upper-case letters begins; npos for nowhere.
std::size_t find_code(std::string_view text) {
  for (std::size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
    std::size_t end = at + 1;
    while (end < text.size() && is_upper(text[end])) ++end;
    const std::size_t letters = end - at - 1;
    if (letters >= 2 && letters <= 4 && end < text.size() && text[end] == '/') return at;
  }
  return std::string_view::npos;
}

std::string value_of_code(std::string_view text, std::string_view code) {
  const std::size_t begin = text.find(code);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = text.substr(begin + code.size());
  std::string_view value = rest.substr(0, find_code(rest));
  while (value.ends_with('/')) value.remove_suffix(1);
  return std::string{trimmed(value)};
}

}  // namespace

EntryInformation information_of(std::string_view text) {
  // Lines are full where they end, words or not.
  std::string joined{text};
  joined.erase(std::remove(joined.begin(), joined.end(), '\n'), joined.end());
  const std::string_view all = joined;
  EntryInformation information;
  if (all.size() > 4 && std::all_of(all.begin(), all.begin() + 3, is_digit) && all[3] == '?') {
    information = of_subfields(all.substr(3));
  } else {
    information = {.reference = value_of_code(all, "/EREF/"),
                   .party = value_of_code(all, "/NAME/")};
    if (information.reference.empty()) information.reference = value_of_code(all, "/PREF/");
  }
  information.reference = std::string{trimmed(information.reference)};
  if (folded(information.reference) == "notprovided") information.reference.clear();
  return information;
}

std::optional<std::int64_t> day_of_yymmdd(std::string_view text) {
  if (text.size() != 6 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  const auto part = [&](std::size_t at) {
    return static_cast<unsigned>(text[at] - '0') * 10 + static_cast<unsigned>(text[at + 1] - '0');
  };
  const unsigned year = part(0) + (part(0) >= 80 ? 1900 : 2000);
  const auto days = days_of(year, part(2), part(4));
  if (!days) return std::nullopt;
  return *days * day_ns;
}

}  // namespace daybook::recon
