// What a server of ours takes from strangers, and for how long.
#include "server_fixture.h"
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/http_server/temporary_failure.h"

namespace dialerd::daemon::http_server::testing {
namespace {

constexpr std::size_t body_max = 256 * 1024;

std::string chunked(std::string_view target, std::size_t bytes) {
  std::string text = "POST " + std::string(target) + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t sent = 0; sent < bytes;) {
    const std::size_t chunk = std::min<std::size_t>(bytes - sent, 0x8000);
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", chunk);
    text += size + std::string(chunk, 'x') + "\r\n";
    sent += chunk;
  }
  return text + "0\r\n\r\n";
}

TEST_F(ServerTest, AnswersOneRequestAfterTheOtherOnOneConnection) {
  start();
  Client client(port());
  for (const std::string body : {"one", "two"}) {
    ASSERT_TRUE(client.send(post("/", body, "X-Name:  Value \r\n")));
    const auto answer = client.read();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, body);
    EXPECT_EQ(answer.head.find("Connection: close"), std::string::npos);
  }
  const auto handled = handler_.handled();
  ASSERT_EQ(handled.size(), 2U);
  EXPECT_EQ(handled[0].method, "POST");
  EXPECT_EQ(handled[0].header("x-name"), std::vector<std::string_view>{"Value"});
  EXPECT_EQ(to_string(handled[0].peer), "127.0.0.1");
}

TEST_F(ServerTest, AnswersWhatCameAtOnceInItsOrder) {
  start();
  handler_.holds = true;
  Client client(port());
  ASSERT_TRUE(client.send(post("/", "one") + post("/", "two") + post("/", "three")));
  for (const std::string body : {"one", "two", "three"}) {
    wait_for([&] { return !handler_.handled().empty() && handler_.handled().back().body == body; }, body);
    release();
    EXPECT_EQ(client.read().body, body);
  }
}

