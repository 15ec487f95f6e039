#include "file_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view least = R"(
database: {conninfo: "dbname=dialerd"}
accounts: {main: {api_key: {credential: vox-main}}}
campaigns: []
)";

std::vector<std::string> problems(std::string_view text) {
  const auto loaded = load_daemon_text(text);
  EXPECT_EQ(loaded.value.has_value(), loaded.diagnostics.empty());
  return messages(loaded.diagnostics);
}

std::vector<std::string> problems_with(std::string_view more) { return problems(std::string(least).append(more)); }

TEST(DaemonConfig, LeavesDefaultsWhereTheFileIsSilent) {
  const auto loaded = load_daemon_text(least);
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  const DaemonConfig& daemon = *loaded.value;
  EXPECT_EQ(daemon.database.conninfo, "dbname=dialerd");
  EXPECT_EQ(daemon.database.password, std::nullopt);
  EXPECT_EQ(daemon.database.statement_timeout, 15s);
  ASSERT_EQ(daemon.accounts.size(), 1U);
  EXPECT_EQ(daemon.accounts[0].base_url, "https://client-api.tryvox.co");
  EXPECT_EQ(daemon.accounts[0].limits, Limits{});
  EXPECT_EQ(daemon.http.connections, 64);
  EXPECT_EQ(daemon.http.ca_file, std::nullopt);
  EXPECT_EQ(daemon.follow.horizon, 20min);
  EXPECT_EQ(daemon.logging.level, LogLevel::info);
  EXPECT_EQ(daemon.lease, 10s);
}

TEST(DaemonConfig, TakesEveryKey) {
  const auto loaded = load_daemon_text(R"(
database:
  conninfo: postgresql://dialerd@db-1,db-2:5433/dialerd?target_session_attrs=read-write
  password: {file: /etc/dialerd/db-password}
  statement_timeout: 20s
  lock_timeout: 1500ms
  allow_data_loss: true
accounts:
  main:
    base_url: https://localhost:8443
    api_key: {credential: vox-main}
    limits: {concurrency: 100, per_second: 5, per_minute: 200, per_hour: 3000, per_day: 20000}
  second: {api_key: {file: /run/keys/vox}}
campaigns: []
http: {connections: 8, connect_timeout: 1s, write_timeout: 2s, response_timeout: 1m, idle_timeout: 4s, response_size_max: 1MiB, ca_file: /etc/ssl/ca.pem}
follow: {list_interval: 500ms, horizon: 10m, list_lag: 45s, abandon_after: 1h}
logging: {level: warning, format: json}
drain_timeout: 90s
lease: 15s
)");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  const DaemonConfig& daemon = *loaded.value;
  EXPECT_EQ(daemon.database.password, (SecretReference{SecretReference::Kind::file, "/etc/dialerd/db-password"}));
  EXPECT_EQ(daemon.database.statement_timeout, 20s);
  EXPECT_EQ(daemon.database.lock_timeout, 1500ms);
  EXPECT_TRUE(daemon.database.allow_data_loss);
  ASSERT_EQ(daemon.accounts.size(), 2U);
  EXPECT_EQ(daemon.accounts[0].name, "main");
  EXPECT_EQ(daemon.accounts[0].base_url, "https://localhost:8443");
  EXPECT_EQ(daemon.accounts[0].api_key, (SecretReference{SecretReference::Kind::credential, "vox-main"}));
  Limits limits;
  limits.concurrency = 100;
  limits.per_second = 5;
  limits.per_minute = 200;
  limits.per_hour = 3000;
  limits.per_day = 20000;
  EXPECT_EQ(daemon.accounts[0].limits, limits);
  EXPECT_EQ(daemon.accounts[1].name, "second");
  EXPECT_EQ(daemon.http.connections, 8);
  EXPECT_EQ(daemon.http.connect_timeout, 1s);
  EXPECT_EQ(daemon.http.write_timeout, 2s);
  EXPECT_EQ(daemon.http.response_timeout, 1min);
  EXPECT_EQ(daemon.http.idle_timeout, 4s);
  EXPECT_EQ(daemon.http.response_size_max, 1024 * 1024);
  EXPECT_EQ(daemon.http.ca_file, "/etc/ssl/ca.pem");
  EXPECT_EQ(daemon.follow.list_interval, 500ms);
  EXPECT_EQ(daemon.follow.horizon, 10min);
  EXPECT_EQ(daemon.follow.list_lag, 45s);
  EXPECT_EQ(daemon.follow.abandon_after, 1h);
  EXPECT_EQ(daemon.logging.level, LogLevel::warning);
  EXPECT_EQ(daemon.logging.format, LogFormat::json);
  EXPECT_EQ(daemon.drain_timeout, 90s);
  EXPECT_EQ(daemon.lease, 15s);
}

