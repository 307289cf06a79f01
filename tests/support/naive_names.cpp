#include "tests/support/naive_ledger.hpp"
#include "tests/support/naive_text.hpp"

namespace daybook::test {
namespace {

constexpr std::size_t names_of_a_request_max = 4'096;

NaiveLedger::NameOwner owner_of(const Name& name) { return {name.kind, name.id}; }

}  // namespace

/// Whether the name is news; what is wrong with it stands before what is known.
PutNameStatus NaiveLedger::judge(const Name& name) const {
  using Status = PutNameStatus;
  if (name.reserved != 0) return Status::reserved_field;
  const auto kind = static_cast<unsigned>(name.kind);
  if (kind < 1 || kind > 7) return Status::kind_unknown;
  if (name.id.is_zero()) return Status::id_must_not_be_zero;
  if (name.text_bytes == 0) return Status::text_must_not_be_empty;
  if (name.text_bytes > 64) return Status::text_too_long;
  for (std::size_t i = name.text_bytes; i < name.text_data.size(); ++i) {
    if (name.text_data[i] != '\0') return Status::text_must_be_utf8;
  }
  if (!is_printable_utf8(name.text())) return Status::text_must_be_utf8;
  const auto known = names_.find(owner_of(name));
  if (known != names_.end()) {
    return known->second == name.text() ? Status::exists : Status::name_conflict;
  }
  return names_.size() < settings_.names_max ? Status::created : Status::too_many_names;
}

NaiveLedger::Decision NaiveLedger::put(const Name& name, const Slot& slot) {
  const PutNameStatus status = judge(name);
  if (status == PutNameStatus::created) {
    names_[owner_of(name)] = name.text();
    last_sequence_ += 1;
  }
  return {static_cast<std::uint16_t>(status), Timestamp{slot.timestamp}};
}

/// Of names that come with other events: one that is wrong and nothing is done.
RequestStatus NaiveLedger::judge_names(const WriteRequest& request) const {
  if (request.kind == RequestKind::put_names || request.names.empty()) return RequestStatus::ok;
  if (request.kind != RequestKind::create_accounts &&
      request.kind != RequestKind::create_transfers && !appends_events(request.kind) &&
      request.kind != RequestKind::bundle) {
    return RequestStatus::malformed;
  }
  if (request.names.size() > names_of_a_request_max) return RequestStatus::too_large;
  for (const Name& name : request.names) {
    const PutNameStatus status = judge(name);
    if (status != PutNameStatus::created && status != PutNameStatus::exists &&
        status != PutNameStatus::name_conflict && status != PutNameStatus::too_many_names) {
      return RequestStatus::malformed;
    }
  }
  std::map<NameOwner, std::string> together = names_;
  for (const Name& name : request.names) {
    const auto [place, is_new] = together.emplace(owner_of(name), name.text());
    if (!is_new && place->second != name.text()) return RequestStatus::name_conflict;
  }
  return together.size() > settings_.names_max ? RequestStatus::too_many_names : RequestStatus::ok;
}

/// After the events of the request. Each name that is news takes the next sequence.
void NaiveLedger::put_names_of(const WriteRequest& request) {
  for (const Name& name : request.names) put(name, Slot{});
}

}  // namespace daybook::test
