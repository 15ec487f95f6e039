#include "config/schema.h"

#include <functional>
#include <set>
#include <sstream>

#include "campaign_fixture.h"
#include "schema_validator.h"
#include <gmock/gmock.h>

#include "config/schema_descriptions.h"

namespace dialerd::config {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

struct Kind {
  std::string name;
  std::string schema;
  std::function<std::vector<std::string>(std::string_view)> loader_problems;
};

const Kind& daemon_kind() {
  static const Kind kind{"dialerd", daemon_schema_text(),
                         [](std::string_view text) { return messages(load_daemon_text(text).diagnostics); }};
  return kind;
}

const Kind& campaign_kind() {
  static const Kind kind{"campaign", campaign_schema_text(),
                         [](std::string_view text) { return messages(load_campaign_text(text).diagnostics); }};
  return kind;
}

std::string file_text(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  std::ostringstream text;
  text << input.rdbuf();
  return text.str();
}

std::vector<std::string> schema_says(const Kind& kind, std::string_view text) {
  return schema_problems(YAML::Load(kind.schema), YAML::Load(std::string(text)));
}

// The files that are shipped are those that `dialerd schema` prints.
TEST(Schema, IsShippedAsItIs) {
  for (const Kind& kind : {daemon_kind(), campaign_kind()}) {
    const std::filesystem::path file = std::filesystem::path(DIALERD_SCHEMAS) / (kind.name + ".schema.json");
    EXPECT_EQ(file_text(file), kind.schema) << "write it anew: dialerd schema ... > " << file;
  }
}

using Wrap = std::function<std::string(const std::string&)>;
constexpr std::string_view unknown = "zzzzzzzzzzzzzzzzzzzz";

// The keys that the loader names when it meets an unknown one; empty if it names none.
std::set<std::string> keys_named(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) {
    if (problem.find("'" + std::string(unknown) + "'") == std::string::npos) continue;
    for (const std::string_view intro : {"known keys here: ", "use one of: "}) {
      const std::size_t at = problem.find(intro);
      if (at == std::string::npos) continue;
      std::set<std::string> keys;
      std::istringstream rest(problem.substr(at + intro.size()));
      for (std::string key; std::getline(rest >> std::ws, key, ',');) keys.insert(key);
      return keys;
    }
  }
  return {};
}

// Asks the loader at every place where the schema has a map of known keys; how many those were.
int compare_keys(const Kind& kind, const YAML::Node& schema, const std::string& path, const Wrap& wrap) {
  int compared = 0;
  if (const YAML::Node properties = schema["properties"]) {
    std::set<std::string> keys;
    for (const auto& entry : properties) {
      keys.insert(entry.first.Scalar());
      compared += compare_keys(kind, entry.second, path + "." + entry.first.Scalar(), [&](const std::string& inner) {
        return wrap("{" + entry.first.Scalar() + ": " + inner + "}");
      });
    }
    // Of these two forms each is written as a map of one key; their reader has its own words for any other.
    const bool reference = keys.contains("credential") || keys.contains("file");
    const bool value_source = keys.contains("field") || keys.contains("literal");
    if (!reference && !value_source) {
      const auto named = keys_named(kind.loader_problems(wrap("{" + std::string(unknown) + ": 1}")));
      EXPECT_EQ(named, keys) << kind.name << path;
      ++compared;
    }
  }
  if (const YAML::Node items = schema["items"]) {
    compared +=
        compare_keys(kind, items, path + "[]", [&](const std::string& inner) { return wrap("[" + inner + "]"); });
  }
  if (const YAML::Node values = schema["additionalProperties"]; values && values.IsMap()) {
    const bool number = schema["propertyNames"] && schema["propertyNames"]["pattern"].Scalar().starts_with("^[0-9]");
    const std::string key = number ? "\"07011112222\"" : "main";
    compared += compare_keys(kind, values, path + ".*",
                             [&](const std::string& inner) { return wrap("{" + key + ": " + inner + "}"); });
  }
  if (const YAML::Node forms = schema["anyOf"]) {
    for (const auto& form : forms) compared += compare_keys(kind, form, path, wrap);
  }
  return compared;
}

TEST(Schema, HasTheKeysThatTheLoaderAcceptsAtEveryLevel) {
  const Wrap plain = [](const std::string& inner) { return inner; };
  EXPECT_GE(compare_keys(daemon_kind(), YAML::Load(daemon_kind().schema), "", plain), 15);
  EXPECT_GE(compare_keys(campaign_kind(), YAML::Load(campaign_kind().schema), "", plain), 30);
}

