#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/model/account.hpp"
#include "engine/model/ledger.hpp"
#include "engine/model/name.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/transfer.hpp"
#include "engine/model/views.hpp"
#include "tools/daybook/text/ledger_book.hpp"

/// JSON for scripts. Ids, amounts, timestamps, sequences and digests are strings, because most
/// readers keep numbers as doubles; counts, bytes, rates and seconds are numbers.

namespace daybook {

/// One JSON object, written member by member in the order of the calls.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  /// Rounded to six decimals; null where it is not a finite number.
  JsonObject& real(std::string_view key, double value);
  JsonObject& count(std::string_view key, std::uint64_t value);
  JsonObject& truth(std::string_view key, bool value);
  JsonObject& texts(std::string_view key, std::span<const std::string> values);
  /// `json` is a whole JSON value.
  JsonObject& raw(std::string_view key, std::string_view json);

  JsonObject& id(std::string_view key, const Uint128& value);
  /// Nanoseconds since 1970, as a string.
  JsonObject& time(std::string_view key, Timestamp value);
  JsonObject& sequence(std::string_view key, Sequence value);
  /// 16 hexadecimal digits.
  JsonObject& digest(std::string_view key, std::uint64_t value);

  /// The object on one line, without a newline.
  [[nodiscard]] std::string str() const { return members_.empty() ? "{}" : members_ + "}"; }

 private:
  void begin(std::string_view key);

  std::string members_;
};

/// `values`, each a whole JSON value, as an array.
[[nodiscard]] std::string json_array(std::span<const std::string> values);

/// `text` in quotes, escaped; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_quoted(std::string_view text);

/// Every field; amounts by the ledger's scale.
[[nodiscard]] JsonObject to_json(const Account& account, const LedgerBook& ledgers);
[[nodiscard]] JsonObject to_json(const Transfer& transfer, const LedgerBook& ledgers);
[[nodiscard]] JsonObject to_json(const Ledger& ledger);
[[nodiscard]] JsonObject to_json(const Name& name);
[[nodiscard]] JsonObject to_json(const HoldView& hold, const LedgerBook& ledgers);

}  // namespace daybook