TEST_F(ServerTest, ReadsNoBodyOfWhatIsRefusedByItsHead) {
  start();
  Client client(port());
  ASSERT_TRUE(client.send("POST /refused HTTP/1.1\r\nContent-Length: 100000\r\n\r\nonly so much"));
  const auto answer = client.read();
  EXPECT_EQ(answer.status, 404);
  EXPECT_NE(answer.head.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(handler_.handled().empty());
}

// A client that sends first and reads then must find its answer, and no reset connection.
TEST_F(ServerTest, RefusesEvenThoseWhoDoNotListenYet) {
  start();
  Client client(port());
  ASSERT_TRUE(client.send("POST /refused HTTP/1.1\r\nContent-Length: 200000\r\n\r\n"));
  ASSERT_TRUE(client.send(std::string(200'000, 'x')));
  EXPECT_EQ(client.read().status, 404);
}

TEST_F(ServerTest, TakesBodiesUpToTheLimit) {
  start();
  Client client(port());
  ASSERT_TRUE(client.send(post("/", std::string(body_max, 'x'))));
  EXPECT_EQ(client.read().body.size(), body_max);
  ASSERT_TRUE(client.send(chunked("/", body_max)));
  EXPECT_EQ(client.read().body.size(), body_max);
}

TEST_F(ServerTest, TakesAnEmptyChunkedBodyThatComesByteByByte) {
  start();
  Client client(port());
  for (const char byte : chunked("/", 0)) {
    ASSERT_TRUE(client.send(std::string_view(&byte, 1)));
    std::this_thread::sleep_for(2ms);
  }
  EXPECT_EQ(client.read().status, 200);
}

TEST_F(ServerTest, RefusesLongerBodiesHoweverTheyAreAnnounced) {
  start();
  Client announced(port());
  ASSERT_TRUE(announced.send("POST / HTTP/1.1\r\nContent-Length: " + std::to_string(body_max + 1) + "\r\n\r\n"));
  EXPECT_EQ(announced.read().status, 413);
  EXPECT_TRUE(announced.closed());

  Client in_chunks(port());
  in_chunks.send(chunked("/", body_max + 1));
  EXPECT_EQ(in_chunks.read().status, 413);
  EXPECT_EQ(refused(reason::body_too_large), 2);
  EXPECT_TRUE(handler_.handled().empty());
}

TEST_F(ServerTest, RefusesLongHeads) {
  start();
  Client fields(port());
  fields.send(post("/", "", "X: " + std::string(8 * 1024, 'x') + "\r\n"));
  EXPECT_EQ(fields.read().status, 431);
  Client target(port());
  target.send(post("/" + std::string(20'000, 'x'), ""));
  EXPECT_EQ(target.read().status, 431);
  Client endless(port());
  endless.send("POST / HTTP/1.1\r\n");
  for (int i = 0; i < 1000; ++i) endless.send("X: y\r\n");
  endless.send(std::string(3000, 'x'));
  EXPECT_EQ(endless.read().status, 431);
  EXPECT_EQ(refused(reason::header_too_large), 3);
  EXPECT_TRUE(handler_.handled().empty());
}

TEST_F(ServerTest, RefusesWhatIsNotHttp) {
  start();
  for (const std::string text : {"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03 a TLS greeting", "GET\r\n\r\n",
                                 "POST / HTTP/9.9\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                 "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                                 "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                                 "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    Client client(port());
    client.send(text);
    EXPECT_EQ(client.read().status, 400) << text;
    EXPECT_TRUE(client.closed()) << text;
  }
  EXPECT_TRUE(handler_.handled().empty());
}

// One byte at a time keeps a deadline alive that is counted from the last byte.
TEST_F(ServerTest, CountsARequestsTimeFromItsFirstByte) {
  Limits limits;
  limits.request = 300ms;
  start(limits);
  Client head(port());
  Client body(port());
  ASSERT_TRUE(body.send("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"));
  Client silent(port());
  wait_for([&] { return connections() == 3; }, "all are connected");
  const auto begin = std::chrono::steady_clock::now();
  while (connections() > 0 && std::chrono::steady_clock::now() < begin + 5s) {
    head.send("P");
    body.send("x");
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(connections(), 0U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
  EXPECT_EQ(refused(reason::too_slow), 2) << "the silent one never began";
  EXPECT_TRUE(handler_.handled().empty());
}

TEST_F(ServerTest, HandlesNothingThatWasCutOff) {
  start();
  Client body(port());
  ASSERT_TRUE(body.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345"));
  body.finish_sending();
  EXPECT_TRUE(body.closed());
  Client head(port());
  ASSERT_TRUE(head.send("POST / HTT"));
  head.finish_sending();
  EXPECT_TRUE(head.closed());
  Client chunk(port());
  ASSERT_TRUE(chunk.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"));
  chunk.finish_sending();
  EXPECT_TRUE(chunk.closed());
  wait_for([&] { return refused(reason::cut_off) == 3; }, "all are counted");
  EXPECT_TRUE(handler_.handled().empty());
}

TEST_F(ServerTest, EndsConnectionsThatAreIdle) {
  Limits limits;
  limits.idle = 100ms;
  start(limits);
  Client client(port());
  ASSERT_TRUE(client.send(post("/", "x")));
  EXPECT_EQ(client.read().status, 200);
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(refused(reason::too_slow), 0);
}

TEST_F(ServerTest, AsksForABodyThatWaitsToBeAskedFor) {
  start();
  Client client(port());
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(client.read().status, 100);
  ASSERT_TRUE(client.send("hi"));
  EXPECT_EQ(client.read().body, "hi");

  Client refused_one(port());
  ASSERT_TRUE(refused_one.send("POST /refused HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(refused_one.read().status, 404);
}

TEST_F(ServerTest, EndsTheConnectionWhereTheClientWantsItSo) {
  start();
  Client old(port());
  ASSERT_TRUE(old.send("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi"));
  EXPECT_EQ(old.read().body, "hi");
  EXPECT_TRUE(old.closed());
  Client polite(port());
  ASSERT_TRUE(polite.send(post("/", "hi", "Connection: close\r\n")));
  EXPECT_EQ(polite.read().body, "hi");
  EXPECT_TRUE(polite.closed());
}

TEST_F(ServerTest, SendsNoBodyToAHead) {
  start();
  Client client(port());
  ASSERT_TRUE(client.send("HEAD / HTTP/1.1\r\n\r\n"));
  const auto answer = client.read(true);
  EXPECT_EQ(answer.status, 200);
  ASSERT_TRUE(client.send(post("/", "next")));
  EXPECT_EQ(client.read().body, "next");
}

TEST_F(ServerTest, EndsTheLongestIdleConnectionForANewOne) {
  Limits limits;
  limits.connections = 2;
  start(limits);
  Client first(port());
  first.send(post("/", "1"));
  EXPECT_EQ(first.read().body, "1");
  Client second(port());
  second.send(post("/", "2"));
  EXPECT_EQ(second.read().body, "2");
  first.send(post("/", "1 again"));
  EXPECT_EQ(first.read().body, "1 again");

  Client third(port());
  third.send(post("/", "3"));
  EXPECT_EQ(third.read().body, "3");
  EXPECT_TRUE(second.closed());
  first.send(post("/", "still here"));
  EXPECT_EQ(first.read().body, "still here");
}

TEST_F(ServerTest, LetsANewConnectionWaitWhileAllAreBusy) {
  Limits limits;
  limits.connections = 2;
  start(limits);
  handler_.holds = true;
  Client first(port());
  Client second(port());
  first.send(post("/", "1"));
  second.send(post("/", "2"));
  wait_for([&] { return handler_.handled().size() == 2; }, "both are handled");
  Client third(port());
  third.send(post("/", "3"));
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(connections(), 2U);
  EXPECT_EQ(handler_.handled().size(), 2U);
  handler_.holds = false;
  release();
  EXPECT_EQ(first.read().body, "1");
  EXPECT_EQ(third.read().body, "3");
}

TEST_F(ServerTest, WhoOnlyConnectsKeepsNobodyOut) {
  Limits limits;
  limits.connections = 4;
  start(limits);
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(std::make_unique<Client>(port()));
  Client client(port());
  client.send(post("/", "hi"));
  EXPECT_EQ(client.read().body, "hi");
}

TEST_F(ServerTest, ADrainAnswersWhatIsUnderWayAndTakesNothingNew) {
  start();
  handler_.holds = true;
  Client busy(port());
  busy.send(post("/", "last"));
  wait_for([&] { return handler_.handled().size() == 1; }, "it is handled");
  Client idle(port());
  wait_for([&] { return connections() == 2; }, "both are connected");
  on_loop([&] {
    server_->drain();
    EXPECT_FALSE(server_->quiet());
  });
  EXPECT_TRUE(idle.closed());
  EXPECT_FALSE(Client(port()).connected());
  release();
  const auto answer = busy.read();
  EXPECT_EQ(answer.body, "last");
  EXPECT_NE(answer.head.find("Connection: close"), std::string::npos);
  bool quiet = false;
  const auto look = [&] {
    on_loop([&] { quiet = server_->quiet(); });
    return quiet;
  };
  wait_for(look, "all is answered");
}

TEST_F(ServerTest, SurvivesAClientThatLeavesBeforeItsAnswer) {
  start();
  handler_.holds = true;
  {
    Client client(port());
    client.send(post("/", "x"));
    wait_for([&] { return handler_.handled().size() == 1; }, "it is handled");
  }
  release();
  wait_for([&] { return connections() == 0; }, "the connection is gone");
}

// No descriptor left: the connection waits in the kernel's queue, and the loop does not spin.
TEST_F(ServerTest, WaitsForDescriptors) {
  start();
  Client before(port());
  before.send(post("/", "x"));
  EXPECT_EQ(before.read().status, 200);
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  // The client's own descriptor is the last one.
  const int last = ::dup(0);
  ASSERT_GE(last, 0);
  ::close(last);
  rlimit tight = usual;
  tight.rlim_cur = static_cast<rlim_t>(last) + 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  Client client(port());
  client.send(post("/", "patience"));
  wait_for([&] { return refused(reason::accept_failed) > 0; }, "accepting fails");
  std::this_thread::sleep_for(300ms);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_LT(refused(reason::accept_failed), 10);
  EXPECT_EQ(client.read().body, "patience");
}

TEST_F(ServerTest, AdoptsAListeningSocketAndNothingElse) {
  start();
  int pipes[2];
  ASSERT_EQ(::pipe(pipes), 0);
  on_loop([&] { EXPECT_THROW(server_->adopt(pipes[0]), std::runtime_error); });
  ::close(pipes[0]);
  ::close(pipes[1]);
  on_loop([&] {
    EXPECT_THROW(server_->listen(*config::parse_ip_address("127.0.0.1"), port()), TemporaryFailure) << "in use";
    EXPECT_THROW(server_->listen(*config::parse_ip_address("203.0.113.1"), 0), TemporaryFailure) << "not ours (yet)";
  });
}

}  // namespace
}  // namespace dialerd::daemon::http_server::testing
