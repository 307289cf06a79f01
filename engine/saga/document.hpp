#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"

/// The JSON text of a saga definition as a tree, before anybody asks what it means.
///
/// Less than JSON: the only numbers are whole ones from 0 to 2^63-1, texts are printable UTF-8, no
/// object has a key twice. So there is one way of writing each value, and whoever hashes that way
/// need not think about what two readers would make of the same text.

namespace daybook {

/// What is wrong, and where: "steps[2].timeout_ms", or empty for the whole text.
struct SagaFault {
  std::string path;
  std::string what;

  friend bool operator==(const SagaFault&, const SagaFault&) = default;
};
using SagaFaults = std::vector<SagaFault>;

/// "steps[2].timeout_ms: a remote step needs a time-out".
[[nodiscard]] std::string to_text(const SagaFault& fault);

struct DocumentMember;

/// A value of a document, with all that is in it.
struct DocumentValue {
  enum class Kind : std::uint8_t { null, truth, number, text, list, object };

  Kind kind = Kind::null;
  bool truth = false;
  std::uint64_t number = 0;
  std::string text;
  std::vector<DocumentValue> items;
  std::vector<DocumentMember> members;  ///< In the order of the text.

  /// The member of an object; null where there is none, and for what is no object.
  [[nodiscard]] const DocumentValue* find(std::string_view key) const;
};

struct DocumentMember {
  std::string key;
  DocumentValue value;
};

/// "a number", "an object" and so on, for messages.
[[nodiscard]] std::string_view to_string(DocumentValue::Kind kind) noexcept;

/// Reads a text. Any bytes are safe: depth, size and count of values are limited
/// (limits::saga_document_...), and no exception leaves.
/// Errors: everything that can be told without stopping, or the first thing that cannot be read on.
[[nodiscard]] Result<DocumentValue, SagaFaults> read_document(std::string_view json);

/// The one way of writing a value: keys sorted by their bytes, no spaces, nothing escaped but quote
/// and backslash. read_document() of it gives the same again.
[[nodiscard]] std::string canonical_text(const DocumentValue& value);

}  // namespace daybook
