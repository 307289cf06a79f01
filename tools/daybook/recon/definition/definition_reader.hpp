#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "tools/daybook/recon/definition/reconciliation.hpp"

namespace daybook::recon {

/// Fills a definition from its JSON, member by member, then holds the members against each other.
///
/// Threads.  One. Call take() once.
/// Errors.   Are gathered in the walk; the definition is only good without any.
class DefinitionReader {
 public:
  DefinitionReader(JsonWalk& walk, Reconciliation& into) : walk_{walk}, into_{into} {}

  void take(const nlohmann::json& document);

 private:
  using Json = nlohmann::json;
  using Path = const std::string&;

  bool take_member(const std::string& name, const Json& value, Path path);
  bool take_time_member(const std::string& name, const Json& value, Path path);
  bool take_rule_member(const std::string& name, const Json& value, Path path);
  void take_account(const Json& value, Path path, std::optional<AccountId>& into);
  void take_fee_codes(const Json& value, Path path);
  void take_statement(const Json& value, Path path);
  void take_scales(const Json& value, Path path);
  void take_fallbacks(const Json& value, Path path);
  void take_tolerances(const Json& value, Path path);
  void take_accounts(const Json& value, Path path);
  void take_posting(const Json& value, Path path);
  void take_saga(Code code, const Json& value, Path path);
  void take_codes(const Json& value, Path path);
  void take_limits(const Json& value, Path path, std::vector<CodeLimit>& into);
  void take_text(const Json& value, Path path, std::size_t bytes_max, std::string& into);

  [[nodiscard]] std::optional<std::uint16_t> code_number(const Json& value, Path path);
  [[nodiscard]] std::optional<unsigned> time_of_day(const Json& value, Path path);
  [[nodiscard]] std::uint64_t currency(const std::string& name, Path path);
  [[nodiscard]] std::optional<DecimalLimit> decimal(const Json& value, Path path);

  void settle_posting();
  void check_times();
  void check_codes();
  void check_accounts();
  void check_limits();
  [[nodiscard]] bool posts_fees() const;
  [[nodiscard]] bool has_account_for(Action action) const;

  JsonWalk& walk_;
  Reconciliation& into_;
  std::set<std::string> seen_;
  std::array<bool, all_codes.size()> is_said_{};  ///< What to do about the code; by index_of().
};

}  // namespace daybook::recon
