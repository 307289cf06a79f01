#include <cstdint>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "engine/base/limits.hpp"
#include "tools/daybook/bench/bench.hpp"
#include "tools/daybook/bench/bench_sagas.hpp"
#include "tools/daybook/bench/bench_tcc.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

constexpr std::uint32_t clients_max = 1'024;
constexpr std::uint32_t runs_max = 100;
constexpr std::uint32_t expire_after_max = 86'400;
constexpr std::uint64_t reads_max = 10'000'000;

/// What is sent, and in which requests.
void add_load(CLI::App* command, BenchOptions& options) {
  LoadSettings& load = options.load;
  command
      ->add_option("--kind", options.kind,
                   "What the transfers are: plain; holds (a request of pending transfers, then, "
                   "once it is answered, one of their posts); pending-30 (the same with 30 % "
                   "pending, 20 % posts, 10 % voids, 40 % plain); hot (all debit one account); "
                   "chain-2, chain-10 (linked chains of that length; requests are cut to whole "
                   "chains)")
      ->capture_default_str()
      ->check(CLI::IsMember(load_kind_names()));
  command->add_option("--transfers", load.transfers, "Transfers to send: holds, posts, voids too")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40));
  command->add_option("--accounts", load.accounts, "Accounts to spread them over")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{2}, std::uint64_t{0xffffffff}));
  command->add_option("--batch", load.batch, "Transfers a request")
      ->capture_default_str()
      ->check(CLI::Range(1U, limits::batch_events_max));
  command->add_option("--clients", load.clients, "Connections")
      ->capture_default_str()
      ->check(CLI::Range(1U, clients_max));
  command
      ->add_option("--in-flight", load.in_flight,
                   "Requests under way on each connection (of large ones at most 8 MiB are on the "
                   "wire, the others wait, and their latency with them)")
      ->capture_default_str()
      ->check(CLI::Range(1U, limits::in_flight_requests_max));
  command->add_option("--ids", options.ids, "Order of the transfers' ids: sequential or random")
      ->capture_default_str()
      ->check(CLI::IsMember({"sequential", "random"}));
}

/// What happens beside the load and after it.
void add_expiry_and_reads(CLI::App* command, LoadSettings& load) {
  command
      ->add_option("--expiring", load.expiring,
                   "Before the load, create so many holds that all fall due in the same second; "
                   "the load begins a second before that. Needs the engine's clock to be this "
                   "machine's, and transfers enough to last until all are released")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 40));
  command
      ->add_option("--expire-after", load.expire_after,
                   "Seconds from the first of the --expiring holds to the second in which they "
                   "fall due; without it 3 and one more for each 200,000")
      ->check(CLI::Range(2U, expire_after_max));
  command
      ->add_option("--reads", load.reads,
                   "After the load, so many reads of each sort, one at a time: an account's 2,000 "
                   "newest transfers and its balances after them, lookups of 1 and of 100 random "
                   "transfers, queries by a business id and by a user id with a tag")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{0}, reads_max));
}

void register_tcc_bench(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<BenchTccOptions>();
  CLI::App* command = group.add_subcommand(
      "tcc", "How many TCC transactions an engine of its own settles a second");
  command->add_option("--transactions", options->transactions, "So many")->capture_default_str();
  command->add_option("--branches", options->branches, "Of each transaction")
      ->capture_default_str()
      ->check(CLI::Range(1U, limits::tcc_branches_max));
  command->add_option("--group", options->group, "Transactions whose commands share a request")
      ->capture_default_str()
      ->check(CLI::Range(1U, limits::tcc_commands_max));
  command->add_option("--clients", options->clients, "Connections")
      ->capture_default_str()
      ->check(CLI::Range(1U, clients_max));
  command->add_option("--in-flight", options->in_flight, "Groups under way on each connection")
      ->capture_default_str()
      ->check(CLI::Range(1U, limits::in_flight_requests_max));
  command->add_option("--cancelled", options->cancel_percent, "Of a hundred, so many are cancelled")
      ->capture_default_str()
      ->check(CLI::Range(0U, 100U));
  command->add_option("--accounts", options->accounts, "Accounts to spread them over")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{3}, std::uint64_t{0xffffffff}));
  command->add_option("--runs", options->runs, "Runs; the middle one and the spread are printed")
      ->capture_default_str()
      ->check(CLI::Range(1U, runs_max));
  command->add_option("--engine-option", options->engine_options,
                      "A word more for `daybook serve`; may be repeated");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer("Example:\n  daybook bench tcc --transactions 2000000 --cancelled 10 --runs 5");
  command->callback([&context, options] { context.exit_code = run_bench_tcc(*options); });
}

