#include "tools/daybook/recon/runs/carry.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/text/hex_text.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook::recon {
namespace {

using Json = nlohmann::json;

template <typename Value>
std::string hex_of(const Value& value) {
  std::string text;
  for (const std::byte each : std::as_bytes(std::span{&value, 1})) {
    text += fmt::format("{:02x}", std::to_integer<unsigned>(each));
  }
  return text;
}

std::optional<std::string> member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

/// False for what no run could have written.
bool take_line(const Json& object, CarryOut& carry) {
  if (!object.is_object()) return false;
  if (const auto sequence = member(object, "sequence")) {
    CarriedPlace place;
    const char* const end = sequence->data() + sequence->size();
    const auto read = std::from_chars(sequence->data(), end, place.sequence);
    const auto key = member(object, "key");
    const bool is_next = carry.ledger.empty() || carry.ledger.back().sequence < place.sequence;
    const bool has_key = key && parse_hex(*key, std::as_writable_bytes(std::span{&place.key, 1}));
    if (read.ec != std::errc{} || read.ptr != end || !is_next || !has_key) return false;
    carry.ledger.push_back(place);
    return object.size() == 2;
  }
  const auto record = member(object, "record");
  const auto reference = member(object, "reference");
  const auto party = member(object, "party");
  if (!record || !reference || !party || object.size() != 3) return false;
  CarriedRecord item{.record = {}, .reference = *reference, .party = *party};
  if (!parse_hex(*record, std::as_writable_bytes(std::span{&item.record, 1}))) return false;
  const bool is_known = static_cast<std::size_t>(item.record.status()) < record_status_count &&
                        static_cast<std::size_t>(item.record.type()) < record_type_count &&
                        item.record.side() == Side::b;
  carry.statement.push_back(std::move(item));
  return is_known;
}

}  // namespace

std::string carry_text(const CarryOut& carry) {
  std::string text;
  for (const CarriedPlace& each : carry.ledger) {
    text += JsonObject{}
                .text("sequence", fmt::format("{}", each.sequence))
                .text("key", hex_of(each.key))
                .str() +
            '\n';
  }
  for (const CarriedRecord& each : carry.statement) {
    text += JsonObject{}
                .text("record", hex_of(each.record))
                .text("reference", each.reference)
                .text("party", each.party)
                .str() +
            '\n';
  }
  return text;
}

Result<CarryOut> read_carry(std::string_view text) {
  CarryOut carry;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    const Json object = Json::parse(text.substr(0, end), nullptr, false);
    const bool fits = carry.ledger.size() < limits::carried_items_max &&
                      carry.statement.size() < limits::carried_items_max;
    if (end == std::string_view::npos || !fits || !take_line(object, carry)) {
      return Failure{FailureKind::invalid,
                     fmt::format("line {}: it is nothing that a run carries on", line)};
    }
    text.remove_prefix(end + 1);
  }
  return carry;
}

Result<bool> CarriedSource::fill(Intake& intake) {
  for (; next_ < carried_.size(); ++next_) {
    Record record = carried_[next_].record;
    record.set_place(Side::b, record.type(), record.status(), first_place_ + next_);
    const Intake::Taken taken = intake.append(record);
    if (taken == Intake::Taken::region_is_full) return false;
    if (taken == Intake::Taken::too_many_currencies) {
      return Failure{FailureKind::invalid, "what was carried on has too many currencies"};
    }
  }
  return statement_->fill(intake);
}

Result<std::string> CarriedSource::text_at(std::uint64_t offset, Field field) {
  if (offset < first_place_) return statement_->text_at(offset, field);
  const CarriedRecord& item = carried_[offset - first_place_];
  if (field == Field::party) return item.party;
  return field == Field::reference ? item.reference : std::string{};
}

}  // namespace daybook::recon
