#include "engine/index/run_format.hpp"

namespace daybook {
namespace {

constexpr IndexKind kinds[] = {IndexKind::transfer_ids, IndexKind::account_history,
                               IndexKind::transfer_fields, IndexKind::account_fields,
                               IndexKind::balance_checkpoints};

}  // namespace

std::string_view to_string(IndexKind kind) {
  switch (kind) {
    case IndexKind::transfer_ids:
      return "transfer-ids";
    case IndexKind::account_history:
      return "account-history";
    case IndexKind::transfer_fields:
      return "transfer-fields";
    case IndexKind::account_fields:
      return "account-fields";
    case IndexKind::balance_checkpoints:
      return "balance-checkpoints";
  }
  return {};
}

std::optional<IndexKind> parse_index_kind(std::string_view text) {
  for (const IndexKind kind : kinds) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

}  // namespace daybook