TEST(DaemonConfig, ReportsEverythingAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(
      problems(R"(database:
  conninfo: "host=db password=hunter2"
  lock_timout: 5s
accounts:
  Main:
    base_url: http://client-api.tryvox.co
    api_key: sk_live_abc
    limits: {concurrency: 0, per_huor: 3000, per_day: "20000"}
http:
  connections: many
  connections: 3
  connect_timeout: 5
  idle_timeout: 11m
logging: {level: warn}
lease: 2s
)"),
      ElementsAre(
          "d.yaml:1:1: error: missing key 'campaigns'; add it, for example 'campaigns: [\"campaigns/*.yaml\"]'",
          "d.yaml:2:13: error: 'conninfo' holds a password; remove it and write 'password: {credential: NAME}' or "
          "'password: {file: /absolute/path}'",
          "d.yaml:3:3: error: unknown key 'lock_timout'; did you mean 'lock_timeout'?",
          "d.yaml:5:3: error: 'Main' is no name for an account; use lower-case letters, digits, '-' and '_', at most "
          "63, "
          "the first a letter or digit",
          "d.yaml:6:15: error: 'base_url' is not encrypted; use https://; the API key travels with every request",
          "d.yaml:7:14: error: 'api_key' holds a secret written in the file; write 'api_key: {credential: NAME}' or "
          "'api_key: {file: /absolute/path}' and keep the secret there",
          "d.yaml:8:27: error: 'concurrency' is out of range: 0; use a value from 1 to 1000000",
          "d.yaml:8:30: error: unknown key 'per_huor'; did you mean 'per_hour'?",
          "d.yaml:8:55: error: 'per_day' must be a whole number, not the quoted text '20000'; remove the quotes",
          "d.yaml:10:16: error: 'connections' must be a whole number, not 'many'; write digits alone, such as 1",
          "d.yaml:11:3: error: duplicate key 'connections'; keep one: the first is on line 10",
          "d.yaml:12:20: error: 'connect_timeout' has no unit: 5; add a unit, for example 5s",
          "d.yaml:13:17: error: 'idle_timeout' is out of range: 11m; use a value from 1ms to 10m",
          "d.yaml:14:18: error: 'level' cannot be 'warn'; did you mean 'warning'?",
          "d.yaml:15:8: error: 'lease' is out of range: 2s; use a value from 3s to 5m"));
}

struct Bad {
  std::string_view text;
  std::string_view message;
};

