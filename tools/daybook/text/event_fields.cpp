#include "tools/daybook/text/event_fields.hpp"

#include <limits>

#include <fmt/format.h>

#include "tools/daybook/text/duration_text.hpp"
#include "tools/daybook/text/flag_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

using Text = std::string_view;

// ---- From text to a member. `Member` is a pointer to it: one function a member, made by the
// compiler, so the tables below are data. ----

template <typename Event, auto Member>
Result<void> set_id(Draft<Event>& draft, Text text) {
  const auto id = parse_id(text);
  if (!id) return id.error();
  auto& member = draft.event.*Member;
  member = std::remove_reference_t<decltype(member)>{id.value()};
  return {};
}

template <typename Event>
Result<void> set_own_id(Draft<Event>& draft, Text text) {
  draft.has_id = true;
  draft.id_name = text_behind_id(text);
  return set_id<Event, &Event::id>(draft, text);
}

template <typename Event>
Result<void> set_business_id(Draft<Event>& draft, Text text) {
  draft.business_name = text_behind_id(text);
  return set_id<Event, &Event::business_id>(draft, text);
}

/// Where there is no id, the name makes it.
template <typename Event>
Result<void> set_name(Draft<Event>& draft, Text text) {
  if (!text_may_be_name(text)) {
    return Failure{FailureKind::invalid,
                   fmt::format("a name has 1 to {} bytes of UTF-8 without control characters",
                               limits::name_bytes_max)};
  }
  draft.name = text;
  if (draft.has_id) return {};
  draft.has_id = true;
  auto& id = draft.event.id;
  id = std::remove_reference_t<decltype(id)>{id_of(text)};
  return {};
}

Result<void> set_trace(Draft<Transfer>& draft, Text text) {
  const auto id = parse_trace_id(text);
  if (!id) return id.error();
  draft.event.trace_id = id.value();
  return {};
}

/// A Named number of at most 64 bits.
template <typename Event, auto Member>
Result<void> set_number(Draft<Event>& draft, Text text) {
  auto& member = draft.event.*Member;
  using Number = std::remove_reference_t<decltype(member)>;
  using Rep = typename Number::rep;
  const auto value = parse_unsigned(text, std::numeric_limits<Rep>::max());
  if (!value) return value.error();
  member = Number{static_cast<Rep>(value.value())};
  return {};
}

Result<void> set_timeout(Draft<Transfer>& draft, Text text) {
  const auto seconds = parse_timeout_s(text);
  if (!seconds) return seconds.error();
  draft.event.timeout = seconds.value();
  return {};
}

template <typename Event>
Result<void> set_timestamp(Draft<Event>& draft, Text text) {
  const auto time = parse_time(text);
  if (!time) return time.error();
  draft.event.timestamp = time.value();
  return {};
}

template <typename Event, FlagSet set>
Result<void> set_flags(Draft<Event>& draft, Text text) {
  const auto flags = parse_flags(set, text);
  if (!flags) return flags.error();
  draft.event.flags = flags.value();
  return {};
}

const Failure amount_given_twice{FailureKind::invalid,
                                 "an amount is given twice: give amount or amount_minor"};

Result<void> set_amount(Draft<Transfer>& draft, Text text) {
  using Form = Draft<Transfer>::AmountForm;
  if (draft.amount_form != Form::absent) return amount_given_twice;
  draft.amount_form = Form::scaled;
  draft.scaled_amount = text;
  return {};
}

Result<void> set_amount_minor(Draft<Transfer>& draft, Text text) {
  using Form = Draft<Transfer>::AmountForm;
  if (draft.amount_form != Form::absent) return amount_given_twice;
  const bool digits = text.find_first_not_of("0123456789") == Text::npos;
  const auto value = digits ? parse_u128(text) : std::nullopt;
  if (!value) {
    return Failure{FailureKind::invalid,
                   fmt::format("'{}' is not a whole number below 2^128 of the minor unit", text)};
  }
  draft.amount_form = Form::minor;
  draft.event.amount = Amount{Uint128{*value}};
  return {};
}

// ---- From a member to text. ----

template <typename Event, auto Member>
std::string get_id(const Event& event, const LedgerBook&) {
  return format_id((event.*Member).value());
}

