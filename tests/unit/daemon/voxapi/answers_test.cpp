// What the client makes of everything a server can answer or fail to answer, over real TLS.
#include <string>

#include "client_test.h"

namespace dialerd::daemon::voxapi::testing {
namespace {

struct Answers : ClientTest {
  // One request, one answer; the server then sees whether anything else comes.
  CreateAnswer create_against(std::function<void(Session&)> answer) {
    start_server([answer = std::move(answer)](Session& session) {
      if (session.read_request()) answer(session);
      session.wait_for_peer();
    });
    start_client([](ClientSettings& settings) {
      settings.http.response_timeout = 400ms;
      settings.http.response_size_max = 20'000;
    });
    return create();
  }
};

TEST_F(Answers, AcceptedCallBringsItsId) {
  const auto answer =
      create_against([](Session& session) { session.respond(201, R"({"id":"c-1","status":"queued"})"); });
  EXPECT_EQ(answer.kind, AnswerKind::accepted);
  EXPECT_EQ(answer.call_id, "c-1");
  EXPECT_EQ(answer.http_status, 201);
}

TEST_F(Answers, RequestIsAsDocumented) {
  create_against([](Session& session) { session.accept_call(); });
  const std::string request = server().requests().at(0);
  EXPECT_TRUE(
      request.starts_with("POST /v3/calls HTTP/1.1\r\nHost: localhost:" + std::to_string(server().port()) + "\r\n"))
      << request;
  EXPECT_NE(request.find(std::string("\r\nAuthorization: Bearer ") + api_key + "\r\n"), std::string::npos);
  EXPECT_NE(request.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(request.find("\r\nUser-Agent: dialerd/"), std::string::npos);
  EXPECT_TRUE(request.ends_with(
      "\r\n\r\n"
      R"({"from_number":"07011112222","to_number":"01012345678","agent":{"agent_id":"f0e1d2c3-0000-4000-8000-000000000001",)"
      R"("agent_version":"production"},"metadata":{"attempt_id":"attempt-1"}})"))
      << request;
}

TEST_F(Answers, RejectionCarriesTheProvidersWordsWithoutThePhoneNumber) {
  const auto answer = create_against([](Session& session) {
    session.respond(422, R"({"error":{"code":"VALIDATION_ERROR","message":"01012345678 is no number","details":{}}})");
  });
  EXPECT_EQ(answer.kind, AnswerKind::rejected);
  EXPECT_EQ(answer.detail, "VALIDATION_ERROR: 010****5678 is no number");
}

TEST_F(Answers, DetailNeverHoldsTheKey) {
  const auto answer = create_against([](Session& session) {
    session.respond(
        401, R"({"error":{"code":"UNAUTHORIZED","message":"Bearer )" + std::string(api_key) + R"( is unknown"}})");
  });
  EXPECT_EQ(answer.kind, AnswerKind::account_fault);
  EXPECT_EQ(answer.detail, "UNAUTHORIZED: Bearer [API key] is unknown");
}

TEST_F(Answers, ThrottledBringsTheWait) {
  const auto answer = create_against([](Session& session) { session.respond(429, "{}", "Retry-After: 17\r\n"); });
  EXPECT_EQ(answer.kind, AnswerKind::throttled);
  EXPECT_EQ(answer.retry_after, 17s);
}

TEST_F(Answers, RetryAfterAsDateIsMeasuredByTheServersClock) {
  const auto answer = create_against([](Session& session) {
    session.respond(503, "", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\n");
  });
  EXPECT_EQ(answer.kind, AnswerKind::throttled);
  EXPECT_EQ(answer.retry_after, 60s);
}

TEST_F(Answers, RedirectIsNotFollowed) {
  const auto answer = create_against([](Session& session) {
    session.respond(302, "", "Location: https://localhost:" + std::to_string(1) + "/v3/calls\r\n");
    session.signal("redirected");
  });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.http_status, 302);
  run_for(100ms);
  EXPECT_EQ(server().requests().size(), 1U);
}

TEST_F(Answers, InterimResponsesAreSkipped) {
  const auto answer = create_against([](Session& session) {
    session.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
    session.accept_call();
  });
  EXPECT_EQ(answer.kind, AnswerKind::accepted);
}

TEST_F(Answers, EndlessInterimResponsesAreUnknown) {
  const auto answer = create_against([](Session& session) {
    for (int i = 0; i < 100; ++i) session.write("HTTP/1.1 100 Continue\r\n\r\n");
  });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.detail, "reading the answer: too many interim responses");
}

TEST_F(Answers, ResetAfterTheRequestIsUnknown) {
  const auto answer = create_against([](Session& session) { session.reset(); });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.http_status, 0);
  EXPECT_FALSE(answer.detail.empty());
}

TEST_F(Answers, CleanCloseInsteadOfAnAnswerIsUnknown) {
  const auto answer = create_against([](Session& session) { session.finish(); });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.detail, "reading the answer: connection closed before an answer");
}

