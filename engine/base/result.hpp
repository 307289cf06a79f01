#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "engine/base/assert.hpp"
#include "engine/base/failure.hpp"

namespace daybook {

/// A value, or why there is none. C++20 has no std::expected; this has the members we use of it.
template <typename T, typename E = Failure>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_{std::in_place_index<0>, std::move(value)} {}
  Result(E error) : held_{std::in_place_index<1>, std::move(error)} {}

  [[nodiscard]] bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// Requires: ok().
  [[nodiscard]] T& value() & {
    ENSURE(ok(), "a failed result has no value");
    return *std::get_if<0>(&held_);
  }
  [[nodiscard]] const T& value() const& {
    ENSURE(ok(), "a failed result has no value");
    return *std::get_if<0>(&held_);
  }
  [[nodiscard]] T&& value() && {
    ENSURE(ok(), "a failed result has no value");
    return std::move(*std::get_if<0>(&held_));
  }

  /// Requires: !ok().
  [[nodiscard]] const E& error() const {
    ENSURE(!ok(), "a good result has no error");
    return *std::get_if<1>(&held_);
  }

 private:
  std::variant<T, E> held_;
};

/// The outcome of an act that yields nothing: done, or why not.
template <typename E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(E error) : error_{std::move(error)} {}

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }

  /// Requires: !ok().
  [[nodiscard]] const E& error() const {
    ENSURE(!ok(), "a good result has no error");
    return *error_;
  }

 private:
  std::optional<E> error_;
};

}  // namespace daybook
