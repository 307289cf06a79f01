#pragma once

#include "tools/daybook/command.hpp"

namespace daybook::recon {

/// Of register_recon(): the commands with many options.
void register_compare(CLI::App& recon, CommandContext& context);
void register_balance(CLI::App& recon, CommandContext& context);
void register_check(CLI::App& recon, CommandContext& context);
/// Those that an engine keeps: define, run, runs, show, differences, approve and so on.
void register_runs(CLI::App& recon, CommandContext& context);
void register_match(CLI::App& recon, CommandContext& context);
void register_schedule(CLI::App& recon, CommandContext& context);
void register_self(CLI::App& recon, CommandContext& context);

}  // namespace daybook::recon