/// As get_id; 0 means that there is none.
template <typename Event, auto Member>
std::string get_optional_id(const Event& event, const LedgerBook&) {
  const Uint128 id = (event.*Member).value();
  return id.is_zero() ? std::string{} : format_id(id);
}

std::string get_trace(const Transfer& transfer, const LedgerBook&) {
  return transfer.trace_id == TraceId{} ? std::string{} : format_trace_id(transfer.trace_id);
}

template <typename Event, auto Member>
std::string get_number(const Event& event, const LedgerBook&) {
  return fmt::format("{}", (event.*Member).value());
}

template <typename Event, auto Member>
std::string get_optional_number(const Event& event, const LedgerBook&) {
  const auto value = (event.*Member).value();
  return value == 0 ? std::string{} : fmt::format("{}", value);
}

std::string get_timeout(const Transfer& transfer, const LedgerBook&) {
  return transfer.timeout == 0 ? std::string{} : fmt::format("{}", transfer.timeout);
}

template <typename Event, auto Member>
std::string get_amount(const Event& event, const LedgerBook& ledgers) {
  return ledgers.format(event.ledger, event.*Member);
}

template <typename Event, FlagSet set>
std::string get_flags(const Event& event, const LedgerBook&) {
  return format_flags(set, event.flags);
}

template <typename Event>
std::string get_timestamp(const Event& event, const LedgerBook&) {
  return event.timestamp == Timestamp{} ? std::string{} : format_time(event.timestamp);
}

// ---- The tables. ----

constexpr Text id_help = "decimal, 0xHEX or name:TEXT";
constexpr Text name_help = "the text behind the id, kept for ever; without an id, id is name:TEXT";
constexpr Text timestamp_help = "only with the flag imported: RFC 3339 or nanoseconds since 1970";

using A = Account;
constexpr EventField<Account> account_table[] = {
    {"id", FieldUse::both, id_help, set_own_id<A>, get_id<A, &A::id>},
    {"ledger", FieldUse::both, "the ledger's number", set_number<A, &A::ledger>,
     get_number<A, &A::ledger>},
    {"code", FieldUse::both, "the kind of account, 1 to 65535", set_number<A, &A::code>,
     get_number<A, &A::code>},
    {"flags", FieldUse::both, "flag names joined by |", set_flags<A, FlagSet::account>,
     get_flags<A, FlagSet::account>},
    {"business_id", FieldUse::both, "your reference; as an id", set_business_id<A>,
     get_optional_id<A, &A::business_id>},
    {"name", FieldUse::input, name_help, set_name<A>, nullptr},
    {"user_id", FieldUse::both, "a number of yours, 64 bits", set_number<A, &A::user_id>,
     get_optional_number<A, &A::user_id>},
    {"tag", FieldUse::both, "a number of yours, 32 bits", set_number<A, &A::tag>,
     get_optional_number<A, &A::tag>},
    {"timestamp", FieldUse::both, timestamp_help, set_timestamp<A>, get_timestamp<A>},
    {"debits_pending", FieldUse::written, "by the ledger's scale", nullptr,
     get_amount<A, &A::debits_pending>},
    {"debits_posted", FieldUse::written, "by the ledger's scale", nullptr,
     get_amount<A, &A::debits_posted>},
    {"credits_pending", FieldUse::written, "by the ledger's scale", nullptr,
     get_amount<A, &A::credits_pending>},
    {"credits_posted", FieldUse::written, "by the ledger's scale", nullptr,
     get_amount<A, &A::credits_posted>},
};