TEST_F(Answers, SilenceIsUnknownAfterTheResponseTimeout) {
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = create_against([](Session& session) { session.wait_for_peer(); });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.detail, "no whole answer within 400 ms");
  const auto taken = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(taken, 400ms);
  EXPECT_LT(taken, 2s);
}

TEST_F(Answers, HeadThatTricklesInIsCutOffByTheResponseTimeout) {
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = create_against([](Session& session) {
    session.write("HTTP/1.1 201 Created\r\n");
    for (int i = 0; i < 30; ++i) {
      session.write("X-Slow: 1\r\n");
      std::this_thread::sleep_for(50ms);
    }
  });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1400ms);
}

TEST_F(Answers, AnswerInManySmallPiecesIsRead) {
  const auto answer = create_against([](Session& session) {
    for (const char c : std::string("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"id\":\"c-9\"}")) {
      session.write(std::string(1, c));
    }
  });
  EXPECT_EQ(answer.kind, AnswerKind::accepted);
  EXPECT_EQ(answer.call_id, "c-9");
}

TEST_F(Answers, ChunkedAnswerIsRead) {
  const auto answer = create_against([](Session& session) {
    session.write(
        "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"id\":\r\n6\r\n\"c-7\"}\r\n0\r\n\r\n");
  });
  EXPECT_EQ(answer.kind, AnswerKind::accepted);
  EXPECT_EQ(answer.call_id, "c-7");
}

TEST_F(Answers, AnnouncedBodyAboveTheLimitIsUnknown) {
  const auto answer = create_against(
      [](Session& session) { session.respond(201, R"({"id":"c-1","x":")" + std::string(20'000, 'x') + R"("})"); });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.http_status, 201);
}

TEST_F(Answers, EndlessBodyIsUnknown) {
  const auto answer = create_against([](Session& session) {
    session.write("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100; ++i) session.write("400\r\n" + std::string(1024, ' ') + "\r\n");
  });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_NE(answer.detail.find("body limit"), std::string::npos) << answer.detail;
}

TEST_F(Answers, EndlessHeadIsUnknown) {
  const auto answer = create_against([](Session& session) {
    session.write("HTTP/1.1 201 Created\r\nX-Long: ");
    for (int i = 0; i < 100; ++i) session.write(std::string(1024, 'x'));
  });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
}

TEST_F(Answers, EndlessChunkExtensionIsUnknown) {
  const auto answer = create_against([](Session& session) {
    session.write("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n1;");
    for (int i = 0; i < 200; ++i) session.write(std::string(1024, 'x'));
  });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.detail.find("no whole answer"), std::string::npos) << answer.detail;
}

TEST_F(Answers, TruncatedBodyIsUnknown) {
  const auto answer = create_against([](Session& session) {
    session.write("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":\"c-1\"}");
    session.finish();
  });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.detail, "reading the answer: connection closed within the answer");
}