TEST(DaemonConfig, SaysWhatIsWrongWithAValue) {
  const Bad cases[] = {
      {"lease: 10500ms", "d.yaml:5:8: error: 'lease' is finer than it can be: 10500ms; use whole seconds"},
      {"lease: soon",
       "d.yaml:5:8: error: 'lease' must be a duration, not 'soon'; write it like 500ms, 30s, 10m, 2h, 1d "
       "or 1h30m"},
      {"lease: [10s]",
       "d.yaml:5:8: error: 'lease' must be a duration, not a list; write it like 500ms, 30s, 10m, 2h, 1d "
       "or 1h30m"},
      {"lease:\n\ndrain_timeout: 60s", "d.yaml:5:1: error: 'lease' is empty; give it a value or remove the key"},
      {"drain_timeout: 0s", "d.yaml:5:16: error: 'drain_timeout' is out of range: 0s; use a value from 1s to 1h"},
      {"http: 3", "d.yaml:5:7: error: 'http' must be a map, not '3'; write 'key: value' lines under it"},
      {"http: {connections: 1e3}",
       "d.yaml:5:21: error: 'connections' must be a whole number, not '1e3'; write digits alone, such as 1"},
      {"http: {connections: 064}",
       "d.yaml:5:21: error: 'connections' must be a whole number, not '064'; remove the leading zeros"},
      {"http: {connections: -1}",
       "d.yaml:5:21: error: 'connections' must be a whole number, not '-1'; write digits alone, such as 1"},
      {"http: {connections: 99999999999999999999}",
       "d.yaml:5:21: error: 'connections' is out of range: 99999999999999999999; use a value from 1 to 10000"},
      {"http: {connections: true}",
       "d.yaml:5:21: error: 'connections' must be a whole number, not 'true'; write digits alone, such as 1"},
      {"http: {response_size_max: 4}",
       "d.yaml:5:27: error: 'response_size_max' has no unit: 4; add a unit, for example 4MiB"},
      {"http: {response_size_max: 4MB}",
       "d.yaml:5:27: error: 'response_size_max' must be a size, not '4MB'; write it like 512KiB or 4MiB"},
      {"http: {response_size_max: 1GiB}",
       "d.yaml:5:27: error: 'response_size_max' is out of range: 1GiB; use a value from 1KiB to 64MiB"},
      {"http: {ca_file: ca.pem}",
       "d.yaml:5:17: error: 'ca_file' is no absolute path: 'ca.pem'; write the whole path, from '/'"},
      {"follow: {list_interval: 99ms}",
       "d.yaml:5:25: error: 'list_interval' is out of range: 99ms; use a value from 100ms to 10m"},
      {"follow: {abandon_after: 9s}",
       "d.yaml:5:25: error: 'abandon_after' is out of range: 9s; use a value from 10s to 7d"},
      {"follow: {abandon_after: 20m}",
       "d.yaml:5:9: error: 'abandon_after' (20m) is not longer than 'horizon' (20m); raise it: calls past the horizon "
       "must be looked up before they are given up"},
      {"logging: {format: [json]}",
       "d.yaml:5:19: error: 'format' must be one word, not a list; write one of: text, json"},
      {"logging: {format: \"\\e[31m\"}", "d.yaml:5:19: error: 'format' cannot be ' [31m'; write one of: text, json"},
      {"colour: red",
       "d.yaml:5:1: error: unknown key 'colour'; known keys here: database, accounts, campaigns, http, "
       "follow, webhook, monitoring, logging, reload, drain_timeout, lease"},
  };
  for (const Bad& bad : cases) EXPECT_THAT(problems_with(bad.text), ElementsAre(bad.message)) << bad.text;
}

TEST(DaemonConfig, WantsItsRequiredSections) {
  EXPECT_THAT(problems("lease: 10s\n"),
              ElementsAre("d.yaml:1:1: error: missing key 'database'; add it, for example 'database: {conninfo: "
                          "\"dbname=dialerd\"}'",
                          "d.yaml:1:1: error: missing key 'accounts'; add it, for example 'accounts: {main: {api_key: "
                          "{credential: vox-main}}}'",
                          "d.yaml:1:1: error: missing key 'campaigns'; add it, for example 'campaigns: "
                          "[\"campaigns/*.yaml\"]'"));
  EXPECT_THAT(problems("database: {}\naccounts: {}\ncampaigns: []\n"),
              ElementsAre("d.yaml:1:11: error: missing key 'conninfo' in 'database'; add it, for example 'conninfo: "
                          "\"host=/run/postgresql dbname=dialerd user=dialerd\"'",
                          "d.yaml:2:11: error: 'accounts' is empty; add an account: 'main: {api_key: {credential: "
                          "vox-main}}'"));
}

std::vector<std::string> problems_of_account(std::string_view account) {
  return problems("database: {conninfo: dbname=dialerd}\ncampaigns: []\naccounts: {main: " + std::string(account) +
                  "}\n");
}

constexpr std::string_view reference_remedy =
    "; write 'api_key: {credential: NAME}' or 'api_key: {file: /absolute/path}' and keep the secret there";

