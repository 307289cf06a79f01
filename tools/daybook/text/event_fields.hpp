#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/account.hpp"
#include "engine/model/name.hpp"
#include "engine/model/transfer.hpp"
#include "tools/daybook/text/ledger_book.hpp"

/// The fields of accounts and transfers as text: one table for each, from which JSON lines, CSV
/// columns and command-line options are read and written.

namespace daybook {

/// An event while its fields are being read. The amount waits as text, because the ledger that
/// gives its scale may come later.
template <typename Event>
struct Draft {
  enum class AmountForm : std::uint8_t { absent, scaled, minor };

  Event event;
  bool has_id = false;
  AmountForm amount_form = AmountForm::absent;
  std::string scaled_amount;
  std::string name;           ///< Of its id, as given; else
  std::string id_name;        ///< the text of an id name:TEXT.
  std::string business_name;  ///< The text of a business id name:TEXT.
};

/// What a field is for.
enum class FieldUse : std::uint8_t {
  both,     ///< Read and written.
  input,    ///< Another way to give a field: amount_minor.
  written,  ///< Told by the engine: balances.
};

template <typename Event>
struct EventField {
  std::string_view name;
  FieldUse use = FieldUse::both;
  std::string_view help;
  /// Null where use is `written`. The words of a failure do not name the field.
  Result<void> (*set)(Draft<Event>& draft, std::string_view text) = nullptr;
  /// Null where use is `input`. Empty text for "not set".
  std::string (*get)(const Event& event, const LedgerBook& ledgers) = nullptr;
};

/// In the order in which they are written. Defined for Account and Transfer.
template <typename Event>
[[nodiscard]] std::span<const EventField<Event>> event_fields();
template <>
[[nodiscard]] std::span<const EventField<Account>> event_fields<Account>();
template <>
[[nodiscard]] std::span<const EventField<Transfer>> event_fields<Transfer>();

/// The field that may be read and is called `name`; null when there is none.
template <typename Event>
[[nodiscard]] const EventField<Event>* find_input_field(std::string_view name);

/// The names of all fields that may be read, joined by ", ".
template <typename Event>
[[nodiscard]] std::string input_field_names();

/// Sets `field` of `draft`; the words of a failure name it.
template <typename Event>
[[nodiscard]] Result<void> set_field(Draft<Event>& draft, const EventField<Event>& field,
                                     std::string_view text);

/// Appends the names that go with the event: of its id, of its business id. A text that no name can
/// be (with control characters, say) makes an id all the same.
template <typename Event>
void append_names(const Draft<Event>& draft, std::vector<Name>& names);

/// The whole event, its amount read by the ledger's scale.
[[nodiscard]] Result<Account> finish(const Draft<Account>& draft, const LedgerBook& ledgers);
[[nodiscard]] Result<Transfer> finish(const Draft<Transfer>& draft, const LedgerBook& ledgers);

}  // namespace daybook