TEST_F(Answers, BodyThatEndsWithTheConnectionIsRead) {
  const auto answer = create_against([](Session& session) {
    session.write("HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n{\"id\":\"c-1\"}");
    session.finish();
  });
  EXPECT_EQ(answer.kind, AnswerKind::accepted);
}

TEST_F(Answers, BodyThatEndsWithACutConnectionIsUnknown) {
  const auto answer = create_against([](Session& session) {
    session.write("HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n{\"id\":\"c-1\"}");
    session.cut();
  });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
}

TEST_F(Answers, GarbageIsUnknown) {
  const auto answer = create_against([](Session& session) { session.write("SSH-2.0-OpenSSH_9.2\r\n\r\n"); });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
}

TEST_F(Answers, SuccessWithoutAnIdIsUnknown) {
  const auto answer = create_against([](Session& session) { session.respond(200, R"({"ok":true})"); });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.http_status, 200);
}

TEST_F(Answers, ServerFaultIsUnknown) {
  const auto answer = create_against([](Session& session) { session.respond(502, "<html>Bad Gateway</html>"); });
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.detail, "<html>Bad Gateway</html>");
}

TEST_F(Answers, ListAsksForAnAscendingPage) {
  start_server(serving([](Session& session) {
    session.respond(200,
                    R"({"items":[{"id":"a","status":"ended"},{"nothing":1}],"total_count":2,"next_cursor":"n/2="})");
  }));
  start_client();
  const auto answer =
      list({.start_at_after = campaign::WallTime(1'778'000'000'123ms), .cursor = "a b&c=d/é", .limit = 100});
  ASSERT_TRUE(answer.page);
  EXPECT_FALSE(answer.failure);
  EXPECT_EQ(answer.page->calls.size(), 1U);
  EXPECT_EQ(answer.page->unreadable_items, 1);
  EXPECT_EQ(answer.page->next_cursor, "n/2=");
  const std::string request = server().requests().at(0);
  EXPECT_TRUE(
      request.starts_with("GET /v3/calls?sort_order=ascending&limit=100&start_at_after=1778000000123"
                          "&cursor=a%20b%26c%3Dd%2F%C3%A9 HTTP/1.1\r\n"))
      << request;
}

TEST_F(Answers, FailedListTellsWhy) {
  start_server(serving([](Session& session) {
    session.respond(429, R"({"error":{"code":"RATE_LIMITED","message":"slow down"}})", "Retry-After: 3\r\n");
  }));
  start_client();
  const auto answer = list({});
  EXPECT_FALSE(answer.page);
  ASSERT_TRUE(answer.failure);
  EXPECT_EQ(answer.failure->http_status, 429);
  EXPECT_EQ(answer.failure->detail, "RATE_LIMITED: slow down");
  EXPECT_EQ(answer.failure->retry_after, 3s);
}

TEST_F(Answers, LookUpReadsTheCallAskedForAndNoOther) {
  start_server(serving([](Session& session) {
    session.respond(200, R"({"id":"../c1","status":"ended","disconnection_reason":"user_hangup"})");
  }));
  start_client();
  const auto answer = get("../c1");
  ASSERT_TRUE(answer.call);
  EXPECT_EQ(answer.call->status, "ended");
  EXPECT_FALSE(answer.failure);
  EXPECT_TRUE(server().requests().at(0).starts_with("GET /v3/calls/..%2Fc1 HTTP/1.1\r\n"));

  const auto other = get("c2");
  EXPECT_FALSE(other.call) << "news of another call than the one asked for";
  EXPECT_TRUE(other.failure);
}

TEST_F(Answers, LookUpOfNothingFailsWith404) {
  start_server(serving([](Session& session) { session.respond(404, R"({"error":{"code":"NOT_FOUND"}})"); }));
  start_client();
  const auto answer = get("c-1");
  ASSERT_TRUE(answer.failure);
  EXPECT_EQ(answer.failure->http_status, 404);
  EXPECT_EQ(answer.failure->detail, "NOT_FOUND");
}

}  // namespace
}  // namespace dialerd::daemon::voxapi::testing
