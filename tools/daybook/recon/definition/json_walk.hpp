#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace daybook::recon {

/// What is wrong, and at which place of the JSON: "/limits/b_only/EUR".
struct JsonFault {
  std::string path;
  std::string what;
};

/// All of them, a line each: "/limits/b_only/EUR: not an amount".
[[nodiscard]] std::string faults_text(const std::vector<JsonFault>& faults);

/// Reads values of a JSON document of which nothing is known, and gathers what is wrong with it
/// instead of ending at the first.
///
/// Threads.  One.
/// Limits.   `depth_max` objects and lists in each other; `faults_max` faults, behind which none is
///           kept.
class JsonWalk {
 public:
  static constexpr int depth_max = 8;
  static constexpr std::size_t faults_max = 64;

  /// An object, without members twice; comments are allowed if asked for. Nothing after a fault.
  [[nodiscard]] std::optional<nlohmann::json> parse(std::string_view text, bool allows_comments);

  void fault(std::string_view path, std::string what);
  [[nodiscard]] const std::vector<JsonFault>& faults() const { return faults_; }

  /// Each says what is wrong where the value is of another kind or beyond its limits. Texts are
  /// printable UTF-8 of 1 to `bytes_max` bytes.
  [[nodiscard]] std::optional<std::string> text(const nlohmann::json& value, std::string_view path,
                                                std::size_t bytes_max);
  [[nodiscard]] std::optional<std::int64_t> number(const nlohmann::json& value,
                                                   std::string_view path, std::int64_t low,
                                                   std::int64_t high);
  [[nodiscard]] bool is_object(const nlohmann::json& value, std::string_view path);
  /// Of at most `count_max` values.
  [[nodiscard]] bool is_list(const nlohmann::json& value, std::string_view path,
                             std::size_t count_max);

  /// Calls `take(name, value, path)` for each member of an object; `take` returns false for one
  /// that it does not know.
  template <typename Take>
  void members(const nlohmann::json& value, std::string_view path, Take take) {
    if (!is_object(value, path)) return;
    for (const auto& [name, member] : value.items()) {
      const std::string below = std::string{path} + '/' + name;
      if (!take(name, member, below)) fault(below, "there is no such member");
    }
  }

 private:
  std::vector<JsonFault> faults_;
};

}  // namespace daybook::recon