TEST(Schema, DescribesEveryKeyAndNothingElse) {
  std::set<std::string_view> unused;
  for (const Description& description : descriptions()) unused.insert(description.text);
  for (const auto& root : {daemon_schema(), campaign_schema()}) {
    root->for_each([&](const Schema& schema) {
      for (const auto& [key, value] : schema.keys()) {
        if (key == "credential" || (key == "file" && value->path().ends_with(".file"))) continue;
        EXPECT_NE(describe(value->path()), "") << value->path();
        unused.erase(describe(value->path()));
      }
    });
  }
  EXPECT_THAT(unused, IsEmpty());
}

enum class Verdict {
  good,
  bad,         // both say so
  loader_only  // draft-07 cannot say it
};

struct Case {
  Verdict verdict;
  std::string_view text;
};

void expect_verdicts(const Kind& kind, std::string_view before, std::span<const Case> cases) {
  for (const auto& [verdict, more] : cases) {
    const std::string text = std::string(before).append(more);
    EXPECT_EQ(kind.loader_problems(text).empty(), verdict == Verdict::good)
        << more << testing::PrintToString(kind.loader_problems(text));
    EXPECT_EQ(schema_says(kind, text).empty(), verdict != Verdict::bad)
        << more << testing::PrintToString(schema_says(kind, text));
  }
}

using enum Verdict;

