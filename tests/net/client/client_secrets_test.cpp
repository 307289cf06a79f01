// The client and secrets: what may be sealed and forgotten, and answers that are not about exactly
// what was asked, which count as none.

#include <string>
#include <vector>

#include "engine/model/sealed_text.hpp"
#include "net/protocol/secret_messages.hpp"
#include "tests/net/client/client_fixture.hpp"

namespace daybook {
namespace {

using Texts = std::vector<std::string>;
using Keys = std::vector<ForgottenKey>;

SealedTextView sealed_view(std::uint64_t key) {
  SealedText sealed;
  sealed.size = sealed_beside_bytes + 22;
  const auto head = sealed_head(Uint128{key, 7});
  std::copy(head.begin(), head.end(), sealed.bytes.begin());
  const std::string text = to_text(sealed);
  SealedTextView view;
  view.bytes = text.size();
  std::copy(text.begin(), text.end(), view.text.begin());
  return view;
}

class ClientSecretsTest : public ClientFixture {
 protected:
  ClientSecretsTest() : client_{loop_, server_settings()} {}

  template <typename Record>
  void answer_with(const std::vector<Record>& records, RequestStatus status = RequestStatus::ok) {
    static_assert(sizeof(Record) % sizeof(std::uint64_t) == 0);
    if (!is_greeted_) server_.greet();
    is_greeted_ = true;
    std::vector<std::uint64_t> items(records.size() * sizeof(Record) / sizeof(std::uint64_t));
    if (!items.empty()) std::memcpy(items.data(), records.data(), items.size() * 8);
    server_.reply<std::uint64_t>(server_.next_frame(), {.status = status, .items = items});
  }
  Result<SealResult> seal(const Texts& texts, const std::vector<SealedTextView>& answer,
                          RequestStatus status = RequestStatus::ok) {
    std::optional<Result<SealResult>> heard;
    client_.async_seal_secrets(texts,
                               [&](Result<SealResult> result) { heard = std::move(result); });
    answer_with(answer, status);
    EXPECT_TRUE(loop_.run_until([&] { return heard.has_value(); }).ok());
    return *heard;
  }
  Result<ForgetResult> forget(const std::vector<Uint128>& keys, const Keys& answer,
                              RequestStatus status = RequestStatus::ok) {
    std::optional<Result<ForgetResult>> heard;
    client_.async_forget_secrets(keys, "because",
                                 [&](Result<ForgetResult> result) { heard = std::move(result); });
    answer_with(answer, status);
    EXPECT_TRUE(loop_.run_until([&] { return heard.has_value(); }).ok());
    return *heard;
  }
  static void expect_damaged(const auto& result) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().kind, FailureKind::damaged);
  }

  Client client_;
  bool is_greeted_ = false;
};

TEST_F(ClientSecretsTest, AnAnswerHasOneSealedTextForEachText) {
  const auto good = seal({"one", "two"}, {sealed_view(1), sealed_view(2)});
  ASSERT_TRUE(good.ok()) << good.error().what;
  EXPECT_EQ(good.value().sealed.size(), 2U);
  expect_damaged(seal({"one", "two"}, {}));
  expect_damaged(seal({"one", "two"}, {sealed_view(1)}));
  expect_damaged(seal({"one"}, {sealed_view(1), sealed_view(2)}));
  expect_damaged(seal({"one"}, {SealedTextView{}}));
  const auto refused = seal({"one"}, {}, RequestStatus::busy);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused.value().status, RequestStatus::busy);
  expect_damaged(seal({"one"}, {sealed_view(1)}, RequestStatus::busy));
}

TEST_F(ClientSecretsTest, AnAnswerIsAboutTheKeysThatWereAsked) {
  const ForgottenKey one{{1, 7}, ForgetOutcome::forgotten};
  const ForgottenKey two{{2, 7}, ForgetOutcome::unknown};
  const std::vector<Uint128> both{one.key_id, two.key_id};
  const auto good = forget(both, {one, two});
  ASSERT_TRUE(good.ok()) << good.error().what;
  EXPECT_EQ(good.value().keys.back().outcome, ForgetOutcome::unknown);
  expect_damaged(forget(both, {}));
  expect_damaged(forget(both, {one}));
  expect_damaged(forget(both, {one, two, two}));
  expect_damaged(forget(both, {two, one}));
  expect_damaged(forget({one.key_id}, {two}));
  EXPECT_EQ(forget(both, {}, RequestStatus::secrets_not_kept).value().status,
            RequestStatus::secrets_not_kept);
}

TEST_F(ClientSecretsTest, WhatMayNotBeSealedIsNotSent) {
  for (const std::string& text : {std::string{}, std::string{"sealed:"}, std::string{"a\nb"},
                                  std::string(limits::secret_bytes_max + 1, 'x')}) {
    std::optional<Failure> fault;
    client_.async_seal_secrets(Texts{"good", text},
                               [&](const Result<SealResult>& result) { fault = result.error(); });
    ASSERT_TRUE(loop_.run_until([&] { return fault.has_value(); }).ok());
    EXPECT_EQ(fault->kind, FailureKind::invalid);
    EXPECT_NE(fault->what.find("'sealed:'"), std::string::npos);
  }
}

}  // namespace
}  // namespace daybook
