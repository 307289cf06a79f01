#include "tools/daybook/client/create_options.hpp"

#include <algorithm>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "tools/daybook/text/flag_text.hpp"

namespace daybook {
namespace {

/// "--keep-remainder" for keep_remainder.
std::string dashed(std::string_view word) {
  std::string name = fmt::format("--{}", word);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

/// "--business-id" for business_id; the two sides of a transfer have short names besides.
std::string option_name(std::string_view field) {
  if (field == "flags") return "--flag";
  const std::string name = dashed(field);
  if (field == "debit_account_id") return fmt::format("--debit,{}", name);
  if (field == "credit_account_id") return fmt::format("--credit,{}", name);
  return name;
}

template <typename Event>
constexpr FlagSet flag_set = std::is_same_v<Event, Account> ? FlagSet::account : FlagSet::transfer;

/// --pending for --flag pending, and so on.
void add_flag_options(CLI::App& command, FlagSet set, CreateOptions::GivenField& flags) {
  for (const SettableFlag& flag : settable_flags(set)) {
    command
        .add_flag_callback(
            dashed(flag.name), [&flags, flag] { flags.texts.emplace_back(flag.name); },
            std::string{flag.help})
        ->group("Flags of one event: the same as --flag NAME");
  }
}

}  // namespace

template <typename Event>
void add_create_options(CLI::App& command, CreateOptions& options) {
  command.add_option("--file", options.file,
                     "JSON lines, one event each, sent as one request of at most 8,192; - is "
                     "standard input");
  for (const EventField<Event>& field : event_fields<Event>()) {
    if (field.use == FieldUse::written) continue;
    options.fields.push_back({std::string{field.name}, {}});
  }
  // The vector has its final size now, so the options may point into it.
  for (CreateOptions::GivenField& given : options.fields) {
    const EventField<Event>* field = find_input_field<Event>(given.name);
    const bool is_flags = given.name == "flags";
    const std::string help =
        is_flags ? fmt::format("May be given several times: {}", known_flag_names(flag_set<Event>))
                 : std::string{field->help};
    CLI::Option* option = command.add_option(option_name(given.name), given.texts, help);
    option->group("One event")->allow_extra_args(false)->type_name("TEXT");
    if (!is_flags) option->expected(1);
    if (is_flags) add_flag_options(command, flag_set<Event>, given);
  }
  add_write_options(command, options.write);
  add_client_options(command, options.client);
}

template void add_create_options<Account>(CLI::App&, CreateOptions&);
template void add_create_options<Transfer>(CLI::App&, CreateOptions&);

}  // namespace daybook
