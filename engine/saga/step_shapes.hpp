#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/saga/definition.hpp"

/// What each kind of step is made of: a table that the reader of definitions goes by.

namespace daybook {

/// A set of ValueType.
using TypeSet = std::uint16_t;
[[nodiscard]] constexpr TypeSet type_set(ValueType type) {
  return static_cast<TypeSet>(1U << static_cast<unsigned>(type));
}
template <typename... More>
[[nodiscard]] constexpr TypeSet type_set(ValueType type, More... more) {
  return static_cast<TypeSet>(type_set(type) | type_set(more...));
}
[[nodiscard]] constexpr bool has(TypeSet set, ValueType type) {
  return (set & type_set(type)) != 0;
}

struct ArgumentShape {
  std::string_view name;
  TypeSet type_set;
  bool must;
  std::uint64_t most = limits::timestamp_max;  ///< Of a number that stands there.
};

struct StepShape {
  std::string_view text;  ///< "ledger.hold".
  StepKind kind;
  Command command;
  UndoAct undo;
  std::span<const ArgumentShape> arguments;
  bool takes_any_arguments = false;  ///< Of remote steps: what the participant is told.
};

/// The shape behind a step's `kind`; "remote.tcc" gives that of its try. Null where there is none.
[[nodiscard]] const StepShape* find_shape(std::string_view kind) noexcept;
[[nodiscard]] std::span<const StepShape> all_shapes() noexcept;

}  // namespace daybook
