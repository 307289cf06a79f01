#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace daybook::recon {

/// What field :86: of an MT940 says of the entry before it.
struct EntryInformation {
  std::string reference;  ///< The end-to-end reference, or that of a batch; empty for none.
  std::string party;
};

/// Lines of the field are one behind the other with LF between them. Understands subfields `?20`
/// and so on behind a three-digit code (German banks), codes between slashes (`/EREF/`, `/NAME/`;
/// Dutch and other banks), and takes nothing from free text.
[[nodiscard]] EntryInformation information_of(std::string_view text);

/// Nanoseconds since 1970 at which the day "YYMMDD" begins; years from 80 on are of the twentieth
/// century. Nothing for days that no calendar has.
[[nodiscard]] std::optional<std::int64_t> day_of_yymmdd(std::string_view text);

}  // namespace daybook::recon
