// Listing calls: the allow-list, filters, order, pages and lag.
#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/voxsim/tests/fixture.h"

namespace dialerd::voxsim {
namespace {

namespace json = boost::json;

std::vector<std::string> create(Client& client, int first, int count) {
  std::vector<std::string> ids;
  for (int i = first; i < first + count; ++i) ids.push_back(text(client.post(call_body(i)).json(), "id"));
  return ids;
}

void expect_refused(Client& client, const std::string& query, const std::string& field) {
  const Response response = client.get("/v3/calls?" + query);
  EXPECT_EQ(response.status, 400) << query;
  EXPECT_EQ(text(response.json(), "error/code"), "VALIDATION_ERROR") << query;
  EXPECT_EQ(text(response.json(), "error/details/field"), field) << query;
}

TEST(AllowList, UnknownParametersAreRefusedWithTheAllowedNames) {
  const Simulation simulation;
  Client client = simulation.client();
  for (const auto& [query, field] : {std::pair{"status[]=queued", "status[]"},
                                     {"status%5B%5D=queued", "status[]"},
                                     {"from_number=07011112222", "from_number"},
                                     {"metadata=attempt_id:1", "metadata"}}) {
    expect_refused(client, query, field);
    const json::value error = client.get(std::string("/v3/calls?") + query).json();
    std::vector<std::string> allowed;
    for (const auto& name : at(error, "error/details/allowed_values").as_array())
      allowed.emplace_back(name.as_string());
    EXPECT_THAT(allowed, testing::UnorderedElementsAre("agent_id", "status", "call_type", "disconnection_reason",
                                                       "call_from", "call_to", "start_at_after", "start_at_before",
                                                       "sort_order", "cursor", "limit"));
  }
}

TEST(AllowList, ValuesAreChecked) {
  const Simulation simulation;
  Client client = simulation.client();
  expect_refused(client, "limit=0", "limit");
  expect_refused(client, "limit=101", "limit");
  expect_refused(client, "limit=ten", "limit");
  expect_refused(client, "limit=1&limit=2", "limit");
  expect_refused(client, "sort_order=asc", "sort_order");
  expect_refused(client, "start_at_after=2026-01-01", "start_at_after");
  expect_refused(client, "cursor=MTIz", "cursor");
  expect_refused(client, "status=ringing", "status");
  expect_refused(client, "call_to=010-1234", "call_to");
  EXPECT_EQ(client.get("/v3/calls?limit=100&status=queued&status=ended&sort_order=ascending").status, 200);
}

TEST(Listing, PageHoldsFiftyItemsWithoutTranscriptNewestFirst) {
  const Simulation simulation;
  Client client = simulation.client();
  std::vector<std::string> ids = create(client, 0, 60);
  const json::value page = client.get("/v3/calls").json();
  EXPECT_EQ(at(page, "total_count"), 60);
  ASSERT_EQ(at(page, "items").as_array().size(), 50U);
  EXPECT_FALSE(at(page, "next_cursor").is_null());
  EXPECT_FALSE(at(page, "items/0").as_object().contains("transcript"));
  EXPECT_TRUE(at(page, "items/0").as_object().contains("metadata"));
  EXPECT_EQ(text(page, "items/0/id"), ids.back());
  std::reverse(ids.begin(), ids.end());
  EXPECT_EQ(list_all(client, ""), ids);
}

// Connecting and never-connecting calls, some of them still ringing or talking: every kind of key is in play.
class Pages : public testing::TestWithParam<std::tuple<const char*, int, CursorMode>> {};

TEST_P(Pages, ShowEveryCallExactlyOnceInOrder) {
  const auto& [order, limit, cursor_mode] = GetParam();
  Options options = Simulation::instant();
  options.outcomes = "user_hangup=60,dial_no_answer=40";
  options.ring_ms = {0, 40};
  options.talk_ms = {0, 200};
  options.cursor_mode = cursor_mode;
  const Simulation simulation(options);
  Client client = simulation.client();
  std::vector<std::string> ids = create(client, 0, 317);
  // A call that connects while it is paged moves to its start, as at the provider: wait until none is ringing.
  while (at(client.get("/v3/calls?status=queued").json(), "total_count") != 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

  const std::string query = std::string("?sort_order=") + order + "&limit=" + std::to_string(limit);
  std::vector<std::string> listed = list_all(client, query);
  std::vector<std::int64_t> times;
  for (const std::string& id : listed) {
    const json::value call = client.get("/v3/calls/" + id).json();
    times.push_back(at(call, "start_at").is_null() ? at(call, "end_at").as_int64() : at(call, "start_at").as_int64());
  }
  std::sort(ids.begin(), ids.end());
  std::sort(listed.begin(), listed.end());
  EXPECT_EQ(listed, ids);
  if (std::string_view(order) == "descending") std::reverse(times.begin(), times.end());
  // end_at of a call that never connected is up to 40 ms after its creation, by which it is ordered.
  std::int64_t latest = 0;
  for (const std::int64_t time : times) {
    EXPECT_GE(time + 40, latest);
    latest = std::max(latest, time);
  }
}

INSTANTIATE_TEST_SUITE_P(Listing, Pages,
                         testing::Values(std::tuple{"ascending", 100, CursorMode::kKeyset},
                                         std::tuple{"descending", 100, CursorMode::kKeyset},
                                         std::tuple{"ascending", 7, CursorMode::kKeyset},
                                         std::tuple{"descending", 1, CursorMode::kKeyset},
                                         std::tuple{"descending", 100, CursorMode::kOffset}));

TEST(Cursor, CallsThatArriveShiftOnlyOffsetPages) {
  for (const CursorMode mode : {CursorMode::kKeyset, CursorMode::kOffset}) {
    Options options = Simulation::instant();
    options.cursor_mode = mode;
    const Simulation simulation(options);
    Client client = simulation.client();
    const std::vector<std::string> ids = create(client, 0, 20);
    const json::value first = client.get("/v3/calls?limit=10").json();
    create(client, 100, 3);
    const json::value second = client.get("/v3/calls?limit=10&cursor=" + text(first, "next_cursor")).json();
    EXPECT_EQ(text(second, "items/0/id"), mode == CursorMode::kKeyset ? ids[9] : ids[12]);
  }
}

TEST(TimeFilter, IsInclusiveAndComparesTheStartOrTheCreation) {
  Options options = Simulation::instant();
  options.ring_ms = {30, 30};
  options.outcomes = "user_hangup=1";
  const Simulation simulation(options);
  Client client = simulation.client();
  const std::string id = create(client, 0, 1).front();
  json::value call;
  do {
    call = client.get("/v3/calls/" + id).json();
  } while (at(call, "start_at").is_null());
  const std::int64_t start = at(call, "start_at").as_int64();
  const auto listed = [&](const std::string& parameter, std::int64_t time) {
    return list_all(client, "?" + parameter + "=" + std::to_string(time)).size();
  };
  EXPECT_EQ(listed("start_at_after", start), 1U);
  EXPECT_EQ(listed("start_at_after", start + 1), 0U);
  EXPECT_EQ(listed("start_at_before", start), 1U);
  EXPECT_EQ(listed("start_at_before", start - 1), 0U) << "it was created before, but it connected at start_at";
}

TEST(TimeFilter, CallThatNeverConnectedIsComparedByItsCreation) {
  Options options = Simulation::instant();
  options.ring_ms = {100, 100};
  options.outcomes = "dial_busy=1";
  const Simulation simulation(options);
  Client client = simulation.client();
  const std::string id = create(client, 0, 1).front();
  json::value call;
  do {
    call = client.get("/v3/calls/" + id).json();
  } while (at(call, "end_at").is_null());
  const std::int64_t created = at(call, "end_at").as_int64() - 100;
  const std::string both = "?start_at_after=" + std::to_string(created) + "&start_at_before=" + std::to_string(created);
  EXPECT_EQ(list_all(client, both).size(), 1U);
}

TEST(Filters, RepeatedNamesAreAlternativesAndDifferentNamesAreConditions) {
  Options options = Simulation::instant();
  options.outcomes = "user_hangup=1,dial_busy=1,blocked_number=1";
  const Simulation simulation(options);
  Client client = simulation.client();
  create(client, 0, 90);
  const auto count = [&](const std::string& query) { return list_all(client, query).size(); };
  const std::size_t hung_up = count("?disconnection_reason=user_hangup");
  const std::size_t busy = count("?disconnection_reason=dial_busy");
  const std::size_t blocked = count("?disconnection_reason=blocked_number");
  EXPECT_GT(hung_up, 0U);
  EXPECT_GT(busy, 0U);
  EXPECT_EQ(hung_up + busy + blocked, 90U);
  EXPECT_EQ(count("?disconnection_reason=user_hangup&disconnection_reason=dial_busy"), hung_up + busy);
  EXPECT_EQ(count("?status=ended"), hung_up);
  EXPECT_EQ(count("?status=not_connected&disconnection_reason=dial_busy"), busy);
  EXPECT_EQ(count("?status=ended&disconnection_reason=dial_busy"), 0U);
  EXPECT_EQ(count("?status=queued&status=ongoing"), 0U);
  EXPECT_EQ(count("?call_to=01000000003&call_to=01000000004"), 2U);
  EXPECT_EQ(count("?call_to=01000000003&call_to=01000000003"), 1U) << "asking twice does not list twice";
  EXPECT_EQ(count("?call_from=07011112222"), 90U);
  EXPECT_EQ(count("?agent_id=3c90c3cc-0d44-4b50-8888-8dd25736052a"), 90U);
  EXPECT_EQ(count("?agent_id=00000000-0d44-4b50-8888-8dd25736052a"), 0U);
  EXPECT_EQ(count("?call_type=inbound"), 0U);
}

TEST(Filters, CallsToOneNumberAreInOrderAndPaged) {
  Options options = Simulation::instant();
  options.outcomes = "user_hangup=1,dial_busy=1";
  const Simulation simulation(options);
  Client client = simulation.client();
  std::vector<std::string> ids;
  for (int i = 0; i < 10; ++i) {
    create(client, 100, 3);
    ids.push_back(create(client, 7, 1).front());
  }
  EXPECT_EQ(list_all(client, "?call_to=01000000007&sort_order=ascending&limit=3"), ids);
  std::reverse(ids.begin(), ids.end());
  EXPECT_EQ(list_all(client, "?call_to=01000000007&limit=4"), ids);
  EXPECT_EQ(at(client.get("/v3/calls?call_to=01000000007&limit=1").json(), "total_count"), 10);
}

TEST(Filters, OpenCallsAreFoundByStatus) {
  Options options = Simulation::instant();
  options.ring_ms = {0, 0};
  options.talk_ms = {60'000, 60'000};
  const Simulation simulation(options);
  Client client = simulation.client();
  create(client, 0, 5);
  EXPECT_EQ(list_all(client, "?status=ongoing").size(), 5U);
  EXPECT_EQ(list_all(client, "?status=queued").size(), 0U);
}

TEST(Filters, MetadataWhenAllowed) {
  Options options = Simulation::instant();
  options.metadata_filter = true;
  const Simulation simulation(options);
  Client client = simulation.client();
  const std::string id = text(client.post(call_body(1, "a-1")).json(), "id");
  client.post(call_body(2, "a-2"));
  EXPECT_THAT(list_all(client, "?metadata=attempt_id:a-1"), testing::ElementsAre(id));
}

TEST(ListLag, CallIsListedOnlyAfterTheLagButFoundByIdAtOnce) {
  Options options = Simulation::instant();
  options.list_lag_ms = {800, 800};
  const Simulation simulation(options);
  Client client = simulation.client();
  const auto created = std::chrono::steady_clock::now();
  const std::string id = create(client, 0, 1).front();
  const json::value page = client.get("/v3/calls").json();
  ASSERT_LT(std::chrono::steady_clock::now() - created, std::chrono::milliseconds(800)) << "too slow to tell";
  EXPECT_TRUE(at(page, "items").as_array().empty());
  EXPECT_EQ(at(page, "total_count"), 0);
  EXPECT_EQ(client.get("/v3/calls/" + id).status, 200);
  while (list_all(client, "").empty()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_GE(std::chrono::steady_clock::now() - created, std::chrono::milliseconds(799));
  EXPECT_EQ(at(client.get("/v3/calls").json(), "total_count"), 1);
}

// How many of the calls to numbers 1, 2 and 3 a query finds under each reading of call_to.
TEST(CallToFilter, HasManyReadings) {
  struct Case {
    CallToFilter filter;
    std::string query;
    std::vector<int> found;
  };
  const std::string both = "?call_to=01000000001&call_to=01000000002";
  const std::string both_e164 = "?call_to=%2B821000000001&call_to=%2B821000000002";
  for (const Case& one : std::vector<Case>{{CallToFilter::kOr, both, {1, 2}},
                                           {CallToFilter::kLast, both, {2}},
                                           {CallToFilter::kFirst, both, {1}},
                                           {CallToFilter::kE164, both, {}},
                                           {CallToFilter::kE164, both_e164, {1, 2}},
                                           {CallToFilter::kIgnored, both, {1, 2, 3}},
                                           {CallToFilter::kNone, both, {}},
                                           {CallToFilter::kNone, "", {1, 2, 3}}}) {
    Options options = Simulation::instant();
    options.call_to_filter = one.filter;
    const Simulation simulation(options);
    Client client = simulation.client();
    const std::vector<std::string> ids = create(client, 1, 3);
    std::vector<std::string> expected;
    for (const int number : one.found) expected.push_back(ids.at(static_cast<std::size_t>(number - 1)));
    EXPECT_THAT(list_all(client, one.query), testing::UnorderedElementsAreArray(expected))
        << static_cast<int>(one.filter) << ' ' << one.query;
  }
  const Simulation documented;
  Client client = documented.client();
  expect_refused(client, "call_to=%2B821000000001", "call_to");
}

}  // namespace
}  // namespace dialerd::voxsim