void register_saga_bench(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<BenchSagaOptions>();
  CLI::App* command = group.add_subcommand(
      "sagas", "How many sagas of two steps an engine of its own runs a second");
  command->add_option("--sagas", options->sagas, "So many")->capture_default_str();
  command->add_option("--group", options->group, "Sagas that one request starts")
      ->capture_default_str()
      ->check(CLI::Range(1U, limits::saga_commands_max));
  command->add_option("--clients", options->clients, "Connections")
      ->capture_default_str()
      ->check(CLI::Range(1U, clients_max));
  command->add_option("--in-flight", options->in_flight, "Requests under way on each connection")
      ->capture_default_str()
      ->check(CLI::Range(1U, limits::in_flight_requests_max));
  command
      ->add_option("--failing", options->failing_percent,
                   "Of a hundred, so many fail at their second step, and the first is undone")
      ->capture_default_str()
      ->check(CLI::Range(0U, 100U));
  auto* const remote =
      command->add_flag("--remote", options->remote,
                        "Remote steps, done by a participant that does nothing, instead of posts");
  command->add_option("--under-way", options->under_way, "Remote sagas that go on at a time")
      ->needs(remote)
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, limits::sagas_default / 2));
  command->add_option("--pace", options->pace, "Remote sagas begun a second; 0: as many as can be")
      ->needs(remote)
      ->capture_default_str();
  command
      ->add_option("--beside", options->beside,
                   "Connections that send requests of 256 transfers meanwhile, one by one")
      ->needs(remote)
      ->capture_default_str()
      ->check(CLI::Range(0U, clients_max));
  command->add_option("--accounts", options->accounts, "Accounts to spread them over")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{3}, std::uint64_t{0xffffffff}));
  command->add_option("--runs", options->runs, "Runs; the middle one and the spread are printed")
      ->capture_default_str()
      ->check(CLI::Range(1U, runs_max));
  command->add_option("--engine-option", options->engine_options,
                      "A word more for `daybook serve`; may be repeated");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "Examples:\n  daybook bench sagas --sagas 2000000 --failing 10 --runs 5\n"
      "  daybook bench sagas --remote --sagas 300000 --runs 5\n"
      "  daybook bench sagas --remote --sagas 100000 --pace 5000 --beside 4");
  command->callback([&context, options] { context.exit_code = run_bench_sagas(*options); });
}

}  // namespace

void register_bench(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command = app.add_subcommand(
      "bench", "Measure an engine: its own on an empty directory, or a running one");
  LoadSettings& load = options->load;
  add_load(command, *options);
  add_expiry_and_reads(command, load);
  command->add_option("--seed", load.seed, "Everything sent follows from it; fresh for old data")
      ->capture_default_str();
  command->add_option("--runs", options->runs, "Runs; medians and spread are printed")
      ->capture_default_str()
      ->check(CLI::Range(1U, runs_max));
  command->add_option("--connect", options->connect,
                      "HOST:PORT of a running engine, instead of starting one");
  command->add_option("--token", load.token, "The token for --connect, where the engine wants one");
  command->add_option(
      "--data", options->data_directory,
      "An empty or new directory for the engine, kept; several runs: one each in it");
  command->add_option("--ack-log", load.ack_log,
                      "Write the id of each acknowledged transfer here, 16 bytes each, for "
                      "`daybook check-acks`");
  command->add_option(
      "--engine-option", options->engine_options,
      "A word more for `daybook serve`; may be repeated: --engine-option=--io-threads "
      "--engine-option=2");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "Examples:\n"
      "  daybook bench --transfers 10000000\n"
      "  daybook bench --transfers 1000000 --batch 1 --clients 64 --in-flight 1 --runs 3 --json\n"
      "  daybook bench --transfers 10000000 --kind holds\n"
      "  daybook bench --transfers 10000000 --accounts 1000 --reads 1000\n"
      "  daybook bench --transfers 40000000 --expiring 1000000");
  register_tcc_bench(*command, context);
  register_saga_bench(*command, context);
  command->callback([&context, options, command] {
    if (command->get_subcommands().empty()) context.exit_code = run_bench(*options);
  });
}

}  // namespace daybook
