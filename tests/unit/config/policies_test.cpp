#include "config/policies.h"

#include "campaign_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using testing::SizeIs;

Rules rules_of(std::string_view name) {
  for (const PolicyPack& pack : policy_packs()) {
    if (pack.name == name) return read_policy_pack(pack.text, std::string(name)).value.value_or(Rules{});
  }
  ADD_FAILURE() << "no pack " << name;
  return {};
}

FrequencyCap attempts(std::int64_t max, std::chrono::seconds window) {
  return {FrequencyCap::Counts::attempts, max, window};
}

TEST(PolicyPacks, AreShippedAndReadable) {
  std::vector<std::string_view> names;
  for (const PolicyPack& pack : policy_packs()) {
    names.push_back(pack.name);
    const auto loaded = read_policy_pack(pack.text, std::string(pack.name) + ".yaml");
    EXPECT_THAT(messages(loaded.diagnostics), IsEmpty());
    ASSERT_TRUE(loaded.value);
    EXPECT_EQ(loaded.value->origin, pack.name);
    EXPECT_FALSE(pack.title.empty());
    EXPECT_THAT(std::string(pack.text), testing::HasSubstr("counsel must")) << pack.name;
  }
  EXPECT_THAT(names, ElementsAre("kr-advertising", "kr-collection", "uk-ofcom", "us-reg-f", "us-tcpa"));
}

TEST(PolicyPacks, SayWhatTheirLawSays) {
  const AllowedHours eight_to_nine{480, 1260, false};

  const Rules kr_advertising = rules_of("kr-advertising");
  EXPECT_THAT(kr_advertising.hours, ElementsAre(AllowedHours{480, 1260, true}));
  EXPECT_TRUE(kr_advertising.consent.required);
  EXPECT_EQ(kr_advertising.consent.max_age, std::chrono::days(730));

  const Rules kr_collection = rules_of("kr-collection");
  EXPECT_THAT(kr_collection.hours, ElementsAre(eight_to_nine));
  EXPECT_THAT(kr_collection.frequency_caps, ElementsAre(attempts(7, std::chrono::days(7))));

  const Rules us_tcpa = rules_of("us-tcpa");
  EXPECT_TRUE(us_tcpa.called_party_time);
  EXPECT_THAT(us_tcpa.hours, ElementsAre(eight_to_nine));
  EXPECT_TRUE(us_tcpa.consent.required);
  ASSERT_THAT(us_tcpa.required_lists, SizeIs(1));
  EXPECT_EQ(us_tcpa.required_lists[0].name, "us-national-dnc");
  EXPECT_EQ(us_tcpa.required_lists[0].max_age, std::chrono::days(31));

  const Rules us_reg_f = rules_of("us-reg-f");
  EXPECT_TRUE(us_reg_f.called_party_time);
  EXPECT_THAT(us_reg_f.hours, ElementsAre(eight_to_nine));
  EXPECT_THAT(us_reg_f.frequency_caps, ElementsAre(attempts(7, std::chrono::days(7))));
  EXPECT_THAT(us_reg_f.lock_outs, ElementsAre(LockOut{"conversation", std::chrono::days(7)}));

  const Rules uk_ofcom = rules_of("uk-ofcom");
  EXPECT_THAT(uk_ofcom.hours, ElementsAre(eight_to_nine));
  EXPECT_THAT(uk_ofcom.lock_outs,
              ElementsAre(LockOut{"orphaned_no_agent_pickup", 72h}, LockOut{"voicemail_reached", 24h}));
}

TEST(PolicyPacks, AddTheirRulesBehindTheCampaignsOwn) {
  const auto loaded = load_with(
      "policies: [us-reg-f, kr-collection]\nlead_timezone: number\nfrequency_caps: [{attempts: 3, per: 1d}]\n");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  std::vector<std::string> origins;
  for (const Rules& rules : loaded.value->rules) origins.push_back(rules.origin);
  EXPECT_THAT(origins, ElementsAre("campaign", "us-reg-f", "kr-collection"));
  EXPECT_THAT(loaded.value->rules[0].frequency_caps, ElementsAre(attempts(3, std::chrono::days(1))));
}

TEST(PolicyPacks, AreKnownByTheirExactNames) {
  const Bad cases[] = {
      {"policies: [kr-advertizing]",
       "6:12: error: unknown policy pack 'kr-advertizing'; did you mean 'kr-advertising'?"},
      {"policies: [gdpr]",
       "6:12: error: unknown policy pack 'gdpr'; the packs are: kr-advertising, kr-collection, uk-ofcom, us-reg-f, "
       "us-tcpa"},
      {"policies: [kr-collection, kr-collection]",
       "6:27: error: the policy pack 'kr-collection' is named twice; keep one"},
      {"policies: kr-collection",
       "6:11: error: 'policies' must be a list, not 'kr-collection'; write it like [kr-advertising]"},
  };
  expect_each(cases);
}

// A rule without its source is no rule that a counsel could confirm.
TEST(PolicyPacks, NameASourceForEveryRule) {
  const auto loaded = read_policy_pack(R"(policy: x
title: X
allowed_hours: [{from: "08:00", to: "21:00"}]
called_party_time: true
frequency_caps: [{attempts: 7, per: 7d}]
lock_outs: [{after: conversation, for: 7d}]
consent: {required: true}
suppression: {required: [{list: dnc}]}
calling_windows: []
)",
                                       "x.yaml");
  EXPECT_FALSE(loaded.value);
  const std::string remedy = "; add it, for example 'source: 12 CFR 1006.6'";
  EXPECT_THAT(
      messages(loaded.diagnostics),
      ElementsAre(
          "x.yaml:3:17: error: missing key 'source' in 'allowed_hours'" + remedy,
          "x.yaml:4:20: error: 'called_party_time' must be a map, not 'true'; write 'key: value' lines under it",
          "x.yaml:5:18: error: missing key 'source' in 'frequency_caps'" + remedy,
          "x.yaml:6:13: error: missing key 'source' in 'lock_outs'" + remedy,
          "x.yaml:7:10: error: missing key 'source' in 'consent'" + remedy,
          "x.yaml:8:26: error: missing key 'source' in 'required'" + remedy,
          "x.yaml:9:1: error: unknown key 'calling_windows'; known keys here: policy, title, allowed_hours, "
          "called_party_time, frequency_caps, lock_outs, consent, suppression"));
}

}  // namespace
}  // namespace dialerd::config
