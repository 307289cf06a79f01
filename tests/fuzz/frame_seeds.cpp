// Writes the seed corpus of the fuzz targets: one good message of every kind, made by the project's
// own writers, so that the seeds can never fall behind the protocol.
//
//   frame_seeds DIRECTORY

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/model/aggregate.hpp"
#include "net/protocol/aggregate_messages.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/participant_messages.hpp"
#include "net/protocol/rebuild_messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"
#include "net/protocol/saga_messages.hpp"
#include "net/protocol/secret_messages.hpp"
#include "net/protocol/subscription_messages.hpp"
#include "net/protocol/tcc_messages.hpp"

namespace daybook {
namespace {

/// Collects the seeds of all three targets.
class Seeds {
 public:
  explicit Seeds(std::filesystem::path directory) : directory_{std::move(directory)} {
    for (const char* target : {"frames", "requests", "replies"}) {
      std::filesystem::create_directories(directory_ / target);
    }
  }

  /// `choice` is the place of the message in the target's table.
  template <typename Write>
  void request(int choice, std::size_t bytes, Write write) {
    const std::span<const std::byte> frame = written(bytes, write);
    save("requests", choice, frame.subspan(frame_header_bytes));
    save("frames", choice, frame);
  }
  template <typename Write>
  void reply(int choice, std::size_t bytes, Write write) {
    save("replies", choice, written(bytes, write).subspan(frame_header_bytes));
  }

 private:
  template <typename Write>
  std::span<const std::byte> written(std::size_t bytes, Write write) {
    room_.assign(bytes / 8, 0);
    const std::size_t size = write(std::as_writable_bytes(std::span{room_}));
    return std::as_bytes(std::span{room_}).first(size);
  }

