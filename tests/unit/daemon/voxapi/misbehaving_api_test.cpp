// An API that misbehaves within the connection: one fault each, and the class that a POST's answer must get by it. What
// a call's absence is not proved by is unknown, however wrong the answer.
#include <atomic>
#include <string>
#include <thread>

#include "client_test.h"

#include "daemon/voxapi/retry_after.h"

namespace dialerd::daemon::voxapi::testing {
namespace {

constexpr const char* call = R"({"id":"c-1"})";  // 12 bytes

// "created", with these headers and this body
std::string created(const std::string& headers, const std::string& body) {
  return "HTTP/1.1 201 Created\r\n" + headers + "\r\n" + body;
}

struct Fault {
  const char* name;
  AnswerKind expected;
  std::function<void(Session&)> answer;
  const char* detail = "";  // part of it
  bool leaves = false;      // the server leaves after a good answer
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

std::function<void(Session&)> writing(std::string bytes) {
  return [bytes = std::move(bytes)](Session& session) { session.write(bytes); };
}

// Gzip of a JSON object with an id and a million blanks: what it would become is not our concern.
std::string gzip_bytes() { return "\x1f\x8b\x08" + std::string("\0\0\0\0\0\x02\xff", 7) + std::string(900, '\xaa'); }

const Fault faults[] = {
    // ---- slow
    {"HeadersByteByByte", AnswerKind::unknown,
     [](Session& session) { session.write_slowly(created("Content-Length: 12\r\n", call), 20ms); }, "no whole answer"},
    {"BodyByteByByte", AnswerKind::unknown,
     [](Session& session) {
       session.write(created("Content-Length: 12\r\n", ""));
       session.write_slowly(call, 60ms);
     },
     "no whole answer"},
    {"InterimThenSilence", AnswerKind::unknown, writing("HTTP/1.1 100 Continue\r\n\r\n"), "no whole answer"},
    // ---- closed
    {"HalfClosedBeforeTheAnswer", AnswerKind::unknown, [](Session& session) { session.half_close(); },
     "closed before an answer"},
    {"HalfClosedAfterTheAnswer", AnswerKind::accepted,
     [](Session& session) {
       session.accept_call();
       session.half_close();
     },
     "", true},
    {"CutBeforeTheAnswer", AnswerKind::unknown, [](Session& session) { session.cut(); }},
    {"CutWithinTheHead", AnswerKind::unknown,
     [](Session& session) {
       session.write("HTTP/1.1 201 Created\r\nContent-Le");
       session.cut();
     }},
    {"ClosedWithinTheHead", AnswerKind::unknown,
     [](Session& session) {
       session.write("HTTP/1.1 429 Too Many Requests\r\nRetry-Af");
       session.finish();
     },
     "closed within the answer"},
    {"ResetAfterTheRequest", AnswerKind::unknown, [](Session& session) { session.reset(); }},
    {"ResetWithinTheBody", AnswerKind::unknown,
     [](Session& session) {
       session.write(created("Content-Length: 12\r\n", "{\"id\""));
       std::this_thread::sleep_for(20ms);
       session.reset();
     }},
    {"RefusalThatBreaksOff", AnswerKind::unknown,
     [](Session& session) {
       session.write("HTTP/1.1 422 Unprocessable\r\nContent-Length: 50\r\n\r\n{\"error\":");
       session.finish();
     },
     "closed within the answer"},
    {"ChunksWithoutAnEnd", AnswerKind::unknown,
     [](Session& session) {
       session.write(created("Transfer-Encoding: chunked\r\n", "c\r\n{\"id\":\"c-1\"}\r\n"));
       session.finish();
     },
     "closed within the answer"},
    // ---- body
    {"BodyAboveTheLimit", AnswerKind::unknown,
     [](Session& session) { session.respond(201, R"({"id":"c","x":")" + std::string(30'000, 'x') + "\"}"); },
     "body limit"},
    {"RefusalAboveTheLimit", AnswerKind::unknown,
     [](Session& session) { session.respond(422, std::string(30'000, 'x')); }, "body limit"},
    {"ChunkOfAnAbsurdSize", AnswerKind::unknown,
     writing(created("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n{\"id\":\"c-1\"}"))},
    {"ChunkSizeThatOverflows", AnswerKind::unknown,
     writing(created("Transfer-Encoding: chunked\r\n", "1000000000000000c\r\n{\"id\":\"c-1\"}\r\n0\r\n\r\n"))},
    {"Gzip", AnswerKind::unknown,
     [](Session& session) { session.respond(201, gzip_bytes(), "Content-Encoding: gzip\r\n"); }, "without a readable"},
    {"EncodedByNameOnly", AnswerKind::unknown,
     [](Session& session) { session.respond(201, call, "Content-Encoding: br\r\n"); }, "without a readable"},
    {"EncodedByNoName", AnswerKind::accepted,
     [](Session& session) { session.respond(201, call, "Content-Encoding: Identity\r\n"); }},
    {"TransferCompressed", AnswerKind::unknown,
     [](Session& session) {
       session.write(created("Transfer-Encoding: gzip, chunked\r\n", "3\r\n\x1f\x8b\x08\r\n0\r\n\r\n"));
     }},
    {"RefusalInGzip", AnswerKind::rejected,  // the status is in the clear
     [](Session& session) { session.respond(422, gzip_bytes(), "Content-Encoding: gzip\r\n"); },
     "a body encoded as 'gzip'"},
    {"InvalidJson", AnswerKind::unknown, [](Session& session) { session.respond(201, R"({"id":"c-1",})"); }},
    {"TwoJsonValues", AnswerKind::unknown, [](Session& session) { session.respond(201, R"({"id":"a"}{"id":"b"})"); }},
    {"EmptyBody", AnswerKind::unknown, [](Session& session) { session.respond(201, ""); }},
    {"NoContent", AnswerKind::unknown, writing("HTTP/1.1 204 No Content\r\n\r\n")},
    {"HtmlPage", AnswerKind::unknown, [](Session& session) { session.respond(200, "<html>Welcome</html>"); }},
    {"InvalidUtf8InTheId", AnswerKind::unknown,
     [](Session& session) { session.respond(201, "{\"id\":\"c-\xff\xfe\"}"); }},
    {"InvalidUtf8Elsewhere", AnswerKind::accepted,
     [](Session& session) { session.respond(201, "{\"note\":\"\xc3\x28\",\"id\":\"c-1\"}"); }},
    {"Utf16", AnswerKind::unknown,
     [](Session& session) { session.respond(201, std::string("\xff\xfe{\0\"\0i\0d\0", 10)); }},
    {"DeepJson", AnswerKind::unknown,
     [](Session& session) { session.respond(201, R"({"id":"c-1","x":)" + std::string(9'000, '[')); }},
    {"DeepJsonInARefusal", AnswerKind::rejected,
     [](Session& session) { session.respond(400, std::string(9'000, '[')); }},
    {"EmptyChunkedBodyByteByByte", AnswerKind::unknown,
     [](Session& session) {
       session.write(created("Transfer-Encoding: chunked\r\n", ""));
       session.write_slowly("0\r\n\r\n", 5ms);
     },
     "without a readable"},
    {"ChunkedBodyByteByByte", AnswerKind::accepted,
     [](Session& session) {
       session.write(created("Transfer-Encoding: chunked\r\n", ""));
       session.write_slowly("c\r\n{\"id\":\"c-1\"}\r\n0\r\nX: y\r\n\r\n", 2ms);
     }},
    // ---- Content-Length
    {"ContentLengthTooLong", AnswerKind::unknown, writing(created("Content-Length: 13\r\n", call)), "no whole answer"},
    {"ContentLengthTooShort", AnswerKind::unknown, writing(created("Content-Length: 11\r\n", call))},
    {"ContentLengthOfAnotherBody", AnswerKind::unknown,
     writing(created("Content-Length: 2\r\n", std::string("{}") + call))},
    {"ContentLengthTwice", AnswerKind::unknown, writing(created("Content-Length: 12\r\nContent-Length: 5\r\n", call))},
    {"ContentLengthNegative", AnswerKind::unknown, writing(created("Content-Length: -12\r\n", call))},
    {"ContentLengthSigned", AnswerKind::unknown, writing(created("Content-Length: +12\r\n", call))},
    {"ContentLengthHexadecimal", AnswerKind::unknown, writing(created("Content-Length: 0xc\r\n", call))},
    {"ContentLengthEmpty", AnswerKind::unknown, writing(created("Content-Length: \r\n", call))},
    {"ContentLengthOverflows", AnswerKind::unknown,
     writing(created("Content-Length: 18446744073709551628\r\n", call))},  // 2^64 + 12
    {"ContentLengthAndChunks", AnswerKind::unknown,
     writing(created("Content-Length: 12\r\nTransfer-Encoding: chunked\r\n", "c\r\n{\"id\":\"c-1\"}\r\n0\r\n\r\n"))},
    // ---- head
    {"Banner", AnswerKind::unknown, writing("220 mail.example ESMTP\r\n")},
    {"StatusOfTwoDigits", AnswerKind::unknown, writing("HTTP/1.1 42 What\r\nContent-Length: 0\r\n\r\n")},
    {"StatusOfFourDigits", AnswerKind::unknown, writing("HTTP/1.1 4220 What\r\nContent-Length: 0\r\n\r\n")},
    {"StatusZero", AnswerKind::unknown, writing("HTTP/1.1 000 What\r\nContent-Length: 0\r\n\r\n")},
    {"Http2Preface", AnswerKind::unknown, writing("HTTP/2 201\r\ncontent-length: 12\r\n\r\n{\"id\":\"c-1\"}")},
    {"HeaderWithoutAColon", AnswerKind::unknown, writing(created("Content-Length 12\r\n", call))},
    {"NulInAHeader", AnswerKind::unknown,
     writing(created(std::string("X: a\0b\r\n", 8) + "Content-Length: 12\r\n", call))},
    {"ThousandsOfHeaders", AnswerKind::unknown,
     [](Session& session) {
       std::string headers;
       for (int i = 0; i < 20'000; ++i) headers += "X: y\r\n";
       session.write(created(headers, ""));
     }},
    // ---- interim responses
    {"Continue", AnswerKind::accepted,
     [](Session& session) {
       session.write("HTTP/1.1 100 Continue\r\n\r\n");
       session.accept_call();
     }},
    {"InterimOfAnUnknownKind", AnswerKind::accepted,
     [](Session& session) {
       session.write("HTTP/1.1 199 Wait\r\nX: y\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
       session.accept_call();
     }},
    {"EndlessContinue", AnswerKind::unknown,
     [](Session& session) {
       for (int i = 0; i < 100; ++i) session.write("HTTP/1.1 100 Continue\r\n\r\n");
     },
     "too many interim responses"},
    {"SwitchingProtocols", AnswerKind::unknown,
     [](Session& session) {
       session.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
       session.accept_call();
     }},
};

struct MisbehavingApi : ClientTest, ::testing::WithParamInterface<Fault> {};

// ~ClientTest sees that each POST went out once, whatever the answer was.
TEST_P(MisbehavingApi, GetsItsClass) {
  start_server([](Session& session) {
    if (session.number() == 1 && session.read_request()) GetParam().answer(session);
    while (session.read_request()) session.respond(201, R"({"id":"next"})");
  });
  start_client([](ClientSettings& settings) {
    settings.http.response_timeout = 400ms;
    settings.http.response_size_max = 20'000;
  });
  const auto begin = std::chrono::steady_clock::now();
  const CreateAnswer answer = create();
  EXPECT_EQ(answer.kind, GetParam().expected) << answer.detail;
  EXPECT_NE(answer.detail.find(GetParam().detail), std::string::npos) << answer.detail;
  EXPECT_EQ(answer.call_id.empty(), answer.kind != AnswerKind::accepted);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);

  if (GetParam().leaves) run_until([&] { return client().statistics().connections_open == 0; });
  // What is left of a wrong answer is never taken for the next one.
  const CreateAnswer next = create();
  EXPECT_EQ(next.kind, AnswerKind::accepted) << next.detail;
  EXPECT_EQ(next.call_id, "next");
  EXPECT_EQ(client().statistics().connections_open, 1);
}

INSTANTIATE_TEST_SUITE_P(Answer, MisbehavingApi, ::testing::ValuesIn(faults),
                         [](const auto& tested) { return std::string(tested.param.name); });

// ---- redirects

struct Redirect : ClientTest, ::testing::WithParamInterface<int> {};

TEST_P(Redirect, IsNeverFollowed) {
  start_server(serving([](Session& session) {
    session.respond(GetParam(), "", "Location: /v3/calls/elsewhere\r\nRetry-After: 0\r\nAlt-Svc: h3=\":443\"\r\n");
  }));
  start_client();
  const CreateAnswer answer = create();
  EXPECT_EQ(answer.kind, AnswerKind::unknown);
  EXPECT_EQ(answer.http_status, GetParam());
  const ListAnswer page = list({});
  ASSERT_TRUE(page.failure);
  EXPECT_EQ(page.failure->http_status, GetParam());
  EXPECT_TRUE(get("c-1").failure);
  run_for(50ms);
  EXPECT_EQ(server().requests().size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(Status, Redirect, ::testing::Values(300, 301, 302, 303, 304, 305, 307, 308),
                         ::testing::PrintToStringParamName());

// ---- Retry-After

struct Wait {
  const char* name;
  const char* headers;
  std::optional<std::chrono::seconds> expected;
};

void PrintTo(const Wait& wait, std::ostream* out) { *out << wait.name; }

struct RetryAfterHeader : ClientTest, ::testing::WithParamInterface<Wait> {};

TEST_P(RetryAfterHeader, Of429And503) {
  std::atomic<int> status = 429;
  start_server(serving([&status](Session& session) { session.respond(status, "", GetParam().headers); }));
  start_client();
  const CreateAnswer throttled = create();
  EXPECT_EQ(throttled.kind, AnswerKind::throttled);
  EXPECT_EQ(throttled.retry_after, GetParam().expected);
  const ListAnswer page = list({});
  ASSERT_TRUE(page.failure);
  EXPECT_EQ(page.failure->retry_after, GetParam().expected);

  status = 503;  // only with a wait that can be read is it the server's own "not now"
  const CreateAnswer unavailable = create();
  EXPECT_EQ(unavailable.kind, GetParam().expected ? AnswerKind::throttled : AnswerKind::unknown);

  status = 500;
  EXPECT_EQ(create().kind, AnswerKind::unknown);
}

const Wait waits[] = {
    {"Absent", "", std::nullopt},
    {"Seconds", "Retry-After: 17\r\n", 17s},
    {"Zero", "Retry-After: 0\r\n", 0s},
    {"Date", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\n", 60s},
    {"DateInThePast", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:00:00 GMT\r\n", 0s},
    {"DateInThePastByOurClock", "Retry-After: Sun, 06 Nov 1994 08:00:00 GMT\r\n", 0s},
    {"DateFarAhead", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", retry_after_max},
    {"Huge", "Retry-After: 99999999999999999999999999\r\n", retry_after_max},
    {"Negative", "Retry-After: -5\r\n", std::nullopt},
    {"Fraction", "Retry-After: 1.5\r\n", std::nullopt},
    {"Garbage", "Retry-After: soon\r\n", std::nullopt},
    {"Empty", "Retry-After: \r\n", std::nullopt},
    {"DateThatIsNone", "Retry-After: Sun, 31 Feb 1994 08:50:37 GMT\r\n", std::nullopt},
    {"ServersDateIsGarbage", "Date: today\r\nRetry-After: 5\r\n", 5s},
};

INSTANTIATE_TEST_SUITE_P(Value, RetryAfterHeader, ::testing::ValuesIn(waits),
                         [](const auto& tested) { return std::string(tested.param.name); });

// ---- bursts of faults

struct MisbehavingApiOverTime : ClientTest {};

TEST_F(MisbehavingApiOverTime, BurstOfServerFaultsLeavesEachCallInDoubtOnce) {
  start_server(serving([](Session& session) {
    constexpr int statuses[] = {500, 502, 503, 504, 507, 520, 599};
    session.respond(statuses[session.request().size() % std::size(statuses)], "<html>Bad Gateway</html>");
  }));
  start_client([](ClientSettings& settings) { settings.http.connections = 8; });
  std::vector<std::shared_ptr<std::optional<CreateAnswer>>> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(begin_create());
  for (const auto& answer : answers) EXPECT_EQ(wait(answer).kind, AnswerKind::unknown);
  EXPECT_EQ(server().requests().size(), 200U);
  EXPECT_LE(client().statistics().connections_opened, 8);  // a fault costs no connection
}

TEST_F(MisbehavingApiOverTime, EncodedPageProvesNothing) {
  start_server(serving([](Session& session) {
    session.respond(200, R"({"items":[],"next_cursor":null})", "Content-Encoding: gzip\r\n");
  }));
  start_client();
  EXPECT_FALSE(list({}).page);
  EXPECT_FALSE(get("c-1").call);
}

TEST_F(MisbehavingApiOverTime, PageThatBreaksOffProvesNothing) {
  start_server([](Session& session) {
    if (session.read_request()) {
      session.write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"items\":[],\"next_cursor\":null}");
      session.finish();
    }
    session.wait_for_peer();
  });
  start_client();
  const ListAnswer answer = list({});
  ASSERT_TRUE(answer.failure);
  EXPECT_EQ(answer.failure->detail, "reading the answer: connection closed within the answer");
}

}  // namespace
}  // namespace dialerd::daemon::voxapi::testing
