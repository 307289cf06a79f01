#include "tools/daybook/recon/compare_plan.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "engine/base/durations.hpp"
#include "tools/daybook/recon/journal_source.hpp"
#include "tools/daybook/recon/mapping_file.hpp"
#include "tools/daybook/recon/open_side.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

Result<void> apply_scales(const CompareOptions& options, SourceMapping& mapping) {
  for (const std::string& text : options.scales) {
    const std::size_t equals = text.find('=');
    const std::uint64_t currency = currency_of_text(text.substr(0, equals));
    const auto scale = equals == std::string::npos
                           ? Result<std::uint64_t>{Failure{}}
                           : parse_unsigned(text.substr(equals + 1), limits::scale_max);
    if (currency == 0 || !scale) {
      return Failure{FailureKind::invalid,
                     fmt::format("--scale '{}': write it like BTC=8, with at most {} decimals",
                                 text, limits::scale_max)};
    }
    mapping.scales.insert(mapping.scales.begin(), {currency, static_cast<unsigned>(scale.value())});
  }
  if (!options.currency.empty()) {
    if (currency_of_text(options.currency) == 0) {
      return Failure{FailureKind::invalid,
                     fmt::format("--currency '{}': 1 to 8 letters and digits", options.currency)};
    }
    mapping.currency = options.currency;
  }
  return {};
}

/// One minor unit of a currency is the same amount on both sides: the smaller one, where the
/// mappings differ. Files that count in minor units cannot be told to count in others.
Result<void> agree_on_scales(std::array<SourceMapping, 2>& mappings) {
  CurrencyScales agreed;
  for (const SourceMapping& mapping : mappings) {
    for (const auto& [currency, scale] : mapping.scales) {
      const unsigned a = scale_in(mappings[0].scales, currency);
      const unsigned b = scale_in(mappings[1].scales, currency);
      if (a != b && (mappings[0].amounts.minor_units || mappings[1].amounts.minor_units)) {
        return Failure{
            FailureKind::invalid,
            fmt::format("{} has {} decimals in mapping '{}' and {} in '{}': give both "
                        "the same with --scale",
                        currency_text(currency), a, mappings[0].name, b, mappings[1].name)};
      }
      agreed.emplace_back(currency, std::max(a, b));
    }
  }
  for (SourceMapping& mapping : mappings) mapping.scales = agreed;
  return {};
}

SourceMapping ledger_mapping(std::uint64_t currency, unsigned scale) {
  SourceMapping mapping = SourceMapping::standard();
  mapping.name = "journal";
  mapping.scales = {{currency, scale}};
  return mapping;
}

/// What the options say of a journal, and what is known of it by reading it once.
Result<JournalScan> plan_journal(const CompareOptions& options, const std::string& address) {
  JournalSelection selection;
  selection.place = address.substr(address.find(':') + 1);
  if (!options.account.empty()) {
    const auto id = parse_id(options.account);
    if (!id) return id.error();
    selection.account = AccountId{id.value()};
  }
  if (!options.ledger.empty()) {
    const auto id = parse_unsigned(options.ledger, UINT32_MAX);
    if (!id) return id.error();
    selection.ledger = LedgerId{static_cast<std::uint32_t>(id.value())};
  }
  if (!options.fee_codes.empty() && !selection.account) {
    return Failure{FailureKind::invalid,
                   "--fee-code needs --account: without one a fee has no side"};
  }
  if (options.fee_codes.size() > limits::fee_codes_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("--fee-code: at most {} of them", limits::fee_codes_max)};
  }
  for (const std::uint32_t code : options.fee_codes) {
    if (code == 0 || code > UINT16_MAX) {
      return Failure{FailureKind::invalid, "--fee-code: from 1 to 65535"};
    }
    selection.fee_codes.push_back(daybook::Code{static_cast<std::uint16_t>(code)});
  }
  if (!options.since_time.empty()) {
    const auto since = parse_time(options.since_time);
    if (!since) return since.error();
    selection.since = since.value();
  }
  if (!options.before_time.empty()) {
    const auto before = parse_time(options.before_time);
    if (!before) return before.error();
    selection.before = before.value();
  }
  const auto goal = parse_goal(options.until_sequence, options.until_time);
  if (!goal) return goal.error();
  selection.cut = goal.value();
  return scan_journal(selection, currency_of_text(options.currency));
}

Result<SourceMapping> plan_mapping(const CompareOptions& options, const std::string& name,
                                   const std::string& path, std::optional<JournalScan>& journal) {
  if (!names_journal(path)) return name.empty() ? guess_mapping(path) : load_mapping(name);
  auto scan = plan_journal(options, path);
  if (!scan) return scan.error();
  journal = std::move(scan).value();
  return ledger_mapping(journal->currency, journal->scale);
}

