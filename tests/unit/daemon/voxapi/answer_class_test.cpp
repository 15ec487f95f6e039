// The table of answer classes: the specification of what a status proves.
#include "daemon/voxapi/answer_class.h"

#include <set>

#include <gtest/gtest.h>

namespace dialerd::daemon::voxapi {
namespace {

using campaign::AnswerKind;
using namespace std::chrono_literals;

const CreateBody call{.call_id = "c-1", .error = {}};
const CreateBody no_call{.call_id = {}, .error = "CODE: words"};

TEST(AnswerClass, SuccessIsACallOnlyWithAnId) {
  for (const int status : {200, 201, 202, 299}) {
    const auto accepted = classify_create(status, call, std::nullopt);
    EXPECT_EQ(accepted.kind, AnswerKind::accepted) << status;
    EXPECT_EQ(accepted.call_id, "c-1");
    EXPECT_TRUE(accepted.detail.empty());
    const auto unknown = classify_create(status, no_call, std::nullopt);
    EXPECT_EQ(unknown.kind, AnswerKind::unknown) << status;
    EXPECT_FALSE(unknown.detail.empty());
  }
}

TEST(AnswerClass, EveryOtherStatusByTheTable) {
  const std::set<int> rejected = {400, 404, 405, 410, 413, 415, 422, 451};
  const std::set<int> account_fault = {401, 402, 403};
  for (int status = 100; status < 1000; ++status) {
    if (status >= 200 && status <= 299) continue;
    const AnswerKind expected = rejected.contains(status)        ? AnswerKind::rejected
                                : account_fault.contains(status) ? AnswerKind::account_fault
                                : status == 429                  ? AnswerKind::throttled
                                                                 : AnswerKind::unknown;
    // A call id in the body of an error makes no call.
    for (const CreateBody& body : {call, no_call}) {
      const auto answer = classify_create(status, body, std::nullopt);
      EXPECT_EQ(answer.kind, expected) << status;
      EXPECT_TRUE(answer.call_id.empty()) << status;
      EXPECT_EQ(answer.http_status, status);
      EXPECT_EQ(answer.detail, body.error);
    }
  }
}

TEST(AnswerClass, OnlyTheServersOwnWordOnWhenMakesA503Throttled) {
  const auto throttled = classify_create(503, no_call, 0s);
  EXPECT_EQ(throttled.kind, AnswerKind::throttled);
  EXPECT_EQ(throttled.retry_after, 0s);
  EXPECT_EQ(classify_create(503, no_call, std::nullopt).kind, AnswerKind::unknown);
  EXPECT_EQ(classify_create(500, no_call, 5s).kind, AnswerKind::unknown);
  EXPECT_EQ(classify_create(302, no_call, 5s).kind, AnswerKind::unknown);
}

TEST(AnswerClass, ThrottledKeepsTheWaitThatWasSent) {
  EXPECT_EQ(classify_create(429, no_call, 17s).retry_after, 17s);
  EXPECT_EQ(classify_create(429, no_call, std::nullopt).retry_after, std::nullopt);
}

}  // namespace
}  // namespace dialerd::daemon::voxapi
