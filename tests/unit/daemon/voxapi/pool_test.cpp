// How connections are shared, kept, noticed to be dead, and closed.
#include <algorithm>
#include <array>
#include <thread>

#include "client_test.h"

#include "daemon/boot_time.h"

namespace dialerd::daemon::voxapi::testing {
namespace {

struct PooledClient : ClientTest {
  void expect_requests_in_order() {
    int number = 0;
    for (const std::string& request : server().requests()) {
      EXPECT_NE(request.find("\"attempt-" + std::to_string(++number) + "\""), std::string::npos) << request;
    }
  }

  // A closed client leaves the loop nothing to wait for.
  void expect_the_loop_to_run_out() {
    const auto begin = std::chrono::steady_clock::now();
    io().restart();
    io().run();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  }
};

void one_connection(ClientSettings& settings) { settings.http.connections = 1; }

TEST_F(PooledClient, RequestsOneAfterAnotherShareOneConnection) {
  start_server(accepting_calls());
  start_client();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_EQ(server().connections(), 1);
  EXPECT_EQ(client().statistics().connections_opened, 1);
  EXPECT_EQ(client().statistics().connections_open, 1);
}

TEST_F(PooledClient, TwoHundredRequestsAtOnceStayWithinTheBound) {
  start_server(serving([](Session& session) {
    std::this_thread::sleep_for(1ms);
    session.accept_call();
  }));
  start_client([](ClientSettings& settings) { settings.http.connections = 8; });
  std::vector<std::shared_ptr<std::optional<CreateAnswer>>> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(begin_create());
  EXPECT_EQ(client().statistics().requests_waiting, 200);
  for (const auto& answer : answers) EXPECT_EQ(wait(answer).kind, AnswerKind::accepted);
  EXPECT_LE(server().connections_open_max(), 8);
  EXPECT_LE(client().statistics().connections_opened, 8);
  EXPECT_EQ(server().requests().size(), 200U);
  EXPECT_EQ(client().statistics().requests_waiting, 0);
}

TEST_F(PooledClient, RequestsLeaveInTheOrderTheyCame) {
  start_server(accepting_calls());
  start_client(one_connection);
  std::vector<std::shared_ptr<std::optional<CreateAnswer>>> answers;
  for (int i = 0; i < 10; ++i) answers.push_back(begin_create());
  for (const auto& answer : answers) wait(answer);
  EXPECT_EQ(server().requests().size(), 10U);
  expect_requests_in_order();
}

TEST_F(PooledClient, ConnectionUsedLastIsUsedFirst) {
  start_server(serving([](Session& session) {
    std::this_thread::sleep_for(20ms);
    session.accept_call();
  }));
  start_client([](ClientSettings& settings) { settings.http.connections = 3; });
  const auto first = begin_create(), second = begin_create(), third = begin_create();
  wait(first), wait(second), wait(third);
  ASSERT_EQ(client().statistics().connections_open, 3);
  for (int i = 0; i < 5; ++i) create();
  const auto requests = server().requests_by_connection();
  EXPECT_EQ(std::count_if(requests.begin(), requests.end(), [](const auto& entry) { return entry.second == 6; }), 1);
  EXPECT_EQ(std::count_if(requests.begin(), requests.end(), [](const auto& entry) { return entry.second == 1; }), 2);
}

// ---- a server that leaves while the connection is idle

using Leave = void (Session::*)();

struct LeavingServer : ClientTest, ::testing::WithParamInterface<Leave> {
  void start() {
    start_server([leave = GetParam()](Session& session) {
      if (session.number() > 1) return accepting_calls()(session);
      if (session.read_request()) session.accept_call();
      (session.*leave)();
      session.signal("left");
    });
    start_client();
    ASSERT_EQ(create().kind, AnswerKind::accepted);
    ASSERT_TRUE(server().wait_for("left"));
    std::this_thread::sleep_for(20ms);  // across the loopback interface
  }
};

TEST_P(LeavingServer, IsNoticedByTheLoop) {
  start();
  run_until([&] { return client().statistics().connections_open == 0; });
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_EQ(server().connections(), 2);
}

TEST_P(LeavingServer, IsNoticedRightBeforeTheWrite) {
  start();
  // The loop has not run since: the pending read knows nothing yet.
  ASSERT_EQ(client().statistics().connections_open, 1);
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_EQ(server().connections(), 2);
  EXPECT_EQ(server().requests().size(), 2U);
}

std::string way(const ::testing::TestParamInfo<Leave>& info) {
  constexpr std::array names = {"Finish", "HalfClose", "Cut", "Reset"};
  return names[info.index];
}

INSTANTIATE_TEST_SUITE_P(By, LeavingServer,
                         ::testing::Values(&Session::finish, &Session::half_close, &Session::cut, &Session::reset),
                         way);

TEST_F(PooledClient, ServerThatLeavesWithItsAnswerGetsNoFurtherRequest) {
  start_server([](Session& session) {
    if (session.number() > 1) return accepting_calls()(session);
    if (session.read_request()) session.accept_call();
    if (session.read_request()) session.accept_call();
    session.finish();
    session.signal("left");
  });
  start_client(one_connection);
  ASSERT_EQ(create().kind, AnswerKind::accepted);
  const auto second = begin_create();  // on its way at once
  const auto third = begin_create();   // waits
  ASSERT_TRUE(server().wait_for("left"));
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(wait(second).kind, AnswerKind::accepted);
  EXPECT_EQ(wait(third).kind, AnswerKind::accepted);
  EXPECT_EQ(server().connections(), 2);
}

TEST_F(PooledClient, GoodbyeRightBehindAnAnswerIsHeardBeforeTheNextRequest) {
  start_server([](Session& session) {
    if (session.number() > 1) return accepting_calls()(session);
    if (session.read_request()) session.accept_call();
    if (session.read_request()) session.accept_call();
    session.say_goodbye();  // read together with the answer, and the socket stays open
    session.signal("left");
    session.wait_for("end of the test");
  });
  start_client(one_connection);
  ASSERT_EQ(create().kind, AnswerKind::accepted);
  const auto second = begin_create(), third = begin_create(), fourth = begin_create();
  ASSERT_TRUE(server().wait_for("left"));
  std::this_thread::sleep_for(20ms);
  for (const auto& answer : {second, third, fourth}) EXPECT_EQ(wait(answer).kind, AnswerKind::accepted);
  expect_requests_in_order();  // the third did not lose its place
  server().signal("end of the test");
}

TEST_F(PooledClient, ServersWordThatItClosesIsHeard) {
  start_server(serving([](Session& session) { session.respond(201, R"({"id":"c"})", "Connection: close\r\n"); }));
  start_client();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_EQ(server().connections(), 3);
  EXPECT_EQ(client().statistics().connections_open, 0);
}

TEST_F(PooledClient, UnaskedAnswerOnAnIdleConnectionEndsIt) {
  start_server([](Session& session) {
    if (session.number() > 1) return accepting_calls()(session);
    if (session.read_request()) session.accept_call();
    session.respond(408, "");
    session.wait_for_peer();
  });
  start_client();
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  run_until([&] { return client().statistics().connections_open == 0; });
  EXPECT_EQ(create().kind, AnswerKind::accepted);
}

TEST_F(PooledClient, BytesBeyondTheAnswerEndTheConnection) {
  start_server(serving([](Session& session) {
    session.write(
        "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{\"id\":\"a\"}HTTP/1.1 201 Created\r\n"
        "Content-Length: 10\r\n\r\n{\"id\":\"b\"}");
  }));
  start_client(one_connection);
  const auto first = begin_create(), second = begin_create();
  EXPECT_EQ(wait(first).call_id, "a");
  EXPECT_EQ(wait(second).call_id, "a") << "took what was sent before it asked";
  EXPECT_EQ(server().connections(), 2);
}

// ---- ageing and closing

TEST_F(PooledClient, IdleConnectionIsClosedPolitelyWhenItIsOld) {
  start_server([](Session& session) {
    while (session.read_request()) session.accept_call();
    session.signal(session.peer_said_goodbye() ? "goodbye" : "cut");
  });
  start_client([](ClientSettings& settings) { settings.http.idle_timeout = 100ms; });
  create();
  run_until([&] { return client().statistics().connections_open == 0; });
  EXPECT_TRUE(server().wait_for("goodbye", 1s));
}

TEST_F(PooledClient, OldIdleConnectionIsNotUsedAgain) {
  start_server(accepting_calls());
  start_client([](ClientSettings& settings) { settings.http.idle_timeout = 50ms; });
  create();
  std::this_thread::sleep_for(100ms);  // the loop is busy elsewhere and the timer late
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_EQ(server().connections(), 2);
}

TEST_F(PooledClient, IdleAgeCountsFromTheLastUse) {
  start_server(accepting_calls());
  start_client([](ClientSettings& settings) { settings.http.idle_timeout = 300ms; });
  for (int i = 0; i < 4; ++i) {
    create();
    run_for(100ms);
  }
  EXPECT_EQ(server().connections(), 1);
}

TEST_F(PooledClient, WaitingRequestLearnsOfItsSendDeadlineWhileOthersAreServed) {
  start_server([](Session& session) {
    if (session.read_request()) session.signal("asked");
    session.wait_for("go on");
    session.accept_call();
    session.wait_for_peer();
  });
  start_client(one_connection);
  const auto first = begin_create();
  const auto second = begin_create(50ms);
  EXPECT_EQ(wait(second).detail, "send deadline passed");
  EXPECT_FALSE(first->has_value());
  server().signal("go on");
  EXPECT_EQ(wait(first).kind, AnswerKind::accepted);
  EXPECT_EQ(server().requests().size(), 1U);
}

TEST_F(PooledClient, CloseAnswersWaitingRequestsAndLetsTheOthersFinish) {
  start_server([](Session& session) {
    if (session.read_request()) session.signal("asked");
    session.wait_for("go on");
    session.accept_call();
    session.wait_for_peer();
    session.signal(session.peer_said_goodbye() ? "goodbye" : "cut");
  });
  start_client(one_connection);
  const auto under_way = begin_create(), waiting = begin_create(), waiting_too = begin_create();
  run_until([&] { return server().wait_for("asked", 0ms); });

  client().close();
  EXPECT_FALSE(waiting->has_value()) << "answered from inside close()";
  EXPECT_EQ(wait(waiting).kind, AnswerKind::not_sent);
  EXPECT_EQ(wait(waiting_too).kind, AnswerKind::not_sent);
  EXPECT_FALSE(under_way->has_value());
  const auto late = begin_create();
  EXPECT_EQ(wait(late).kind, AnswerKind::not_sent);

  server().signal("go on");
  EXPECT_EQ(wait(under_way).kind, AnswerKind::accepted);
  EXPECT_TRUE(server().wait_for("goodbye"));
  EXPECT_EQ(client().statistics().connections_open, 0);
  EXPECT_EQ(server().requests().size(), 1U);
  expect_the_loop_to_run_out();
}

TEST_F(PooledClient, CloseEndsIdleAndConnectingConnections) {
  start_server([](Session& session) {
    if (session.number() == 1) return accepting_calls()(session);
  });
  start_client();
  create();
  const auto first = begin_create(), second = begin_create();  // the first on the idle connection
  client().close();
  wait(first), wait(second);
  expect_the_loop_to_run_out();
  EXPECT_EQ(client().statistics().connections_open, 0);
}

TEST_F(PooledClient, CloseEndsAHandshakeThatHangs) {
  start_server(accepting_calls(), {.handshakes = false});
  start_client();
  const auto answer = begin_create();
  run_for(50ms);
  client().close();
  EXPECT_EQ(wait(answer).kind, AnswerKind::not_sent);
  expect_the_loop_to_run_out();
}

TEST_F(PooledClient, CanBeDestroyedInTheMiddleOfThings) {
  start_server(serving([](Session& session) { session.wait_for_peer(); }));
  start_client(one_connection);
  const auto under_way = begin_create(), waiting = begin_create();
  run_until([&] { return !server().requests().empty(); });
  // The fixture destroys the client, then the loop: nothing may be touched or leaked (AddressSanitizer watches).
}

TEST_F(PooledClient, CallbackMayStartTheNextRequest) {
  start_server(accepting_calls());
  start_client(one_connection);
  int answered = 0;
  std::function<void(CreateAnswer)> again = [&](const CreateAnswer& answer) {
    EXPECT_EQ(answer.kind, AnswerKind::accepted);
    if (++answered == 100) return;
    campaign::CallRequest request;
    request.metadata = {{"n", std::to_string(answered)}};
    client().create_call(request, boot_time() + 5s, again);
  };
  client().create_call({}, boot_time() + 5s, again);
  run_until([&] { return answered == 100; });
  EXPECT_EQ(server().connections(), 1);
}

}  // namespace
}  // namespace dialerd::daemon::voxapi::testing
