#include "tools/daybook/text/tcc_text.hpp"

#include <vector>

#include <fmt/format.h>

#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

std::string minor(Amount amount) { return format_id(amount.value()); }

std::string_view refusal_name(std::uint16_t status) {
  return to_string(static_cast<CreateTransferStatus>(status));
}

bool is_of_branch(TccFactKind kind) {
  return kind == TccFactKind::tried || kind == TccFactKind::refused ||
         kind == TccFactKind::branch_confirmed || kind == TccFactKind::branch_cancelled ||
         kind == TccFactKind::branch_empty || is_never_of_holds(kind) ||
         kind == TccFactKind::branch_prepared;
}

TccBranchKind branch_kind(const TccFact& fact) {
  return fact.kind == TccFactKind::tried ? static_cast<TccBranchKind>(fact.detail)
                                         : TccBranchKind::hold;
}

// The member of a line of JSON that says which one it is.
std::string_view subject_key(TccBranchKind kind) {
  return kind == TccBranchKind::saga ? "saga_id" : "nested_gid";
}

bool has_amount(TccFactKind kind) {
  return kind == TccFactKind::tried || kind == TccFactKind::refused ||
         kind == TccFactKind::branch_confirmed || kind == TccFactKind::branch_prepared;
}

bool is_decision(TccFactKind kind) {
  return kind == TccFactKind::decided_confirm || kind == TccFactKind::decided_cancel;
}

std::string hold_of(const Uint128& gid, const TccBranch& branch) {
  if (branch.kind != TccBranchKind::hold) return {};
  if (branch.state == TccBranchState::refused || branch.state == TccBranchState::empty) return {};
  return format_id(transfer_id_of(gid, branch.branch, TccOperation::try_, branch.round).value());
}

}  // namespace

std::string fact_line(const TccFact& fact, const NameBook& names) {
  if (fact.kind == TccFactKind::pruned) {
    return fmt::format("{} transactions that ended are forgotten, and any gid made up to {}",
                       fact.word, format_time(fact.deadline));
  }
  std::string text = fmt::format("tcc {}: {}", format_id(fact.gid), to_string(fact.kind));
  if (is_of_branch(fact.kind)) text += fmt::format(" branch {}", fact.branch);
  if (branch_kind(fact) != TccBranchKind::hold) {
    text += fmt::format(", {} {}", to_string(branch_kind(fact)), format_id(fact.business_type));
  } else if (has_amount(fact.kind)) {
    text += fmt::format(", {} minor units", minor(fact.amount));
  }
  if (fact.kind == TccFactKind::refused) text += fmt::format(", {}", refusal_name(fact.detail));
  if (is_decision(fact.kind)) {
    text += fmt::format(", reason: {}", to_string(static_cast<TccReason>(fact.detail)));
  }
  if (fact.kind == TccFactKind::begun) {
    text += fmt::format(", deadline {}", format_time(fact.deadline));
    if (fact.business_id != BusinessId{}) {
      text += ", business " + names.show(NameKind::business, fact.business_id.value());
    }
  }
  return text;
}

std::string fact_line(const TccCommand& command, const NameBook& names) {
  std::string text = fmt::format("{} tcc {}", to_string(command.kind), format_id(command.gid));
  if (command.branch != 0) text += fmt::format(" branch {}", command.branch);
  if (command.what != TccBranchKind::hold) {
    text += fmt::format(": {} {}", to_string(command.what), format_id(command.subject()));
  } else if (command.kind == TccCommandKind::try_) {
    text += fmt::format(": {} minor units of ledger {} from {} to {}", minor(command.amount),
                        command.ledger.value(),
                        names.show(NameKind::account, command.debit_account_id.value()),
                        names.show(NameKind::account, command.credit_account_id.value()));
  }
  return text;
}

JsonObject tcc_fact_json(const TccFact& fact) {
  JsonObject object;
  object.text("tcc_kind", to_string(fact.kind));
  if (fact.kind == TccFactKind::pruned) {
    object.text("count", fmt::format("{}", fact.word)).time("watermark", fact.deadline);
    return object.time("timestamp", fact.timestamp);
  }
  object.id("gid", fact.gid);
  if (is_of_branch(fact.kind)) object.text("branch", fmt::format("{}", fact.branch));
  if (has_amount(fact.kind) && branch_kind(fact) == TccBranchKind::hold)
    object.text("amount_minor", minor(fact.amount));
  if (fact.kind == TccFactKind::refused) object.text("status", refusal_name(fact.detail));
  if (branch_kind(fact) != TccBranchKind::hold) {
    object.id(subject_key(branch_kind(fact)), fact.business_type);
  } else if (fact.kind == TccFactKind::tried) {
    object.id("hold_id",
              transfer_id_of(fact.gid, fact.branch, TccOperation::try_, fact.round).value());
  }
  if (is_decision(fact.kind)) {
    object.text("reason", to_string(static_cast<TccReason>(fact.detail)));
  }
  if (fact.kind == TccFactKind::begun || fact.kind == TccFactKind::cancelled_unseen) {
    object.time("created_at", Timestamp{fact.word});
  }
  if (fact.kind == TccFactKind::begun) {
    object.id("business_type", fact.business_type)
        .id("business_id", fact.business_id.value())
        .text("trace_id", format_trace_id(fact.trace_id))
        .text("user_id", fmt::format("{}", fact.user_id.value()))
        .time("deadline", fact.deadline);
  }
  return object.time("timestamp", fact.timestamp);
}

