#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/saga/document.hpp"

namespace daybook {

/// An object of a document, asked for its members one after the other; whatever is wrong with one
/// becomes a fault with its path. A member that nobody asked for is a fault too.
class ObjectReader {
 public:
  /// Where `value` is null or no object, all is as if it had no members; the latter is a fault.
  ObjectReader(const DocumentValue* value, std::string path, SagaFaults& faults);

  /// The member, if it is there and of this kind.
  const DocumentValue* find(std::string_view key, DocumentValue::Kind kind);
  /// The member, of whatever kind.
  const DocumentValue* find_any(std::string_view key);

  /// True where the member is there and good; `into` is left alone otherwise.
  bool number(std::string_view key, std::uint64_t least, std::uint64_t most, std::uint64_t& into);
  bool number(std::string_view key, std::uint64_t least, std::uint64_t most, std::uint32_t& into);
  bool text(std::string_view key, std::string& into);
  /// A text that is_plain_name().
  bool name(std::string_view key, std::string& into);

  /// A member that must not be here, and why.
  void refuse(std::string_view key, std::string_view why);

  void fault(std::string_view key, std::string what);
  [[nodiscard]] std::string path_of(std::string_view key) const;

  /// Every member that was not asked for is a fault. Call once, at the end.
  void refuse_the_rest(std::string_view whose);

 private:
  const DocumentValue* value_;
  std::string path_;
  SagaFaults& faults_;
  std::vector<bool> asked_;
};

/// A letter, then letters, digits and _ - . , at most limits::saga_name_bytes_max in all.
[[nodiscard]] bool is_plain_name(std::string_view text);
/// Likewise without - and . , so that it can stand in a reference.
[[nodiscard]] bool is_reference_name(std::string_view text);

}  // namespace daybook
