// A file's way into a real database.
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "daemon/import/database_sink.h"
#include "daemon/import/importer.h"
#include "tests/support/lossy_proxy.h"
#include "tests/support/test_database.h"

namespace dialerd::daemon::import {
namespace {

using testing::IsEmpty;

template <typename T>
T must(storage::Result<T> result) {
  if (result.has_error()) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

// Rows made as they are asked for: the file never exists as a whole.
class GeneratedLeads : public ByteSource {
 public:
  explicit GeneratedLeads(int count) : count_(count) {}

  std::optional<std::size_t> read(char* into, std::size_t size) override {
    while (pending_.size() < size && made_ < count_) {
      const std::string digits = std::to_string(10'000'000 + made_++);
      pending_ += "010-1" + digits.substr(1, 3) + '-' + digits.substr(4) + ",김하늘\n";
    }
    const std::size_t count = pending_.copy(into, size);
    pending_.erase(0, count);
    return count;
  }
  std::string error() const override { return ""; }

 private:
  int count_;
  int made_ = 0;
  std::string pending_ = "number,name\n";
};

class ImportTest : public testing::Test {
 protected:
  static config::CampaignConfig load_campaign() {
    return config::load_campaign_config(std::filesystem::path(DIALERD_EXAMPLES) / "renewal.yaml").value.value();
  }

  Summary import(ByteSource& source, const config::CampaignConfig& campaign) {
    storage::Session session(database_.settings());
    const auto id = must(session.register_campaign(campaign.name, campaign.account, campaign.region));
    DatabaseSink sink(must(storage::ImportWriter::begin(session, id, "leads.csv")));
    Importer importer(source, campaign, campaign.leads);
    EXPECT_THAT(importer.problems(), IsEmpty());
    const Summary summary = importer.run(&sink, nullptr, [](const Progress&) {});
    EXPECT_FALSE(summary.database_error);
    EXPECT_TRUE(sink.finish(summary.rows_read).has_value());
    return summary;
  }

  Summary import_example() {
    FileSource source(std::filesystem::path(DIALERD_EXAMPLES) / "leads.csv");
    return import(source, load_campaign());
  }

  // rows_read, added, duplicates, rejected, finished
  std::vector<std::string> last_import() const {
    return database_
        .rows(
            "select rows_read, added, duplicates, rejected, finished_at is not null from dialerd.import "
            "order by import_id desc limit 1")
        .at(0);
  }
  std::string leads() const { return database_.value("select count(*) from dialerd.lead"); }

  test::TestDatabase database_;
};

config::CampaignConfig plain_campaign() {
  config::CampaignConfig campaign;
  campaign.name = "plain";
  campaign.account = "main";
  return campaign;
}

using Row = std::vector<std::string>;

TEST_F(ImportTest, PutsGoodRowsAndBadOnesWhereTheyBelong) {
  const Summary summary = import_example();
  EXPECT_EQ(summary.added, 1'170);
  EXPECT_EQ(summary.duplicates, 6);
  EXPECT_EQ(last_import(), (Row{"1200", "1170", "6", "24", "t"}));
  EXPECT_EQ(leads(), "1170");
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead_state where state = 'ready' and next_at <= now()"),
            "1170");
  EXPECT_EQ(database_.value("select count(*) from dialerd.import_reject"), "24");
  EXPECT_EQ(database_.rows("select to_number, fields->>'name', fields->>'crm_id' from dialerd.lead "
                           "where to_number = '01010000000'"),
            (std::vector<Row>{{"01010000000", "박지호", "C-100000"}}));
  // The row numbers are those of the file: its 41st line is the first bad one.
  EXPECT_EQ(database_.value("select min(row_number) from dialerd.import_reject"), "41");
  EXPECT_EQ(database_.value("select count(*) from dialerd.import_reject where content like '%\uFFFD%'"), "3");
}

TEST_F(ImportTest, WhatTheRulesAskOfALeadReachesTheDatabase) {
  class Text : public ByteSource {
   public:
    std::optional<std::size_t> read(char* into, std::size_t size) override {
      const std::size_t count = rest_.copy(into, size);
      rest_.remove_prefix(count);
      return count;
    }
    std::string error() const override { return ""; }

   private:
    std::string_view rest_ =
        "number,home,work,tz,agreed,agreed until,night,callback,until\n"
        "010-1234-5678,02-123-4567,\"031 123 "
        "4567\",America/New_York,2026-05-01,2028-04-30,yes,2026-05-31T14:00:00+09:00,"
        "2026-12-31\n"
        "010-1234-5679,,010-1234-5679,,,,,,\n";
  };
  config::CampaignConfig campaign = plain_campaign();
  campaign.leads.alternates = {"home", "work"};
  campaign.leads.timezone = "tz";
  campaign.leads.consent_at = "agreed";
  campaign.leads.consent_expires_at = "agreed until";
  campaign.leads.night_consent = "night";
  campaign.leads.call_at = "callback";
  campaign.leads.expires_at = "until";
  campaign.lead_timezone = {config::ZoneSource::column, config::ZoneSource::campaign};
  Text source;
  EXPECT_EQ(import(source, campaign).added, 2);
  EXPECT_EQ(
      database_.rows("select alternates, timezone, consent_at at time zone 'UTC', consent_expires_at at time zone "
                     "'UTC', night_consent, call_at at time zone 'UTC', expires_at at time zone 'UTC', fields "
                     "from dialerd.lead order by to_number"),
      (std::vector<Row>{{"{021234567,0311234567}", "America/New_York", "2026-05-01 04:00:00", "2028-05-01 04:00:00",
                         "t", "2026-05-31 05:00:00", "2027-01-01 05:00:00", "{}"},
                        {"{}", "", "", "", "f", "", "", "{}"}}));
  EXPECT_EQ(database_.rows("select s.clock, s.callback, s.next_at = l.call_at from dialerd.lead_state s "
                           "join dialerd.lead l using (lead_id) order by l.to_number"),
            (std::vector<Row>{{"America/New_York+night", "t", "t"}, {"", "f", ""}}));
}

TEST_F(ImportTest, RunAgainItAddsNothing) {
  import_example();
  const Summary again = import_example();
  EXPECT_EQ(again.added, 0);
  EXPECT_EQ(again.duplicates, 1'176);
  EXPECT_EQ(last_import(), (Row{"1200", "0", "1176", "24", "t"}));
  EXPECT_EQ(leads(), "1170");
}

TEST_F(ImportTest, CountsAreRightOverManyChunks) {
  constexpr int count = 100'000;
  GeneratedLeads source(count);
  const Summary summary = import(source, plain_campaign());
  EXPECT_EQ(summary.added, count);
  EXPECT_EQ(summary.written_up_to, count + 1);
  EXPECT_EQ(last_import(), (Row{"100000", "100000", "0", "0", "t"}));
  EXPECT_EQ(leads(), "100000");
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead_state"), "100000");
}

// Chunks without, with some and with nothing but what the campaign has, and again without.
TEST_F(ImportTest, AddsWhatIsMissingAmongWhatIsThere) {
  constexpr int count = 60'000;
  GeneratedLeads first(count);
  import(first, plain_campaign());
  database_.rows(
      "delete from dialerd.lead l using (select lead_id, row_number() over (order by lead_id) as n from dialerd.lead) "
      "r "
      "where r.lead_id = l.lead_id and (n <= 15000 or n > 45000)");
  GeneratedLeads second(count);
  const Summary summary = import(second, plain_campaign());
  EXPECT_EQ(summary.added, 30'000);
  EXPECT_EQ(summary.duplicates, 30'000);
  EXPECT_EQ(last_import(), (Row{"60000", "30000", "30000", "0", "t"}));
  EXPECT_EQ(leads(), "60000");
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead_state"), "60000");
}

// The answer to a chunk's COMMIT is lost. What the summary calls safe is in, and the second run completes the file.
TEST_F(ImportTest, ABrokenOffImportIsCompletedByRunningItAgain) {
  class LosesTheThirdAnswer : public LeadSink {
   public:
    LosesTheThirdAnswer(LeadSink& sink, test::LossyProxy& proxy) : sink_(sink), proxy_(proxy) {}
    storage::Result<storage::ImportCounts> write(const Chunk& chunk) override {
      if (++chunks_ == 3) proxy_.at_next_commit(test::LossyProxy::Fault::answer_lost);
      return sink_.write(chunk);
    }

   private:
    LeadSink& sink_;
    test::LossyProxy& proxy_;
    int chunks_ = 0;
  };

  constexpr int count = 50'000;
  const config::CampaignConfig campaign = plain_campaign();
  {
    test::LossyProxy proxy(database_.conninfo());
    storage::SessionSettings settings = database_.settings();
    settings.conninfo = proxy.conninfo();
    storage::Session session(settings);
    const auto id = must(session.register_campaign(campaign.name, campaign.account, campaign.region));
    DatabaseSink sink(must(storage::ImportWriter::begin(session, id, "leads.csv")));
    LosesTheThirdAnswer lossy(sink, proxy);
    GeneratedLeads source(count);
    Importer importer(source, campaign, campaign.leads);
    const Summary summary = importer.run(&lossy, nullptr, [](const Progress&) {});
    ASSERT_TRUE(summary.database_error);
    EXPECT_EQ(summary.database_error->kind, storage::ErrorKind::in_doubt);
    EXPECT_EQ(summary.written_up_to, 20'001);
    EXPECT_EQ(summary.added, 20'000);
  }
  EXPECT_EQ(last_import().at(4), "f");
  EXPECT_GE(std::stoi(leads()), 20'000);
  EXPECT_LT(std::stoi(leads()), count);

  GeneratedLeads source(count);
  const Summary again = import(source, campaign);
  EXPECT_EQ(again.added + again.duplicates, count);
  EXPECT_EQ(leads(), std::to_string(count));
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead_state"), std::to_string(count));
}

}  // namespace
}  // namespace dialerd::daemon::import
