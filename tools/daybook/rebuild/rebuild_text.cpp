#include "tools/daybook/rebuild/rebuild_text.hpp"

#include <optional>
#include <vector>

#include <fmt/format.h>

#include "engine/model/account_change.hpp"
#include "engine/model/name.hpp"
#include "engine/model/views.hpp"
#include "tools/daybook/text/domain_event_text.hpp"
#include "tools/daybook/text/flag_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

std::string value_text(AggregateKind kind, FieldShow show, const Uint128& value,
                       std::string_view text) {
  switch (show) {
    case FieldShow::number:
      break;
    case FieldShow::signed_number: {
      const Int128 number{value.lo, value.hi};
      const bool is_none = number == AccountAsOf::no_minimum || number == AccountAsOf::no_maximum;
      return is_none ? "none" : to_decimal(number);
    }
    case FieldShow::id:
      return format_id(value);
    case FieldShow::hex:
      return to_hex(value);
    case FieldShow::flags: {
      const FlagSet set = kind == AggregateKind::account ? FlagSet::account : FlagSet::transfer;
      std::string flags = format_flags(set, static_cast<std::uint16_t>(value.lo));
      return flags.empty() ? "none" : flags;
    }
    case FieldShow::time:
      return value.is_zero() ? "never" : format_time(Timestamp{value.lo});
    case FieldShow::text:
      return std::string{text};
  }
  return to_decimal(value.wide());
}

std::string aggregate_text(const ShownDifference& difference) {
  const std::string_view kind = to_string(difference.kind);
  switch (difference.kind) {
    case AggregateKind::stream:
      return fmt::format("{} {} {}", kind, format_id(difference.type), format_id(difference.id));
    case AggregateKind::name:
      return fmt::format("{} of {} {}", kind, to_string(static_cast<NameKind>(difference.type.lo)),
                         format_id(difference.id));
    case AggregateKind::account:
    case AggregateKind::hold:
    case AggregateKind::ledger:
    case AggregateKind::order:
    case AggregateKind::payment:
    case AggregateKind::reconciliation:
    case AggregateKind::reconciliation_run:
    case AggregateKind::difference:
      break;
  }
  return fmt::format("{} {}", kind, format_id(difference.id));
}

std::string_view place_of(ComparedWith with) {
  switch (with) {
    case ComparedWith::state:
      return "the engine's state";
    case ComparedWith::lookup:
      return "the sequencer's answer";
    case ComparedWith::checkpoint:
      return "a checkpoint of its balances";
  }
  return "what was found";
}

Result<AggregateKey> key_of(const std::string& id) {
  const auto parsed = parse_id(id);
  if (!parsed) return parsed.error();
  return AggregateKey{.id = parsed.value(), .type = {}};
}

Result<AggregateKey> key_of_stream(const std::vector<std::string>& texts) {
  std::vector<Name> unused;
  const auto type = parse_type(NameKind::aggregate_type, texts.at(0), unused);
  if (!type) return type.error();
  const auto id = parse_id(texts.at(1));
  if (!id) return id.error();
  return AggregateKey{.id = id.value(), .type = type.value()};
}

Result<AggregateKey> key_of_name(const std::vector<std::string>& texts) {
  const auto kind = parse_name_kind(texts.at(0));
  if (!kind) {
    return Failure{FailureKind::invalid, fmt::format("names are not of '{}'", texts.at(0))};
  }
  const auto id = parse_id(texts.at(1));
  if (!id) return id.error();
  return AggregateKey{.id = id.value(), .type = {static_cast<std::uint64_t>(*kind), 0}};
}

/// A bound of a range of time.
Result<std::uint64_t> nanoseconds_of(const std::string& text, std::uint64_t none) {
  if (text.empty()) return none;
  const auto time = parse_time(text);
  if (!time) return time.error();
  return time.value().value();
}

}  // namespace

ShownDifference shown(const RebuildDifference& difference) {
  const auto text = [](const auto& from, std::uint8_t bytes) {
    return std::string_view{from.data(), std::min<std::size_t>(bytes, from.size())};
  };
  return {.kind = difference.kind,
          .id = difference.id,
          .type = difference.type,
          .field = std::string{difference.field()},
          .expected = value_text(difference.kind, difference.show, difference.expected,
                                 text(difference.expected_text, difference.expected_text_bytes)),
          .found = value_text(difference.kind, difference.show, difference.found,
                              text(difference.found_text, difference.found_text_bytes)),
          .first_sequence = difference.first_sequence,
          .as_of = difference.as_of,
          .place = std::string{place_of(difference.with)}};
}

