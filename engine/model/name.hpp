#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "engine/base/limits.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/status.hpp"

namespace daybook {

/// What the id of a name is an id of. Frozen: on the wire and in the journal.
enum class NameKind : std::uint16_t {
  account = 1,
  transfer = 2,
  user = 3,      ///< A user id: 64 bits.
  business = 4,  ///< A business reference, of whatever it stands in.
  aggregate_type = 5,
  event_type = 6,
  aggregate = 7,  ///< An aggregate's id, of whatever type.
};

[[nodiscard]] std::string_view to_string(NameKind kind) noexcept;
[[nodiscard]] std::optional<NameKind> parse_name_kind(std::string_view text) noexcept;

/// What has a name: ids of two kinds do not share one, though they be the same number. 24 bytes.
struct NameKey {
  Uint128 id;
  NameKind kind = NameKind::account;
  std::uint16_t reserved = 0;
  std::uint32_t reserved_end = 0;

  friend bool operator==(const NameKey&, const NameKey&) = default;
};
static_assert(sizeof(NameKey) == 24 && alignof(NameKey) == 8);
static_assert(std::is_standard_layout_v<NameKey> && std::is_trivially_copyable_v<NameKey>);

/// The text behind an id, 88 bytes: the same on the wire and in the journal. An id has one name for
/// ever.
///
/// Usually the id is id_of(text()), but no name needs to be so.
struct Name {
  Uint128 id;
  NameKind kind = NameKind::account;
  std::uint16_t text_bytes = 0;  ///< How many of `text_data` count; 1 to 64. The rest is zero.
  std::uint32_t reserved = 0;    ///< Must be 0.
  std::array<char, limits::name_bytes_max> text_data{};

  [[nodiscard]] std::string_view text() const {
    return {text_data.data(), text_bytes <= text_data.size() ? text_bytes : text_data.size()};
  }
  /// Requires: text.size() <= limits::name_bytes_max.
  void set_text(std::string_view text);

  [[nodiscard]] NameKey key() const { return {.id = id, .kind = kind}; }

  friend bool operator==(const Name&, const Name&) = default;
};
static_assert(sizeof(Name) == 88 && alignof(Name) == 8);
static_assert(std::is_standard_layout_v<Name> && std::is_trivially_copyable_v<Name>);

/// A name of `text` for `id`. Requires: as Name::set_text().
[[nodiscard]] Name make_name(NameKind kind, const Uint128& id, std::string_view text);

/// What is wrong with `name` by itself, in the order of PutNameStatus; `created` if nothing.
[[nodiscard]] PutNameStatus fault_of(const Name& name);

}  // namespace daybook