Result<void> plan_mappings(const CompareOptions& options, ComparePlan& plan) {
  for (std::size_t side = 0; side < 2; ++side) {
    const std::string& own = side == 0 ? options.map_a : options.map_b;
    const std::string& name = own.empty() ? options.map : own;
    const std::string& path = side == 0 ? options.file_a : options.file_b;
    Result<SourceMapping> mapping = plan_mapping(options, name, path, plan.journals[side]);
    if (!mapping) return mapping.error();
    plan.mappings[side] = std::move(mapping).value();
    if (auto applied = apply_scales(options, plan.mappings[side]); !applied) return applied;
  }
  const bool is_about_journal = !options.account.empty() || !options.ledger.empty() ||
                                !options.until_sequence.empty() || !options.until_time.empty() ||
                                !options.fee_codes.empty() || !options.since_time.empty() ||
                                !options.before_time.empty();
  if (is_about_journal && !plan.journals[0] && !plan.journals[1]) {
    return Failure{
        FailureKind::invalid,
        "--account, --ledger, --fee-code, --since-time, --before-time and --until-... are about a "
        "journal: write it "
        "journal:DIR"};
  }
  return agree_on_scales(plan.mappings);
}

Result<void> plan_rules(const CompareOptions& options, ComparisonSettings& settings) {
  for (const std::string& text : options.tolerances) {
    const Result<Tolerance> tolerance = parse_tolerance(text);
    if (!tolerance) return tolerance.error();
    settings.tolerances.push_back(tolerance.value());
  }
  for (const std::string& text : options.fallbacks) {
    const Result<OrderRule> rule = parse_fallback(text);
    if (!rule) return rule.error();
    settings.fallback_rules.push_back(rule.value());
  }
  if (settings.tolerances.size() > limits::tolerances_max ||
      settings.fallback_rules.size() > limits::fallback_rules_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("at most {} tolerances and {} fallback rules",
                               limits::tolerances_max, limits::fallback_rules_max)};
  }
  if (!options.group.empty() && options.group != "sum") {
    return Failure{
        FailureKind::invalid,
        fmt::format("--group '{}': only 'sum' is known: records of a reference are parts, "
                    "and their sums count",
                    options.group)};
  }
  settings.sums_groups = !options.group.empty();
  if (options.has_window) {
    if (options.window_days > limits::window_days_max) {
      return Failure{FailureKind::invalid,
                     fmt::format("--window: at most {} days", limits::window_days_max)};
    }
    settings.window_ns = static_cast<std::int64_t>(options.window_days) * day_ns;
  }
  return {};
}

}  // namespace

Result<std::array<SourceMapping, 2>> mappings_beside_ledger(const CompareOptions& options,
                                                            std::uint64_t currency,
                                                            unsigned scale) {
  auto statement = load_mapping(options.map_b);
  if (!statement) return statement.error();
  std::array<SourceMapping, 2> mappings{ledger_mapping(currency, scale),
                                        std::move(statement).value()};
  for (SourceMapping& mapping : mappings) {
    if (auto applied = apply_scales(options, mapping); !applied) return applied.error();
  }
  if (auto agreed = agree_on_scales(mappings); !agreed) return agreed.error();
  return mappings;
}

Result<ComparePlan> plan_of(const CompareOptions& options) {
  ComparePlan plan;
  if (auto done = plan_mappings(options, plan); !done) return done.error();
  if (auto done = plan_rules(options, plan.settings); !done) return done.error();
  for (const SourceMapping& mapping : plan.mappings) {
    plan.settings.sums_groups = plan.settings.sums_groups || mapping.sums_groups;
  }
  plan.settings.memory_bytes = options.memory_bytes;
  if (options.memory_bytes < limits::memory_bytes_min ||
      options.memory_bytes > limits::memory_bytes_max) {
    return Failure{FailureKind::invalid, "--memory: from 16M to 1T"};
  }
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  plan.settings.threads =
      options.threads == 0 ? std::min(cores, limits::threads_max) : options.threads;
  // A thread that has no memory to work in does not help.
  const auto useful = static_cast<unsigned>(
      std::min<std::uint64_t>(limits::threads_max, options.memory_bytes / (4U << 20)));
  plan.settings.threads = std::clamp(plan.settings.threads, 1U, useful);
  std::error_code error;
  plan.spill = !options.work.empty()    ? std::filesystem::absolute(options.work, error)
               : !options.spill.empty() ? std::filesystem::path{options.spill}
               : !options.out.empty() ? std::filesystem::absolute(options.out, error).parent_path()
                                      : std::filesystem::temp_directory_path(error);
  return plan;
}

Result<std::unique_ptr<SideSource>> open_planned(const std::string& path, const ComparePlan& plan,
                                                 Side side) {
  const auto index = static_cast<std::size_t>(side);
  const auto& journal = plan.journals[index];
  if (!journal) return open_side(path, plan.mappings[index], side, plan.spill);
  auto opened = JournalSource::open(*journal, plan.mappings[index], side, plan.spill);
  if (!opened) return opened.error();
  return std::unique_ptr<SideSource>{std::move(opened).value()};
}

}  // namespace daybook::recon