  void save(const char* target, int choice, std::span<const std::byte> bytes) const {
    std::ofstream file{directory_ / target / std::to_string(choice), std::ios::binary};
    file.put(static_cast<char>(choice));
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

  std::filesystem::path directory_;
  std::vector<std::uint64_t> room_;
};

/// What fuzz_requests chooses from: kinds of requests, and Hello at the end.
constexpr int choices = 48;

void write_event_requests(Seeds& seeds) {
  const std::vector<Name> names(2);
  std::vector<DomainEvent> events(2);
  events[0].payload_bytes = 3;
  const std::vector<std::byte> payload(3);
  seeds.request(21, append_events_frame_bytes(2, 3, 2), [&](auto room) {
    return write_append_events(room, 22, {}, events, payload, names);
  });
  const std::vector<Transfer> transfers(2);
  seeds.request(23, bundle_frame_bytes(2, 2, 3, 2), [&](auto room) {
    return write_bundle(room, 24, {}, transfers, events, payload, names);
  });
  EventFilter filter;
  filter.version_min = 1;
  filter.limit = 10;
  seeds.request(22, read_events_frame_bytes,
                [&](auto room) { return write_read_events(room, 23, filter, 0); });
}

void write_command_requests(Seeds& seeds) {
  std::vector<DomainEvent> events(1);
  std::vector<std::byte> payload;
  CommandDetails details;
  details.quantity = 3;
  put_command(Command::order_create, details, "tea", events[0], payload);
  int choice = 27;
  for (const RequestKind kind : {RequestKind::order_commands, RequestKind::payment_commands}) {
    seeds.request(choice++, append_events_frame_bytes(1, payload.size(), 0), [&](auto room) {
      return write_append_events(room, 29, {}, events, payload, {}, kind);
    });
  }
  const std::vector<Uint128> ids(2);
  for (const RequestKind kind : {RequestKind::lookup_orders, RequestKind::lookup_payments}) {
    seeds.request(choice++, lookup_aggregates_frame_bytes(2), [&](auto room) {
      return write_lookup_aggregates(room, kind, 30, ids, {.sequence = Sequence{5}}, 0);
    });
  }
}

void write_subscription_requests(Seeds& seeds) {
  const std::vector<EventCheckpoint> checkpoints(2, make_checkpoint("mailer", 7));
  seeds.request(31, put_checkpoints_frame_bytes(2),
                [&](auto room) { return write_put_checkpoints(room, 25, {}, checkpoints); });
  Subscription wanted;
  wanted.from = 3;
  seeds.request(32, subscribe_frame_bytes,
                [&](auto room) { return write_subscribe(room, 26, wanted, 0); });
  seeds.request(33, small_frame_bytes,
                [](auto room) { return write_lookup_checkpoints(room, 27, 0); });
  seeds.request(34, acknowledge_frame_bytes,
                [](auto room) { return write_acknowledge_events(room, 0, 26, Sequence{5}); });
  seeds.request(35, acknowledge_frame_bytes,
                [](auto room) { return write_unsubscribe(room, 28, 26); });
}

void write_tcc_requests(Seeds& seeds) {
  const std::vector<TccCommand> commands(2);
  const std::vector<TccAmount> amounts(2);
  seeds.request(38, tcc_commands_frame_bytes(2, 2),
                [&](auto room) { return write_tcc_commands(room, 40, {}, commands, amounts); });
  const std::vector<Uint128> gids(2);
  seeds.request(39, lookup_frame_bytes(2), [&](auto room) {
    return write_lookup(room, RequestKind::lookup_tccs, 41, gids, 0);
  });
  seeds.request(40, small_frame_bytes,
                [](auto room) { return write_list_tccs(room, 42, {.limit = 3}, 0); });
}

void write_saga_requests(Seeds& seeds) {
  std::vector<DomainEvent> events(2);
  events[1].payload_bytes = 3;
  const std::vector<std::byte> payload(3);
  seeds.request(41, append_events_frame_bytes(2, 3, 0), [&](auto room) {
    return write_append_events(room, 43, {}, events, payload, {}, RequestKind::saga_commands);
  });
  seeds.request(42, operate_sagas_frame_bytes(2, 3, 3), [&](auto room) {
    return write_operate_sagas(room, 44, {}, events, payload, "why");
  });
  SagaFilter filter;
  filter.limit = 3;
  seeds.request(43, list_sagas_frame_bytes,
                [&](auto room) { return write_list_sagas(room, 45, filter, 0); });
}

void write_participant_messages(Seeds& seeds) {
  std::vector<StepAnswer> answers(2);
  answers[1].payload_bytes = 5;
  const std::vector<std::byte> payload = answer_payload("", "", {});
  seeds.request(44, answer_steps_frame_bytes(2, payload.size()), [&](auto room) {
    return write_answer_steps(room, 46, {}, Uint128{1, 2}, answers, payload);
  });
  const std::vector<WorkCredit> credits(2, {Uint128{3, 4}, 5, 0});
  seeds.request(45, take_work_frame_bytes(2), [&](auto room) {
    return write_take_work(room, 47, Uint128{1, 2}, credits);
  });
  seeds.request(46, small_frame_bytes, [](auto room) { return write_list_participants(room, 48); });
  const std::vector<std::byte> texts = secret_texts(std::vector<std::string>{"one", "two"});
  seeds.request(47, seal_secrets_frame_bytes(texts.size()),
                [&](auto room) { return write_seal_secrets(room, 49, texts); });
  const std::vector<Uint128> keys(2, Uint128{1, 2});
  seeds.request(48, forget_secrets_frame_bytes(2, 3),
                [&](auto room) { return write_forget_secrets(room, 50, keys, "why"); });
  // A command, and 8 bytes of a payload.
  std::vector<std::uint64_t> words(sizeof(WorkCommand) / 8 + 1);
  WorkCommand command;
  command.payload_bytes = 8;
  std::memcpy(words.data(), &command, sizeof(command));
  seeds.reply(21, reply_frame_bytes(words.size() * 8, 0), [&](auto room) {
    return write_items_reply<std::uint64_t>(room, RequestKind::take_work, 1, {.items = words});
  });
  seeds.reply(23, reply_frame_bytes(words.size() * 8, 0), [&](auto room) {
    return write_items_reply<std::uint64_t>(room, RequestKind::seal_secrets, 1, {.items = words});
  });
  const std::vector<ParticipantView> views(2);
  seeds.reply(22, reply_frame_bytes(2 * sizeof(ParticipantView), 0), [&](auto room) {
    return write_items_reply<ParticipantView>(room, RequestKind::list_participants, 1,
                                              {.items = views});
  });
  seeds.request(49, small_frame_bytes,
                [](auto room) { return write_list_waiting_work(room, 51, 1'024); });
  const std::vector<WaitingWork> waiting(2);
  seeds.reply(24, reply_frame_bytes(2 * sizeof(WaitingWork), 0), [&](auto room) {
    return write_items_reply<WaitingWork>(room, RequestKind::list_waiting_work, 1,
                                          {.items = waiting});
  });
}

void write_tcc_replies(Seeds& seeds) {
  std::vector<TccView> tccs(1);
  tccs[0].branch_count = 2;
  const std::vector<TccBranch> branches(2);
  seeds.reply(19, tccs_reply_frame_bytes(1, 2), [&](auto room) {
    TccsReplyMessage message;
    message.tccs = tccs;
    message.branches = branches;
    return write_tccs_reply(room, RequestKind::lookup_tccs, 1, message);
  });
}

/// Of the operation log and of the past.
void write_late_reads(Seeds& seeds) {
  seeds.request(24, query_operations_frame_bytes,
                [](auto room) { return write_query_operations(room, 22, {.limit = 10}, 0); });
  const std::vector<AccountId> accounts_at(2);
  seeds.request(25, lookup_accounts_at_frame_bytes(2), [&](auto room) {
    return write_lookup_accounts_at(room, 23, accounts_at, {.sequence = Sequence{5}}, 0);
  });
  const std::vector<TransferId> holds_at(2);
  seeds.request(13 + choices, lookup_accounts_at_frame_bytes(2), [&](auto room) {
    return write_lookup_holds_at(room, 25, holds_at, {.time = Timestamp{5}}, 0);
  });
  seeds.request(36, rebuild_frame_bytes,
                [](auto room) { return write_rebuild(room, 26, RebuildFilter{}, 0); });
  seeds.request(37, small_frame_bytes, [](auto room) { return write_take_snapshot(room, 27); });
  seeds.request(26, small_frame_bytes, [](auto room) {
    return write_trial_balance_at(room, 24, 0, 10, {.time = Timestamp{5}}, 0);
  });
}

void write_requests(Seeds& seeds) {
  const std::vector<Account> accounts(2);
  const std::vector<Transfer> transfers(3);
  const std::vector<Ledger> ledgers(2);
  const std::vector<Uint128> ids(4);
  seeds.request(0, create_frame_bytes<Account>(2),
                [&](auto room) { return write_create_accounts(room, 1, {}, accounts); });
  seeds.request(1, create_frame_bytes<Transfer>(3),
                [&](auto room) { return write_create_transfers(room, 2, {}, transfers); });
  seeds.request(2, create_frame_bytes<Ledger>(2),
                [&](auto room) { return write_put_ledgers(room, 3, {}, ledgers); });
  seeds.request(3, lookup_frame_bytes(4), [&](auto room) {
    return write_lookup(room, RequestKind::lookup_accounts, 4, ids, 0);
  });
  seeds.request(4, lookup_frame_bytes(4), [&](auto room) {
    return write_lookup(room, RequestKind::lookup_transfers, 5, ids, 9);
  });
  seeds.request(5, small_frame_bytes,
                [](auto room) { return write_list_accounts(room, 6, AccountId{}, 10, 0); });
  seeds.request(6, small_frame_bytes,
                [](auto room) { return write_list_ledgers(room, 7, LedgerId{1}, 10, 0); });
  seeds.request(7, small_frame_bytes,
                [](auto room) { return write_list_transfers(room, 8, 5, 10, 3); });
  seeds.request(8, small_frame_bytes,
                [](auto room) { return write_advance_clock(room, 9, {}, 1'000); });
  seeds.request(9, accept_clock_frame_bytes(5),
                [](auto room) { return write_accept_clock(room, 10, {}, "leap!"); });
  seeds.request(10, small_frame_bytes, [](auto room) { return write_state_digest(room, 11); });
  const std::vector<AccountChange> changes(2);
  seeds.request(12, reasoned_frame_bytes<AccountChange>(2, 3),
                [&](auto room) { return write_change_accounts(room, 13, {}, changes, "why"); });
  seeds.request(13, lookup_frame_bytes(4), [&](auto room) {
    return write_lookup(room, RequestKind::lookup_holds, 14, ids, 0);
  });
  int choice = 14;
  for (const auto kind : {RequestKind::get_account_transfers, RequestKind::get_account_balances,
                          RequestKind::query_accounts, RequestKind::query_transfers}) {
    seeds.request(choice++, query_frame_bytes, [kind](auto room) {
      return write_query(room, kind, 15, {.timestamp_min = Timestamp{1}, .limit = 10}, 0);
    });
  }
  seeds.request(18, small_frame_bytes, [](auto room) {
    return write_numbered_list(room, RequestKind::trial_balance, 16, 5, 10, 3);
  });
  const std::vector<Name> names(2);
  const std::vector<NameKey> keys(2);
  seeds.request(19, create_frame_bytes<Name>(2),
                [&](auto room) { return write_put_names(room, 18, {}, names); });
  seeds.request(20, lookup_names_frame_bytes(2),
                [&](auto room) { return write_lookup_names(room, 19, keys, 0); });
  // The choices once more round: under other names than those without a reason or names.
  constexpr int round = choices;
  seeds.request(1 + round, reasoned_frame_bytes<Transfer>(3, 3), [&](auto room) {
    return write_reasoned_transfers(room, 17, {}, transfers, "why");
  });
  seeds.request(0 + round, named_frame_bytes<Account>(2, 2),
                [&](auto room) { return write_named_accounts(room, 20, {}, accounts, names); });
  seeds.request(1 + 2 * round, named_frame_bytes<Transfer>(3, 2, 3), [&](auto room) {
    return write_named_transfers(room, 21, {}, transfers, "why", names);
  });
  seeds.request(choices - 1, hello_frame_bytes(8), [](auto room) {
    return write_hello(
        room, 12, {.client = ClientId{Uint128{1, 2}}, .protocol_version = 1, .token = "dbk_0123"});
  });
}

template <typename Item>
void write_items(Seeds& seeds, int choice, RequestKind kind) {
  const std::vector<Item> items(2);
  seeds.reply(choice, reply_frame_bytes(2 * sizeof(Item), 5), [&](auto room) {
    return write_items_reply<Item>(room, kind, 1, {.words = "words", .items = items});
  });
}

/// One operation and nothing that belongs to it.
std::size_t write_operations(std::span<std::byte> room) {
  constexpr std::size_t bytes = sizeof(LogRecordHeader) + sizeof(OperationView);
  std::vector<std::uint64_t> words(bytes / sizeof(std::uint64_t));
  const LogRecordHeader header{.sequence = Sequence{1},
                               .bytes = sizeof(OperationView),
                               .kind = log_record::operation,
                               .reserved = 0};
  std::memcpy(words.data(), &header, sizeof(header));
  return write_items_reply<std::uint64_t>(room, RequestKind::query_operations, 1, {.items = words});
}

/// One checkpoint's event.
std::size_t write_event_batch(std::span<std::byte> room) {
  constexpr std::size_t bytes = sizeof(EventRecord) + sizeof(EventCheckpoint);
  std::vector<std::uint64_t> words(bytes / sizeof(std::uint64_t));
  EventRecord record;
  record.sequence = Sequence{1};
  record.kind = FactKind::checkpoint;
  record.fact_bytes = sizeof(EventCheckpoint);
  std::memcpy(words.data(), &record, sizeof(record));
  return write_items_reply<std::uint64_t>(room, RequestKind::subscribe, 1, {.items = words});
}

void write_replies(Seeds& seeds) {
  const std::vector<Refusal> refusals(2);
  write_items<Account>(seeds, 0, RequestKind::list_accounts);
  write_items<Transfer>(seeds, 1, RequestKind::list_transfers);
  write_items<Ledger>(seeds, 2, RequestKind::list_ledgers);
  seeds.reply(3, reply_frame_bytes(2 * sizeof(Refusal), 5), [&](auto room) {
    return write_batch_reply(room, RequestKind::create_accounts, 1,
                             {.words = "words", .refusals = refusals});
  });
  seeds.reply(4, digest_reply_frame_bytes(5), [](auto room) {
    return write_digest_reply(room, RequestKind::state_digest, 1, {.words = "words"});
  });
  seeds.reply(5, hello_reply_frame_bytes(5, 5), [](auto room) {
    return write_hello_reply(room, 1, {.principal = "local", .engine_version = "0.1.0"});
  });
  write_items<HoldView>(seeds, 6, RequestKind::lookup_holds);
  write_items<AccountBalance>(seeds, 7, RequestKind::get_account_balances);
  write_items<LedgerBalance>(seeds, 8, RequestKind::trial_balance);
  write_items<Name>(seeds, 9, RequestKind::lookup_names);
  std::vector<RecordedEvent> events(2);
  events[1].event.payload_bytes = 3;
  const std::vector<std::byte> payload(3);
  seeds.reply(10, events_reply_frame_bytes(2 * sizeof(RecordedEvent), 3), [&](auto room) {
    return write_events_reply(room, 1, {.events = events, .payloads = payload});
  });
  write_items<AccountAsOf>(seeds, 11, RequestKind::lookup_accounts_at);
  seeds.reply(12, reply_frame_bytes(sizeof(LogRecordHeader) + sizeof(OperationView), 0),
              [](auto room) { return write_operations(room); });
  seeds.reply(14, reply_frame_bytes(sizeof(EventRecord) + sizeof(EventCheckpoint), 0),
              [](auto room) { return write_event_batch(room); });
  const std::vector<EventCheckpoint> checkpoints(2);
  seeds.reply(15, reply_frame_bytes(2 * sizeof(EventCheckpoint), 0),
              [&](auto room) { return write_checkpoints_reply(room, 1, {.items = checkpoints}); });
  const std::vector<RebuildDifference> differences(2);
  seeds.reply(13, rebuild_reply_frame_bytes(2), [&](auto room) {
    return write_rebuild_reply(room, 1, {.differences = differences});
  });
  write_items<OrderView>(seeds, 16, RequestKind::lookup_orders);
  write_items<SagaView>(seeds, 20, RequestKind::list_sagas);
  std::vector<PaymentView> payments(2);
  payments[1].claims = 1;
  const std::vector<ClaimView> claims(1);
  seeds.reply(17, payments_reply_frame_bytes(2, 1), [&](auto room) {
    return write_payments_reply(room, 1, {.payments = payments, .claims = claims});
  });
  seeds.reply(18, error_frame_bytes(5),
              [](auto room) { return write_error(room, 1, {.words = "words"}); });
}

}  // namespace
}  // namespace daybook

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: frame_seeds DIRECTORY\n");
    return 2;
  }
  daybook::Seeds seeds{arguments[1]};
  daybook::write_requests(seeds);
  daybook::write_event_requests(seeds);
  daybook::write_late_reads(seeds);
  daybook::write_command_requests(seeds);
  daybook::write_subscription_requests(seeds);
  daybook::write_tcc_requests(seeds);
  daybook::write_saga_requests(seeds);
  daybook::write_participant_messages(seeds);
  daybook::write_tcc_replies(seeds);
  daybook::write_replies(seeds);
  return 0;
}