using T = Transfer;
constexpr EventField<Transfer> transfer_table[] = {
    {"id", FieldUse::both, id_help, set_own_id<T>, get_id<T, &T::id>},
    {"debit_account_id", FieldUse::both, id_help, set_id<T, &T::debit_account_id>,
     get_id<T, &T::debit_account_id>},
    {"credit_account_id", FieldUse::both, id_help, set_id<T, &T::credit_account_id>,
     get_id<T, &T::credit_account_id>},
    {"amount", FieldUse::both, "by the ledger's scale, such as 12.50", set_amount,
     get_amount<T, &T::amount>},
    {"amount_minor", FieldUse::input, "instead of amount: in the minor unit, such as 1250",
     set_amount_minor, nullptr},
    {"ledger", FieldUse::both, "the ledger's number", set_number<T, &T::ledger>,
     get_number<T, &T::ledger>},
    {"code", FieldUse::both, "the kind of transfer, 1 to 65535", set_number<T, &T::code>,
     get_number<T, &T::code>},
    {"flags", FieldUse::both, "flag names joined by |", set_flags<T, FlagSet::transfer>,
     get_flags<T, FlagSet::transfer>},
    {"pending_id", FieldUse::both, "the transfer to post, void or reverse",
     set_id<T, &T::pending_id>, get_optional_id<T, &T::pending_id>},
    {"timeout", FieldUse::both, "how long a pending transfer holds: 30s, 5m, 2h, or seconds",
     set_timeout, get_timeout},
    {"business_id", FieldUse::both, "your reference; as an id", set_business_id<T>,
     get_optional_id<T, &T::business_id>},
    {"name", FieldUse::input, name_help, set_name<T>, nullptr},
    {"trace_id", FieldUse::both, "32 hexadecimal digits, or as an id", set_trace, get_trace},
    {"user_id", FieldUse::both, "a number of yours, 64 bits", set_number<T, &T::user_id>,
     get_optional_number<T, &T::user_id>},
    {"tag", FieldUse::both, "a number of yours, 32 bits", set_number<T, &T::tag>,
     get_optional_number<T, &T::tag>},
    {"timestamp", FieldUse::both, timestamp_help, set_timestamp<T>, get_timestamp<T>},
};

}  // namespace

template <>
std::span<const EventField<Account>> event_fields<Account>() {
  return account_table;
}

template <>
std::span<const EventField<Transfer>> event_fields<Transfer>() {
  return transfer_table;
}

template <typename Event>
const EventField<Event>* find_input_field(std::string_view name) {
  for (const EventField<Event>& field : event_fields<Event>()) {
    if (field.name == name && field.use != FieldUse::written) return &field;
  }
  return nullptr;
}

template <typename Event>
std::string input_field_names() {
  std::string names;
  for (const EventField<Event>& field : event_fields<Event>()) {
    if (field.use == FieldUse::written) continue;
    if (!names.empty()) names += ", ";
    names += field.name;
  }
  return names;
}

template <typename Event>
Result<void> set_field(Draft<Event>& draft, const EventField<Event>& field, std::string_view text) {
  Result<void> done = field.set(draft, text);
  if (done) return done;
  return Failure{done.error().kind, fmt::format("field '{}': {}", field.name, done.error().what)};
}

template <typename Event>
void append_names(const Draft<Event>& draft, std::vector<Name>& names) {
  constexpr NameKind own = std::is_same_v<Event, Account> ? NameKind::account : NameKind::transfer;
  const auto append = [&](NameKind kind, const Uint128& id, Text text) {
    if (text_may_be_name(text)) names.push_back(make_name(kind, id, text));
  };
  append(own, draft.event.id.value(), draft.name.empty() ? draft.id_name : draft.name);
  append(NameKind::business, draft.event.business_id.value(), draft.business_name);
}

Result<Account> finish(const Draft<Account>& draft, const LedgerBook&) { return draft.event; }

Result<Transfer> finish(const Draft<Transfer>& draft, const LedgerBook& ledgers) {
  Transfer transfer = draft.event;
  if (draft.amount_form != Draft<Transfer>::AmountForm::scaled) return transfer;
  const auto amount = ledgers.parse(transfer.ledger, draft.scaled_amount);
  if (!amount) {
    return Failure{amount.error().kind, fmt::format("field 'amount': {}", amount.error().what)};
  }
  transfer.amount = amount.value();
  return transfer;
}

template const EventField<Account>* find_input_field(std::string_view name);
template const EventField<Transfer>* find_input_field(std::string_view name);
template std::string input_field_names<Account>();
template std::string input_field_names<Transfer>();
template void append_names(const Draft<Account>&, std::vector<Name>&);
template void append_names(const Draft<Transfer>&, std::vector<Name>&);
template Result<void> set_field(Draft<Account>&, const EventField<Account>&, std::string_view);
template Result<void> set_field(Draft<Transfer>&, const EventField<Transfer>&, std::string_view);

}  // namespace daybook