TEST(DaemonConfig, NeverRepeatsWhatMayBeASecret) {
  const Bad cases[] = {
      {"{api_key: TOPSECRET}", "d.yaml:3:28: error: 'api_key' holds a secret written in the file"},
      {"{api_key: \"TOPSECRET\"}", "d.yaml:3:28: error: 'api_key' holds a secret written in the file"},
      {"{api_key: [TOPSECRET]}", "d.yaml:3:28: error: 'api_key' must be a reference, not a list"},
      {"{api_key: {value: TOPSECRET}}",
       "d.yaml:3:29: error: 'api_key' holds something else than a reference to a secret"},
      {"{api_key: {TOPSECRET}}", "d.yaml:3:29: error: 'api_key' holds something else than a reference to a secret"},
      {"{api_key: {credential: a, file: /TOPSECRET}}", "d.yaml:3:28: error: 'api_key' must have exactly one key"},
      {"{api_key: {credential: [TOPSECRET]}}", "d.yaml:3:41: error: 'api_key' must name a credential or a file"},
      {"{api_key: }", "d.yaml:3:19: error: 'api_key' is empty"},
  };
  for (const Bad& bad : cases) {
    const auto found = problems_of_account(bad.text);
    EXPECT_THAT(found, ElementsAre(std::string(bad.message).append(reference_remedy))) << bad.text;
  }
  for (const std::string_view account : {"{api_key: {credential: ../TOPSECRET}}", "{api_key: {file: TOPSECRET}}",
                                         "{api_key: {credential: k}, base_url: \"https://u:TOPSECRET@host\"}",
                                         "{api_key: {credential: k}, base_url: \"TOPSECRET\"}"}) {
    const auto found = problems_of_account(account);
    EXPECT_THAT(found, ElementsAre(Not(HasSubstr("TOPSECRET")))) << account;
  }
}

TEST(DaemonConfig, FindsAPasswordInAnyFormOfConnectionString) {
  const auto conninfo = [](std::string_view text) {
    return problems("accounts: {main: {api_key: {credential: k}}}\ncampaigns: []\ndatabase: {conninfo: '" +
                    std::string(text) + "'}\n");
  };
  for (const std::string_view text :
       {"password=x", "host=db  password = x", "password=''p w''", "dbname=a\tpassword=x", "sslpassword=x dbname=a",
        "postgresql://u:x@db/d", "postgres://u:x@db", "postgresql://u:p?x@db/d", "postgresql://u:p/x@db/d",
        "postgresql://db/d?password=x", "postgresql://db/d?sslmode=require&p%61ssword=x"}) {
    EXPECT_THAT(
        conninfo(text),
        ElementsAre("d.yaml:3:22: error: 'conninfo' holds a password; remove it and write 'password: {credential: "
                    "NAME}' or 'password: {file: /absolute/path}'"))
        << text;
  }
  for (const std::string_view text : {"dbname", "=x", "host=''open", "dbname=a user", "postgresql://db/d?sslmode"}) {
    EXPECT_THAT(conninfo(text), ElementsAre("d.yaml:3:22: error: 'conninfo' is no libpq connection string; write "
                                            "keyword=value pairs, or a URI that begins with postgresql://"))
        << text;
  }
  for (const std::string_view text :
       {"host=/run/postgresql dbname=dialerd", "user=''password=x'' dbname=a", "application_name=a\\ password=b",
        "passfile=/etc/pgpass", "postgresql:///dialerd",
        "postgresql://u@db-1:5432,db-2:5432/d?target_session_attrs=any"}) {
    EXPECT_THAT(conninfo(text), IsEmpty()) << text;
  }
}

TEST(DaemonConfig, TakesABaseUrlOfSchemeHostAndPortOnly) {
  const auto base_url = [](std::string_view url) {
    return problems_of_account("{api_key: {credential: k}, base_url: \"" + std::string(url) + "\"}");
  };
  for (const std::string_view url : {"https://client-api.tryvox.co", "https://localhost", "https://127.0.0.1:8443",
                                     "https://[::1]:8443", "https://a-b.c:65535"}) {
    EXPECT_THAT(base_url(url), IsEmpty()) << url;
  }
  constexpr std::string_view at = "d.yaml:3:55: error: ";
  const Bad cases[] = {
      {"http://h", "'base_url' is not encrypted; use https://; the API key travels with every request"},
      {"client-api.tryvox.co", "'base_url' has no https://; write https://HOST or https://HOST:PORT"},
      {"https://u@h", "'base_url' holds a user name or password; remove it; the key belongs in 'api_key'"},
      {"https://h/",
       "'base_url' goes on after the host; write https://HOST or https://HOST:PORT alone, without '/' at "
       "the end"},
      {"https://h?x=1",
       "'base_url' goes on after the host; write https://HOST or https://HOST:PORT alone, without '/' at "
       "the end"},
      {"https://", "'base_url' has no valid host; write https://HOST or https://HOST:PORT"},
      {"https://-a.b", "'base_url' has no valid host; write https://HOST or https://HOST:PORT"},
      {"https://a..b", "'base_url' has no valid host; write https://HOST or https://HOST:PORT"},
      {"https://h:0", "'base_url' has no valid port; use a port from 1 to 65535, or leave it out for 443"},
      {"https://h:", "'base_url' has no valid port; use a port from 1 to 65535, or leave it out for 443"},
      {"https://h:65536", "'base_url' has no valid port; use a port from 1 to 65535, or leave it out for 443"},
  };
  for (const Bad& bad : cases)
    EXPECT_THAT(base_url(bad.text), ElementsAre(std::string(at).append(bad.message))) << bad.text;
}