TEST(Schema, SaysWhatTheLoaderSaysOfCampaigns) {
  const Case cases[] = {
      {good, ""},
      {good, "limits: {per_hour: 100, per_second: 5, burst: 5, window: calendar, timezone: Asia/Seoul}"},
      {bad, "limits: {per_huor: 100}"},
      {bad, "limits: {per_hour: many}"},
      {bad, "limits: {per_hour: \"100\"}"},
      {bad, "limits: {per_hour: 0}"},
      {bad, "limits: {per_hour: 1.5}"},
      {bad, "limits: {per_hour: 1_000}"},
      {bad, "limits: {window: weekly}"},
      {bad, "limits: [per_hour]"},
      {bad, "limits:"},
      {loader_only, "limits: {per_hour: 0100}"},
      {loader_only, "limits: {per_hour: +100}"},
      {loader_only, "limits: {burst: 5}"},
      {loader_only, "limits: {per_second: 2, burst: 5}"},
      {loader_only, "limits: {window: calendar}"},
      {loader_only, "pacing: even"},
      {good, "window_margin: 1m30s"},
      {bad, "window_margin: 30"},
      {bad, "window_margin: 1 minute"},
      {loader_only, "window_margin: 2h"},
      {good, "timezone: America/New_York"},
      {bad, "timezone: 서울"},
      {loader_only, "timezone: Asia/Seul"},
      {good, "presentation_number: \"0215881234\""},
      {bad, "presentation_number: 0215881234"},
      {bad, "presentation_number: 02-1588-1234"},
      {bad, "presentation_number: \"+8215881234\""},
      {good, "holidays: [kr]\nblackout_dates: [2026-12-31, {from: 2026-12-24, to: 2026-12-26, name: end}]"},
      {bad, "holidays: [us]"},
      {bad, "holidays: kr"},
      {bad, "holidays: []"},
      {bad, "blackout_dates: [31.12.2026]"},
      {bad, "blackout_dates: [{from: 2026-12-24}]"},
      {loader_only, "blackout_dates: [2026-02-30]"},
      {loader_only, "blackout_dates: [{from: 2026-12-26, to: 2026-12-24}]"},
      {loader_only, "holidays: [./nowhere.yaml]"},
      {loader_only, "start_date: 2026-05-02\nend_date: 2026-05-01"},
      {good, "lead_timezone: [number, campaign]"},
      {bad, "lead_timezone: [phone]"},
      {loader_only, "lead_timezone: [number, number]"},
      {loader_only, "lead_timezone: column"},
      {good, "policies: [kr-collection]"},
      {bad, "policies: [kr-colection]"},
      {bad, "policies: kr-collection"},
      {loader_only, "policies: [kr-collection, kr-collection]"},
      {loader_only, "policies: [kr-advertising]"},
      {good, "called_party_time: true\nlead_timezone: [number]"},
      {good, "called_party_time: {required: true}\nlead_timezone: [number]"},
      {bad, "called_party_time: yes please"},
      {loader_only, "called_party_time: True"},
      {good, "allowed_hours: [{from: \"08:00\", to: \"24:00\", unless: night_consent}]"},
      {bad, "allowed_hours: [{from: \"8:00\", to: \"21:00\"}]"},
      {bad, "allowed_hours: [{from: \"24:00\", to: \"24:00\"}]"},
      {bad, "allowed_hours: [{from: \"08:00\", to: \"25:00\"}]"},
      {bad, "allowed_hours: [{from: \"08:00\"}]"},
      {good, "frequency_caps: [{attempts: 3, per: 1d}, {conversations: 1, per: 7d}]"},
      {bad, "frequency_caps: [{attempts: 3}]"},
      {loader_only, "frequency_caps: [{per: 7d}]"},
      {good, "suppression: {required: [dnc-kr, {list: nat, max_age: 31d}]}"},
      {bad, "suppression: {required: [DNC]}"},
      {bad, "suppression: {required: [{max_age: 31d}]}"},
      {good, "retry: {reasons: {dial_busy: {retry: [10m, next_day], max: 3}, other: hold, dial_failed: done}}"},
      {good, "retry: {reasons: {short_conversation: {under: 5s, then: hold}, insufficient_balance: {retry: 1h}}}"},
      {bad, "retry: {reasons: {dial_bussy: done}}"},
      {bad, "retry: {reasons: {dial_busy: never}}"},
      {bad, "retry: {reasons: {dial_busy: 10m}}"},
      {bad, "retry: {reasons: {dial_busy: {under: 5s}}}"},
      {bad, "retry: {reasons: {insufficient_balance: done}}"},
      {bad, "retry: {reasons: {insufficient_balance: {max: 3}}}"},
      {bad, "retry: {reasons: {short_conversation: hold}}"},
      {bad, "retry: {reasons: {short_conversation: {retry: 1h}}}"},
      {loader_only, "retry: {reasons: {short_conversation: {under: 5s}}}"},
      {bad, "retry: {jitter: 10}"},
      {loader_only, "retry: {jitter: 200%}"},
      {good, "dynamic_variables: {name: name, count: 5, company: {literal: \"\"}, other: {field: x}}"},
      {bad, "dynamic_variables: {call_from: name}"},
      {bad, "dynamic_variables: {\"{{name}}\": name}"},
      {bad, "dynamic_variables: {name: {feild: name}}"},
      {bad, "dynamic_variables: {name: \"{{name}}\"}"},
      {bad, "dynamic_variables: {name: }"},
      {bad, "dynamic_variables: [name]"},
      {bad, "metadata: {attempt_id: x}"},
      {bad, "metadata: {\"crm:id\": x}"},
      {good, "leads: {number: 전화번호, alternates: [휴대폰2], fields: {name: 고객명}}"},
      {bad, "leads: {number: [전화번호]}"},
      {loader_only, "leads: {alternates: [number]}"},
      {bad, "region: Korea"},
      {bad, "answer_rate_rest: {over: 100}"},
      {bad, "share: {weight: 2000}"},
      {bad, "colour: red"},
  };
  expect_verdicts(campaign_kind(), std::string(least).append(windows), cases);
  const Case windows_cases[] = {
      {good, "calling_windows: [{days: [mon, wed-fri], from: \"22:00\", to: \"02:00\"}]"},
      {bad, ""},
      {bad, "calling_windows: []"},
      {bad, "calling_windows: {days: mon, from: \"09:00\", to: \"20:00\"}"},
      {bad, "calling_windows: [{days: monday, from: \"09:00\", to: \"20:00\"}]"},
      {bad, "calling_windows: [{days: [], from: \"09:00\", to: \"20:00\"}]"},
      {bad, "calling_windows: [{days: daily, from: \"09:00\", until: \"20:00\"}]"},
      {loader_only, "calling_windows: [{days: daily, from: \"09:00\", to: \"09:00\"}]"},
      {loader_only, "calling_windows: [{days: [mon, mon], from: \"09:00\", to: \"20:00\"}]"},
  };
  expect_verdicts(campaign_kind(), least, windows_cases);
}

