// Checkpoints of consumers, forged: each row is one thing that apply requires and that no engine
// would have done; see hostile_entry_test.cpp.

#include "tests/replay/forger.hpp"

namespace daybook::test {
namespace {

using After = AfterAGoodEntry;

auto putting(const std::vector<EventCheckpoint>& checkpoints) {
  return [checkpoints](Forger& forger) {
    forger.all(RequestKind::put_checkpoints, FactKind::checkpoint, checkpoints);
  };
}

template <typename Change>
auto checkpoint_with(Change change) {
  EventCheckpoint checkpoint = make_checkpoint("mailer", 3);
  change(checkpoint);
  return putting({checkpoint});
}

const char* const not_put_so = "sequence 12: a checkpoint could not have been put";

const Forgery rows[] = {
    {"with_an_unknown_flag", checkpoint_with([](auto& c) { c.flags = 4; }), not_put_so},
    {"with_a_reserved_field", checkpoint_with([](auto& c) { c.reserved = 1; }), not_put_so},
    {"without_a_name", checkpoint_with([](auto& c) { c.set_name(""); }), not_put_so},
    {"with_a_name_longer_than_its_place", checkpoint_with([](auto& c) { c.name_bytes = 65; }),
     not_put_so},
    {"with_something_behind_its_name", checkpoint_with([](auto& c) { c.name_text[60] = 'x'; }),
     not_put_so},
    {"with_a_name_that_is_no_text", checkpoint_with([](auto& c) { c.set_name("\xff"); }),
     not_put_so},
    {"removed_with_a_sequence",
     checkpoint_with([](auto& c) { c.flags = checkpoint_flag::removes; }), not_put_so},
    {"removed_and_never_put", putting({make_checkpoint("mailer", 0, checkpoint_flag::removes)}),
     not_put_so},
    {"ahead_of_the_journal", checkpoint_with([](auto& c) { c.sequence = 12; }), not_put_so},
    {"that_goes_back", putting({make_checkpoint("mailer", 3), make_checkpoint("mailer", 2)}),
     "sequence 13: a checkpoint could not have been put"},
    {"that_stands_there", putting({make_checkpoint("mailer", 3), make_checkpoint("mailer", 3)}),
     "sequence 13: a checkpoint could not have been put"},
    {"at_another_time", checkpoint_with([](auto& c) { c.timestamp = Timestamp{1}; }),
     "sequence 12: a checkpoint's timestamp is not of its operation's time"},
    {"in_the_place_of_names",
     [](Forger& forger) {
       forger.all(RequestKind::put_names, FactKind::checkpoint,
                  std::vector{make_checkpoint("mailer", 3)});
     },
     "no operation of this kind makes such facts"},
    {"without_an_operation",
     [](Forger& forger) { forger.own(FactKind::checkpoint, make_checkpoint("mailer", 3)); },
     "no operation of this kind makes such facts"},
};

class HostileCheckpoint : public HostileEntry {};

TEST_P(HostileCheckpoint, IsRefusedWithItsSequence) { expect_refused(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Checkpoints, HostileCheckpoint, testing::ValuesIn(rows), name_of_forgery);

TEST(HostileCheckpoints, WouldBeTakenWereTheyHonest) {
  const std::function<void(Forger&)> honest[] = {
      checkpoint_with([](EventCheckpoint&) {}),
      checkpoint_with([](auto& c) { c.sequence = 11; }),
      putting({make_checkpoint("mailer", 3),
               make_checkpoint("mailer", 2, checkpoint_flag::may_go_back),
               make_checkpoint("mailer", 0, checkpoint_flag::removes)}),
  };
  for (const auto& write : honest) {
    SCOPED_TRACE(&write - std::begin(honest));
    After after;
    write(after.forger());
    const auto applied = after.apply_honestly();
    EXPECT_TRUE(applied.ok()) << applied.error().what;
  }
}

}  // namespace
}  // namespace daybook::test