ShownDifference shown(const Mismatch& mismatch, Sequence as_of, std::string place) {
  const auto text = [&](const AggregateField& field) {
    return value_text(mismatch.kind, field.show, field.value, field.text);
  };
  return {.kind = mismatch.kind,
          .id = mismatch.key.id,
          .type = mismatch.key.type,
          .field = std::string{mismatch.expected.name},
          .expected = text(mismatch.expected),
          .found = text(mismatch.found),
          .first_sequence = mismatch.first.value(),
          .as_of = as_of.value(),
          .place = std::move(place)};
}

std::string difference_text(const ShownDifference& difference) {
  const std::string since =
      difference.first_sequence == 0
          ? "the journal never speaks of it"
          : fmt::format("they differ from sequence {} on", difference.first_sequence);
  return fmt::format("{}: {} is {} by the journal, {} in {}, as of sequence {}; {}",
                     aggregate_text(difference), difference.field, difference.expected,
                     difference.found, difference.place, difference.as_of, since);
}

std::string difference_json(const ShownDifference& difference) {
  JsonObject object;
  object.text("aggregate", to_string(difference.kind)).id("id", difference.id);
  if (difference.kind == AggregateKind::stream) object.id("aggregate_type", difference.type);
  if (difference.kind == AggregateKind::name) {
    object.text("name_kind", to_string(static_cast<NameKind>(difference.type.lo)));
  }
  return object.text("field", difference.field)
      .text("expected", difference.expected)
      .text("found", difference.found)
      .text("place", difference.place)
      .sequence("first_sequence", Sequence{difference.first_sequence})
      .sequence("as_of", Sequence{difference.as_of})
      .str();
}

Result<RebuildSelection> selection_from(const RebuildTexts& texts) {
  RebuildSelection selection;
  const auto choose = [&](AggregateKind kind, const Result<AggregateKey>& key) -> Result<void> {
    if (!key) return key.error();
    if (selection.one) {
      return Failure{FailureKind::invalid, "name one aggregate, or none to compare all of them"};
    }
    if (key.value().id.is_zero()) return Failure{FailureKind::invalid, "no aggregate has the id 0"};
    selection.one = {kind, key.value()};
    return {};
  };
  Result<void> chosen;
  if (!texts.account.empty()) chosen = choose(AggregateKind::account, key_of(texts.account));
  if (chosen && !texts.hold.empty()) chosen = choose(AggregateKind::hold, key_of(texts.hold));
  if (chosen && !texts.ledger.empty()) chosen = choose(AggregateKind::ledger, key_of(texts.ledger));
  if (chosen && !texts.stream.empty()) {
    chosen = choose(AggregateKind::stream, key_of_stream(texts.stream));
  }
  if (chosen && !texts.name.empty()) chosen = choose(AggregateKind::name, key_of_name(texts.name));
  if (chosen && !texts.order.empty()) chosen = choose(AggregateKind::order, key_of(texts.order));
  if (chosen && !texts.payment.empty()) {
    chosen = choose(AggregateKind::payment, key_of(texts.payment));
  }
  if (chosen && !texts.reconciliation.empty()) {
    const AggregateKey key{.id = id_of(texts.reconciliation), .type = {}};
    chosen = choose(AggregateKind::reconciliation, key);
  }
  if (chosen && !texts.run.empty()) {
    chosen = choose(AggregateKind::reconciliation_run, key_of(texts.run));
  }
  if (chosen && !texts.difference.empty()) {
    chosen = choose(AggregateKind::difference, key_of(texts.difference));
  }
  if (!chosen) return chosen.error();
  const auto from = nanoseconds_of(texts.from, selection.from_ns);
  if (!from) return from.error();
  const auto until = nanoseconds_of(texts.until, selection.until_ns);
  if (!until) return until.error();
  selection.from_ns = from.value();
  selection.until_ns = until.value();
  if (selection.one && selection.has_range()) {
    return Failure{FailureKind::invalid, "one aggregate or a range of time, not both"};
  }
  if (selection.until_ns < selection.from_ns) {
    return Failure{FailureKind::invalid, "the range of time ends before it begins"};
  }
  return selection;
}

}  // namespace daybook