TEST(Schema, SaysWhatTheLoaderSaysOfTheDaemon) {
  const std::string before = "database: {conninfo: dbname=d}\ncampaigns: []\n";
  const std::string account = before + "accounts: {main: {api_key: {credential: k}, ";
  const Case of_account[] = {
      {good, "}}"},
      {good, "base_url: \"https://host:8443\", reserve: 10%}}"},
      {bad, "base_url: \"http://host\"}}"},
      {bad, "reserve: 10}}"},
      {loader_only, "reserve: 95%}}"},
      {good, "caller_numbers: {\"07011112222\": {rested: true}}}}"},
      {bad, "caller_numbers: {070-1111: {rested: true}}}}"},
      {bad, "caller_numbers: {\"07011112222\": {rested: maybe}}}}"},
      {good, "webhook: {path_secrets: [{file: /a}]}}}\nwebhook: {listen: systemd}"},
      {good, "webhook: {path_secrets: [{file: /a}], allow_from: [203.0.113.0/24]}}}\nwebhook: {listen: \"[::1]:80\"}"},
      {bad, "webhook: {path_secrets: [{file: /a}]}}}\nwebhook: {listen: localhost}"},
      {bad, "webhook: {path_secrets: [{file: /a}, {file: /b}, {file: /c}]}}}\nwebhook: {listen: systemd}"},
      {bad, "webhook: {path_secrets: [secret]}}}\nwebhook: {listen: systemd}"},
      {loader_only, "webhook: {path_secrets: [{file: /a}]}}}"},
      {good, "}}\nhttp: {connections: 5, response_size_max: 1MiB, ca_file: /ca.pem}"},
      {bad, "}}\nhttp: {response_size_max: 1024}"},
      {bad, "}}\nhttp: {ca_file: ca.pem}"},
      {loader_only, "}}\nhttp: {response_size_max: 1B}"},
      {loader_only, "}}\nfollow: {abandon_after: 10m}"},
      {bad, "}}\nlogging: {level: warn}"},
      {bad, "}}\nlogging: {}\nlogging_level: info"},
      {good, "}}\nreload: {on_change: true}"},
      {bad, "}}\nmonitoring: {}"},
      {bad, "}}\nlease: 10"},
  };
  expect_verdicts(daemon_kind(), account, of_account);
  const Case of_key[] = {
      {bad, "accounts: {main: {api_key: sk-1}}"},
      {bad, "accounts: {main: {api_key: {credential: a, file: /b}}}"},
      {bad, "accounts: {main: {api_key: {file: relative}}}"},
      {bad, "accounts: {main: {}}"},
      {bad, "accounts: {Main: {api_key: {credential: k}}}"},
      {bad, "accounts: {}"},
      {bad, "accounts: []"},
      {bad, ""},
      {loader_only, "accounts: {a: {api_key: {credential: k}}, b: {api_key: {credential: k}}}"},
  };
  expect_verdicts(daemon_kind(), before, of_key);
}

// An editor that complains of a good file is soon ignored.
TEST(Schema, RefusesNothingThatTheLoaderTakes) {
  int good_files = 0;
  for (const Kind& kind : {daemon_kind(), campaign_kind()}) {
    const std::string folder = kind.name == "campaign" ? "campaign_config" : "daemon_config";
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(DIALERD_CORPUS) / folder)) {
      files.push_back(entry.path());
    }
    for (const std::filesystem::path example : {"dialerd.yaml", "renewal.yaml", "quickstart.yaml"}) {
      if ((example == "dialerd.yaml") == (kind.name == "dialerd")) {
        files.push_back(std::filesystem::path(DIALERD_EXAMPLES) / example);
      }
    }
    for (const auto& file : files) {
      const std::string text = file_text(file);
      if (!kind.loader_problems(text).empty()) continue;
      ++good_files;
      EXPECT_THAT(schema_says(kind, text), IsEmpty()) << file;
    }
  }
  EXPECT_GE(good_files, 5);
}

// And the examples name it, by a path that leads to it.
TEST(Schema, IsNamedInTheExamples) {
  const std::filesystem::path folder = DIALERD_EXAMPLES;
  for (const auto& [example, schema] : {std::pair("dialerd.yaml", "dialerd"), std::pair("renewal.yaml", "campaign"),
                                        std::pair("quickstart.yaml", "campaign")}) {
    const std::string first = "# yaml-language-server: $schema=../schema/" + std::string(schema) + ".schema.json\n";
    EXPECT_TRUE(file_text(folder / example).starts_with(first)) << example;
    EXPECT_TRUE(std::filesystem::exists(folder / "../schema" / (std::string(schema) + ".schema.json")));
  }
}

}  // namespace
}  // namespace dialerd::config