JsonObject tcc_command_json(const TccCommand& command) {
  JsonObject object;
  object.text("command", to_string(command.kind)).id("gid", command.gid);
  if (command.branch != 0) object.text("branch", fmt::format("{}", command.branch));
  if (command.created_at != 0) object.time("created_at", Timestamp{command.created_at});
  if (command.kind == TccCommandKind::confirm) object.count("amounts", command.amounts);
  if (command.kind == TccCommandKind::begin) {
    object.id("business_type", command.business_type)
        .id("business_id", command.business_id.value())
        .text("trace_id", format_trace_id(command.trace_id))
        .text("user_id", fmt::format("{}", command.user_id.value()))
        .text("timeout_ns", fmt::format("{}", command.timeout_ns));
  }
  if (command.what != TccBranchKind::hold) {
    object.id(subject_key(command.what), command.subject());
  } else if (command.kind == TccCommandKind::try_) {
    object.id("debit_account_id", command.debit_account_id.value())
        .id("credit_account_id", command.credit_account_id.value())
        .text("amount_minor", minor(command.amount))
        .text("ledger", fmt::format("{}", command.ledger.value()))
        .count("code", command.code.value())
        .count("tag", command.tag.value());
  }
  return object;
}

Table tcc_table(std::span<const TccView> tccs) {
  Table table{{{"gid", right},
               {"state"},
               {"reason"},
               {"branches", right},
               {"open", right},
               {"begun"},
               {"deadline"},
               {"ended"}}};
  for (const TccView& each : tccs) {
    table.add({format_id(each.gid), std::string{to_string(each.state)},
               each.decision == tcc_decision::none ? "" : std::string{to_string(each.reason)},
               fmt::format("{}", each.branch_count), fmt::format("{}", each.open_count),
               format_time(each.begun_at),
               each.deadline == Timestamp{} ? "" : format_time(each.deadline),
               each.ended_at == Timestamp{} ? "" : format_time(each.ended_at)});
  }
  return table;
}

Table tcc_branch_table(const Uint128& gid, std::span<const TccBranch> branches) {
  Table table{{{"branch", right},
               {"state"},
               {"tried, minor", right},
               {"confirmed, minor", right},
               {"is"},
               {"of the id", right},
               {"refused with"}}};
  for (const TccBranch& each : branches) {
    const bool refused = each.state == TccBranchState::refused;
    const bool is_hold = each.kind == TccBranchKind::hold;
    table.add({fmt::format("{}", each.branch), std::string{to_string(each.state)},
               is_hold ? minor(each.tried) : "", is_hold ? minor(each.confirmed) : "",
               std::string{to_string(each.kind)},
               is_hold ? hold_of(gid, each) : format_id(each.subject()),
               refused ? std::string{refusal_name(each.refused_with)} : ""});
  }
  return table;
}

JsonObject tcc_json(const TccView& tcc, std::span<const TccBranch> branches) {
  std::vector<std::string> rows;
  for (const TccBranch& each : branches) {
    JsonObject row;
    row.text("branch", fmt::format("{}", each.branch)).text("state", to_string(each.state));
    if (each.kind != TccBranchKind::hold) {
      row.id(subject_key(each.kind), each.subject());
    } else {
      row.text("tried_minor", minor(each.tried)).text("confirmed_minor", minor(each.confirmed));
    }
    if (const std::string hold = hold_of(tcc.gid, each); !hold.empty()) row.text("hold_id", hold);
    if (each.state == TccBranchState::refused) {
      row.text("refused_with", refusal_name(each.refused_with));
    }
    rows.push_back(row.str());
  }
  JsonObject object;
  object.id("gid", tcc.gid)
      .text("state", to_string(tcc.state))
      .text("reason", to_string(tcc.reason))
      .id("business_type", tcc.business_type)
      .id("business_id", tcc.business_id.value())
      .text("trace_id", format_trace_id(tcc.trace_id))
      .text("user_id", fmt::format("{}", tcc.user_id.value()))
      .count("branch_count", tcc.branch_count)
      .count("open_count", tcc.open_count)
      .count("stuck_count", tcc.stuck_count)
      .time("created_at", Timestamp{tcc.created_at})
      .time("begun_at", tcc.begun_at)
      .time("deadline", tcc.deadline)
      .time("decided_at", tcc.decided_at)
      .time("ended_at", tcc.ended_at)
      .raw("branches", json_array(rows));
  return object;
}

// RFC 9562, section 5.7.
Uint128 make_gid() {
  Uint128 id = make_time_ordered_id();
  constexpr std::uint64_t version_7 = 0x7000;
  constexpr std::uint64_t variant = std::uint64_t{2} << 62;
  id.hi = (id.hi & ~std::uint64_t{0xf000}) | version_7;
  id.lo = (id.lo & ~(std::uint64_t{3} << 62)) | variant;
  return id;
}

}  // namespace daybook
