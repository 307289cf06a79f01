// rebuild and take_snapshot, written and read back.

#include "net/protocol/rebuild_messages.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"
#include "tests/net/protocol/round_trip.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t number = 0x1122334455667788;

TEST(RebuildMessages, Rebuild) {
  const auto filter = patterned<RebuildFilter>(3);
  Frame frame{rebuild_frame_bytes};
  frame.expect_request(write_rebuild(frame.room(), sample_number, filter, 77),
                       RequestKind::rebuild);
  const auto read = read_request(RequestKind::rebuild, frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(std::memcmp(read.value().events, &filter, sizeof(filter)), 0);
  EXPECT_EQ(read.value().min_sequence, 77U);
}

TEST(RebuildMessages, RebuildReplyUpToTheLargestPage) {
  for (const std::size_t count :
       {std::size_t{0}, std::size_t{1}, limits::rebuild_differences_page_max}) {
    const auto differences = many<RebuildDifference>(count);
    Frame frame{rebuild_reply_frame_bytes(count)};
    frame.expect_reply(write_rebuild_reply(frame.room(), sample_number,
                                           {.sequence = Sequence{41},
                                            .more = true,
                                            .cursor = 42,
                                            .compared = 43,
                                            .mismatching = 44,
                                            .done = 45,
                                            .differences = differences}),
                       RequestKind::rebuild);
    const auto read = read_rebuild_reply(frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    EXPECT_EQ(read.value().status, RequestStatus::ok);
    EXPECT_EQ(read.value().sequence, Sequence{41});
    EXPECT_TRUE(read.value().more);
    EXPECT_EQ(read.value().cursor, 42U);
    EXPECT_EQ(read.value().compared, 43U);
    EXPECT_EQ(read.value().mismatching, 44U);
    EXPECT_EQ(read.value().done, 45U);
    ASSERT_EQ(read.value().differences.size(), count);
    EXPECT_TRUE(same_bytes(reinterpret_cast<const std::byte*>(read.value().differences.data()),
                           differences));
  }
}

TEST(RebuildMessages, TakeSnapshotIsAnsweredWithADigest) {
  Frame frame{small_frame_bytes};
  frame.expect_request(write_take_snapshot(frame.room(), sample_number),
                       RequestKind::take_snapshot);
  EXPECT_TRUE(read_request(RequestKind::take_snapshot, frame.body()).ok());
  Frame answer{digest_reply_frame_bytes(0)};
  answer.expect_reply(write_digest_reply(answer.room(), RequestKind::take_snapshot, number,
                                         {.sequence = Sequence{5}, .state_digest = 6}),
                      RequestKind::take_snapshot);
  EXPECT_EQ(read_digest_reply(answer.body()).value().state_digest, 6U);
}

}  // namespace
}  // namespace daybook