TEST(DaemonConfig, RefusesTwoAccountsWithOneKey) {
  EXPECT_THAT(
      problems("database: {conninfo: dbname=dialerd}\ncampaigns: []\naccounts:\n  a: {api_key: {credential: k}}\n"
               "  b: {api_key: {credential: k}}\n  c: {api_key: {file: /k}}\n"),
      ElementsAre("d.yaml:5:16: error: account 'b' has the same key as 'a'; keep one account a key: the provider "
                  "counts its limits by key"));
}

class CampaignFiles : public testing::Test {
 protected:
  Loaded<DaemonConfig> load(std::string_view campaigns) {
    return load_daemon_config(folder_.write(
        "d.yaml", "database: {conninfo: dbname=dialerd}\naccounts: {main: {api_key: {credential: k}}}\ncampaigns: " +
                      std::string(campaigns) + "\n"));
  }

  TemporaryFolder folder_;
};

TEST_F(CampaignFiles, AreExpandedSortedAndNamedOnce) {
  const auto b = folder_.write("campaigns/b.yaml", "");
  const auto a = folder_.write("campaigns/a.yaml", "");
  folder_.write("campaigns/.hidden.yaml", "");
  folder_.write("campaigns/a.yaml.bak", "");
  folder_.write("campaigns/folder.yaml/x", "");
  const auto single = folder_.write("single.yaml", "");
  const auto loaded = load(R"([single.yaml, "campaigns/*.yaml", "./campaigns/[b].yaml", )" + a.string() + "]");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  EXPECT_THAT(loaded.value->campaigns, ElementsAre(single, a, b));
}

TEST_F(CampaignFiles, MayMatchNothingUnlessNamedPlainly) {
  const auto none = load(R"(["campaigns/*.yaml", "nowhere/*/x?.yaml"])");
  ASSERT_THAT(messages(none.diagnostics), IsEmpty());
  EXPECT_THAT(none.value->campaigns, IsEmpty());

  EXPECT_THAT(messages(load("[spring.yaml, /]").diagnostics),
              ElementsAre("d.yaml:3:13: error: no campaign file 'spring.yaml'; check the path; it is looked for in the "
                          "folder of this file",
                          "d.yaml:3:26: error: no campaign file '/'; check the path; it is looked for in the folder of "
                          "this file"));
  EXPECT_THAT(messages(load("spring.yaml").diagnostics),
              ElementsAre("d.yaml:3:12: error: 'campaigns' must be a list, not 'spring.yaml'; write it like "
                          "[\"campaigns/*.yaml\"]"));
}

TEST_F(CampaignFiles, AreFoundInAFolderWhoseNameLooksLikeAPattern) {
  const TemporaryFolder outer;
  const auto file = outer.write("a[1]*/campaigns/x.yaml", "");
  const auto loaded = load_daemon_config(
      outer.write("a[1]*/d.yaml", std::string(least).replace(least.find("[]"), 2, "[\"campaigns/*.yaml\"]")));
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  EXPECT_THAT(loaded.value->campaigns, ElementsAre(file));
}

TEST(ConfigurationFile, ThatCannotBeReadIsOneErrorWithoutALine) {
  const TemporaryFolder folder;
  EXPECT_THAT(messages(load_daemon_config(folder.path() / "none.yaml").diagnostics),
              ElementsAre("none.yaml: error: the file does not exist; check the path"));
  folder.write("folder/x", "");
  EXPECT_THAT(messages(load_campaign_config(folder.path() / "folder").diagnostics),
              ElementsAre("folder: error: not a regular file; give the path of a YAML file"));
  const auto large = folder.write("large.yaml", std::string(1024 * 1024 + 1, '#'));
  EXPECT_THAT(messages(load_daemon_config(large).diagnostics),
              ElementsAre("large.yaml: error: the file is larger than 1 MiB; check that it is the right file; settings "
                          "are smaller"));
}

}  // namespace
}  // namespace dialerd::config
