#include "engine/model/name.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"
#include "engine/base/utf8.hpp"

namespace daybook {

std::string_view to_string(NameKind kind) noexcept {
  switch (kind) {
    case NameKind::account:
      return "account";
    case NameKind::transfer:
      return "transfer";
    case NameKind::user:
      return "user";
    case NameKind::business:
      return "business";
    case NameKind::aggregate_type:
      return "aggregate_type";
    case NameKind::event_type:
      return "event_type";
    case NameKind::aggregate:
      return "aggregate";
  }
  return "unknown";
}

std::optional<NameKind> parse_name_kind(std::string_view text) noexcept {
  for (const auto kind : {NameKind::account, NameKind::transfer, NameKind::user, NameKind::business,
                          NameKind::aggregate_type, NameKind::event_type, NameKind::aggregate}) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

void Name::set_text(std::string_view text) {
  ENSURE(text.size() <= text_data.size(), "a name was checked to fit");
  text_data.fill('\0');
  std::copy(text.begin(), text.end(), text_data.begin());
  text_bytes = static_cast<std::uint16_t>(text.size());
}

Name make_name(NameKind kind, const Uint128& id, std::string_view text) {
  Name name;
  name.id = id;
  name.kind = kind;
  name.set_text(text);
  return name;
}

PutNameStatus fault_of(const Name& name) {
  if (name.reserved != 0) return PutNameStatus::reserved_field;
  if (to_string(name.kind) == "unknown") return PutNameStatus::kind_unknown;
  if (name.id.is_zero()) return PutNameStatus::id_must_not_be_zero;
  if (name.text_bytes == 0) return PutNameStatus::text_must_not_be_empty;
  if (name.text_bytes > name.text_data.size()) return PutNameStatus::text_too_long;
  const bool tail_is_zero = std::all_of(name.text_data.begin() + name.text_bytes,
                                        name.text_data.end(), [](char c) { return c == '\0'; });
  if (!tail_is_zero || !is_printable_utf8(name.text())) return PutNameStatus::text_must_be_utf8;
  return PutNameStatus::created;
}

}  // namespace daybook
